"""Circles: accounts that one account pays, and that pay each other.

A mule herder funds several accounts, and they gather the money in one of them, pass it round or send it back. Of accounts that
one account pays, hardly any two pay each other by chance: in a graph whose account `x` pays `o(x)` others and whose account `y`
is paid by `i(y)`, and which is otherwise drawn at random (the configuration model: Newman, Networks, 2nd ed., chapter 12), `x`
pays `y` with a probability near o(x) i(y) / m for m pairs. A circle's rarity holds the pairs there are against that
expectation. Gatherers and loops come out the same way, whole or with some of their payments missing, and without any amount.
"""

from dataclasses import dataclass

import numpy as np

from risk.aml.amounts import UNLIKE_SHARE
from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, total_of
from risk.aml.kernels import Word, kernel, part

# An account with more payees is a firm whose payees meet by chance: neither a hub nor a way between two others.
MAX_PAYEES = 512


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """All circles of a graph.

    `hub`, `sender`, `gatherer` int64[t] are its closed paths: the hub pays the sender, the sender the gatherer, and the hub
    pays the gatherer or is it. `circle` int64[t] is the circle of each.
    Of a circle, float64[c]: `accounts` and `pairs` in it, the `rarity` of so many pairs, `most_received` and `most_sent` (with
    how many of it one account has a pair) and `unlike` (pairs with a payment unlike its payer). `circle_hub` int64[c].
    Of a member, [k], by hub and then by account: `member` (the account) and `member_circle` int64; `received`, `sent` and
    `gathered_rarity` (of so many received) float64.
    """

    hub: Ints
    sender: Ints
    gatherer: Ints
    circle: Ints
    circle_hub: Ints
    accounts: Floats
    pairs: Floats
    rarity: Floats
    most_received: Floats
    most_sent: Floats
    unlike: Floats
    member: Ints
    member_circle: Ints
    received: Floats
    sent: Floats
    gathered_rarity: Floats

    def __len__(self) -> int:
        return len(self.circle_hub)

    @property
    def member_hub(self) -> Ints:
        """The hub of each member, int64[k]."""
        return self.circle_hub[self.member_circle]


def circles(graph: PaymentGraph, *, max_payees: int = MAX_PAYEES) -> Circles:
    """Find every circle of accounts that have at most `max_payees` payees: at most `pairs * max_payees` steps."""
    hub, sender, gatherer = _closed_paths(graph, max_payees)
    keys, ends = np.unique(
        np.concatenate((hub, hub)) * graph.accounts + np.concatenate((sender, gatherer)), return_inverse=True
    )
    from_member, to_member = ends[: len(hub)], ends[len(hub) :]
    root = np.arange(len(keys), dtype=np.int64)
    _join(from_member.astype(np.int64), to_member.astype(np.int64), root)
    roots, member_circle = np.unique(root, return_inverse=True)
    circle, count = member_circle[from_member], len(roots)
    member, circle_hub = keys % graph.accounts, keys[roots] // graph.accounts
    received = np.bincount(to_member, minlength=len(keys)).astype(np.float64)
    sent = np.bincount(from_member, minlength=len(keys)).astype(np.float64)
    pairs = total_of(circle, np.ones(len(circle)), count)
    expected = _expectation(graph)
    unlike = _unlike_pairs(graph)[_pair_numbers(graph, sender, gatherer)]
    member_hub = keys // graph.accounts
    return Circles(
        hub=hub,
        sender=sender,
        gatherer=gatherer,
        circle=circle,
        circle_hub=circle_hub,
        accounts=total_of(member_circle, np.ones(len(keys)), count),
        pairs=pairs,
        rarity=rarity(pairs, expected.within[circle_hub]),
        most_received=greatest_of(member_circle, received, count, none=0.0),
        most_sent=greatest_of(member_circle, sent, count, none=0.0),
        unlike=total_of(circle, unlike, count),
        member=member,
        member_circle=member_circle,
        received=received,
        sent=sent,
        gathered_rarity=rarity(received, expected.sending[member_hub] * graph.pairs.by_payee.counts[member]),
    )


def rarity(found: Floats, expected: Floats) -> Floats:
    """Return -log of Chernoff's bound on the chance that a Poisson number of mean `expected` is at least `found`, at least 0.

    k log(k / m) - k + m for k > m (Mitzenmacher and Upfal, Probability and Computing, theorem 5.4).
    """
    out = np.zeros(len(found))
    more = found > expected
    k, m = found[more], expected[more]
    out[more] = k * np.log(k / m) - k + m
    return out


def circle_columns(graph: PaymentGraph, found: Circles) -> Columns:
    """Return float64[accounts] by name: the rarest circle that each is in, its part in it, and the rarest that it leads."""
    accounts = graph.accounts
    of_circle = {
        "rarity": found.rarity, "accounts": found.accounts, "pairs": found.pairs, "most_received": found.most_received,
        "most_sent": found.most_sent, "unlike": found.unlike,
        "hub_payees": graph.pairs.by_payer.counts[found.circle_hub].astype(np.float64),
    }  # fmt: skip
    rarest = _rarest(found.member, found.rarity[found.member_circle], accounts)
    columns = {f"circle_{name}": _taken(values[found.member_circle], rarest) for name, values in of_circle.items()}
    columns |= {"circle_received": _taken(found.received, rarest), "circle_sent": _taken(found.sent, rarest)}
    led = _rarest(found.circle_hub, found.rarity, accounts)
    columns |= {f"led_{name}": _taken(of_circle[name], led) for name in ("rarity", "accounts", "pairs", "most_received")}
    star = found.gathered_rarity
    keys = found.member_hub * accounts + found.member
    into = star[np.searchsorted(keys, found.hub * accounts + found.gatherer)]
    columns |= {
        "circles": total_of(found.member, np.ones(len(found.member)), accounts),
        "circles_led": total_of(found.circle_hub, np.ones(len(found)), accounts),
        "gathered_rarity": greatest_of(found.member, star, accounts, none=0.0),
        "sent_to_gatherer_rarity": greatest_of(found.sender, into, accounts, none=0.0),
    }
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class _Expectation:
    """Of each account as a hub: pairs `within` its payees by chance, and how many of them pay an account that one pair pays."""

    within: Floats
    sending: Floats


def _expectation(graph: PaymentGraph) -> _Expectation:
    pairs = graph.pairs
    pays, paid = pairs.by_payer.counts.astype(np.float64), pairs.by_payee.counts.astype(np.float64)
    sending = total_of(pairs.payer, pays[pairs.payee], graph.accounts) / max(len(pairs), 1)
    # The hub's own pairs are given, and it may be the one that gathers.
    gathering = total_of(pairs.payer, paid[pairs.payee] - 1, graph.accounts) + paid
    return _Expectation(within=sending * gathering, sending=sending)


def _unlike_pairs(graph: PaymentGraph) -> Floats:
    greatest = greatest_of(graph.payer, graph.amount_cents, graph.accounts, none=1.0)
    return (graph.pairs.least_cents < UNLIKE_SHARE * greatest[graph.pairs.payer]).astype(np.float64)


def _pair_numbers(graph: PaymentGraph, payer: Ints, payee: Ints) -> Ints:
    keys = graph.pairs.payer * graph.accounts + graph.pairs.payee
    return np.searchsorted(keys, payer * graph.accounts + payee)


def _closed_paths(graph: PaymentGraph, max_payees: int) -> tuple[Ints, Ints, Ints]:
    start, payee = graph.pairs.by_payer.start, graph.pairs.payee
    marked = np.full(graph.accounts, -1, np.int64)
    none = np.empty(0, np.int64)
    count = _find(start, payee, max_payees, marked, none, none, none)
    marked.fill(-1)
    hub, sender, gatherer = (np.empty(count, np.int64) for _ in range(3))
    _find(start, payee, max_payees, marked, hub, sender, gatherer)
    return hub, sender, gatherer


@kernel
def _find(start: Word, payee: Word, max_payees: Word, marked: Word, hub: Word, sender: Word, gatherer: Word) -> Word:
    """Write closed paths by hub, as many as there is room for; return how many there are. `marked` int64[accounts] is -1."""
    count, room = 0, len(hub)
    for h in range(len(start) - 1):
        if start[h + 1] - start[h] > max_payees:
            continue
        marked[h] = h
        for i in range(start[h], start[h + 1]):
            marked[payee[i]] = h
        for i in range(start[h], start[h + 1]):
            x = payee[i]
            if start[x + 1] - start[x] > max_payees:
                continue
            for j in range(start[x], start[x + 1]):
                if marked[payee[j]] == h:
                    if count < room:
                        hub[count], sender[count], gatherer[count] = h, x, payee[j]
                    count += 1
    return count


@part
def _root(root: Word, item: Word) -> Word:
    while root[item] != item:
        root[item] = root[root[item]]
        item = root[item]
    return item


@kernel
def _join(one: Word, other: Word, root: Word) -> None:
    """Union-find with path halving: leave the least item of its component in `root` of each."""
    for i in range(len(one)):
        a, b = _root(root, one[i]), _root(root, other[i])
        if a < b:
            root[b] = a
        else:
            root[a] = b
    for item in range(len(root)):
        root[item] = _root(root, item)


def _rarest(account: Ints, rarities: Floats, accounts: int) -> Ints:
    """Return the item of the greatest rarity of each account, -1 for none: int64[accounts]."""
    order = np.lexsort((rarities, account))
    found = np.full(accounts, -1, np.int64)
    found[account[order]] = order  # the last of equals is kept, which is the greatest
    return found


def _taken(values: Floats, item: Ints) -> Floats:
    """Return each account's item's value: 0 for an account without one."""
    out = np.zeros(len(item))
    out[item >= 0] = values[item[item >= 0]]
    return out
