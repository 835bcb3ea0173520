"""Loops: money that comes back to where it set out, three to six payments later, in about the same amount."""

from dataclasses import dataclass

import numpy as np

from risk.aml.chains import first_later
from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, total_of
from risk.aml.kernels import Word, kernel

LEAST_HOPS, MOST_HOPS = 3, 6
# From each first payment: so many payments of an account are tried as the next one, and so many in all.
MAX_NEXT, MAX_TRIED = 32, 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Loops:
    """Loops in the order of their first payment.

    `payments` int64[loops, MOST_HOPS] has their numbers, -1 after the last; `hops` int64[loops]; `kept` float64[loops] is the
    share of the first amount that came back. `cut_short` counts the first payments from which not every way was tried.
    """

    payments: Ints
    hops: Ints
    kept: Floats
    cut_short: int

    def __len__(self) -> int:
        return len(self.hops)


def loops(graph: PaymentGraph, *, window: int, alike: float) -> Loops:
    """Find time-ordered loops: each payment is later than the one before and within [t, t + window) of the first one's time t.

    Each amount is at least `alike` of the first one and at most that divided by `alike`, and no account but the first is met
    twice. At most `payments * MAX_TRIED` steps; a loop is found once, from its first payment.
    """
    path, at_item = np.zeros(MOST_HOPS, np.int64), np.zeros(MOST_HOPS, np.int64)
    given = (
        graph.by_payer.start, graph.by_payer.order, graph.payer, graph.payee, graph.amount_cents, graph.at, window, alike,
        MAX_NEXT, MAX_TRIED, path, at_item,
    )  # fmt: skip
    count, _ = _search(*given, np.empty((0, MOST_HOPS), np.int64))
    found = np.full((count, MOST_HOPS), -1, np.int64)
    _, cut_short = _search(*given, found)
    hops = (found >= 0).sum(axis=1)
    last = found[np.arange(count), hops - 1]
    return Loops(found, hops, graph.amount_cents[last] / graph.amount_cents[found[:, 0]], int(cut_short))


def loop_columns(graph: PaymentGraph, found: Loops) -> Columns:
    """Return float64[accounts] by name: how many loops an account is in, the most hops, the greatest share that came back."""
    of, hop = np.nonzero(found.payments >= 0)
    account = graph.payer[found.payments[of, hop]]
    return {
        "loops": total_of(account, np.ones(len(of)), graph.accounts),
        "loop_hops": greatest_of(account, found.hops[of], graph.accounts, none=0.0),
        "loop_kept": greatest_of(account, found.kept[of], graph.accounts, none=0.0),
    }


@kernel
def _search(
    start: Word, order: Word, payer: Word, payee: Word, amount: Word, at: Word, window: Word, alike: Word, most_next: Word,
    most_tried: Word, path: Word, tried: Word, found: Word,
) -> Word:  # fmt: skip
    """Write loops, as many as there is room for; return how many there are, and how many searches were cut short.

    A depth-first search with a stack of its own: `path` has the payments so far, `tried` the next place to look from each.
    """
    count, cut_short = 0, 0
    for first in range(len(payer)):
        origin, steps, depth = payer[first], 0, 0
        path[0] = first
        tried[0] = first_later(start, order, at, payee[first], first)
        while depth >= 0:
            item = path[depth]
            account = payee[item]
            place = tried[depth]
            begin = first_later(start, order, at, account, item)
            if (
                place >= start[account + 1]
                or place >= begin + most_next
                or at[order[place]] >= at[first] + window
                or depth + 1 >= MOST_HOPS
            ):
                depth -= 1
                continue
            steps += 1
            if steps > most_tried:
                cut_short += 1
                break
            tried[depth] = place + 1
            following = order[place]
            if alike * amount[first] > amount[following] or alike * amount[following] > amount[first]:
                continue
            if payee[following] == origin:
                if depth + 2 >= LEAST_HOPS:
                    if count < len(found):
                        for hop in range(depth + 1):
                            found[count, hop] = path[hop]
                        found[count, depth + 1] = following
                    count += 1
                continue
            met = False
            for hop in range(depth + 1):
                met |= payee[path[hop]] == payee[following]
            if not met:
                depth += 1
                path[depth] = following
                tried[depth] = first_later(start, order, at, payee[following], following)
    return count, cut_short
