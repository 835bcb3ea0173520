"""Scatter and gather: one account pays several, and these pay one account, which may be the first.

Two middlemen meet by chance now and then: a rarity (`circles.rarity`) holds how many there are against how many of the payees
of one account a graph drawn at random would have pay the other.
"""

from dataclasses import dataclass

import numpy as np

from risk.aml.circles import MAX_PAYEES, rarity
from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, total_of
from risk.aml.kernels import Word, kernel

LEAST_MIDDLEMEN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Scatters:
    """Every origin and end with at least two middlemen between them.

    `middleman` and `of` int64[t]: each middleman, and the number of its scatter. Of a scatter, [s]: `origin` and `end` int64,
    `middlemen` and `rarity` float64.
    """

    middleman: Ints
    of: Ints
    origin: Ints
    end: Ints
    middlemen: Floats
    rarity: Floats

    def __len__(self) -> int:
        return len(self.origin)


def scatters(graph: PaymentGraph, *, max_payees: int = MAX_PAYEES) -> Scatters:
    """Find all of them between accounts that have at most `max_payees` payees: at most `pairs * max_payees` steps, twice."""
    start, payee = graph.pairs.by_payer.start, graph.pairs.payee
    met, seen, none = np.zeros(graph.accounts, np.int64), np.full(graph.accounts, -1, np.int64), np.empty(0, np.int64)
    count = _find(start, payee, max_payees, met, seen, none, none, none)
    met.fill(0)
    seen.fill(-1)
    origin, middleman, end = (np.empty(count, np.int64) for _ in range(3))
    _find(start, payee, max_payees, met, seen, origin, middleman, end)
    keys, of = np.unique(origin * graph.accounts + end, return_inverse=True)
    origins, ends = keys // graph.accounts, keys % graph.accounts
    middlemen = total_of(of, np.ones(count), len(keys))
    pays, paid = graph.pairs.by_payer.counts.astype(np.float64), graph.pairs.by_payee.counts
    reach = total_of(graph.pairs.payer, pays[payee], graph.accounts) / max(len(graph.pairs), 1)
    return Scatters(middleman, of, origins, ends, middlemen, rarity(middlemen, reach[origins] * paid[ends]))


def scatter_columns(graph: PaymentGraph, found: Scatters) -> Columns:
    """Return float64[accounts] by name, by the part played: middleman, end and origin; 0 where an account plays none."""
    accounts = graph.accounts
    direct = np.isin(found.origin * accounts + found.end, graph.pairs.payer * accounts + graph.pairs.payee)
    closed = direct | (found.origin == found.end)
    columns: Columns = {}
    for part, account, of in (
        ("middleman", found.middleman, found.of),
        ("end", found.end, np.arange(len(found))),
        ("origin", found.origin, np.arange(len(found))),
    ):
        columns |= {
            f"{part}_rarity": greatest_of(account, found.rarity[of], accounts, none=0.0),
            f"{part}_closed_rarity": greatest_of(account, (found.rarity * closed)[of], accounts, none=0.0),
            f"{part}_middlemen": greatest_of(account, found.middlemen[of], accounts, none=0.0),
        }
    return columns


def believed_columns(graph: PaymentGraph, found: Scatters, belief: Floats) -> Columns:
    """Return float64[accounts]: the most belief in the others of a scatter, as middleman and as end; never one's own."""
    of_middlemen = total_of(found.of, belief[found.middleman], len(found))
    others = of_middlemen[found.of] - belief[found.middleman]
    return {
        "believed_middlemen": greatest_of(found.middleman, others, graph.accounts, none=0.0),
        "believed_middlemen_and_end": greatest_of(
            found.middleman, others * belief[found.end[found.of]], graph.accounts, none=0.0
        ),
        "believed_of_end": greatest_of(found.end, of_middlemen, graph.accounts, none=0.0),
    }


@kernel
def _find(start: Word, payee: Word, max_payees: Word, met: Word, seen: Word, origin: Word, middleman: Word, end: Word) -> Word:
    """Write paths of two pairs whose ends meet more than once, as many as there is room for, and return how many there are.

    `met` int64[accounts] is 0 and `seen` -1: how often the origin named by `seen` reached an account.
    """
    count, room = 0, len(origin)
    for h in range(len(start) - 1):
        if start[h + 1] - start[h] > max_payees:
            continue
        for i in range(start[h], start[h + 1]):
            x = payee[i]
            if start[x + 1] - start[x] > max_payees:
                continue
            for j in range(start[x], start[x + 1]):
                y = payee[j]
                if seen[y] != h:
                    seen[y], met[y] = h, 0
                met[y] += 1
        for i in range(start[h], start[h + 1]):
            x = payee[i]
            if start[x + 1] - start[x] > max_payees:
                continue
            for j in range(start[x], start[x + 1]):
                if met[payee[j]] >= LEAST_MIDDLEMEN:
                    if count < room:
                        origin[count], middleman[count], end[count] = h, x, payee[j]
                    count += 1
    return count
