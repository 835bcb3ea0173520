"""Which launderers were planted together, and which of them a small amount gives away: read from labels, for folds and figures.

Nothing here is a feature. The files do not say who belongs together, and launderers pay each other outside of their groups
too: joined by any payment, almost all of them are one group.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from risk.aml.amounts import UNLIKE_SHARE
from risk.aml.graph import Floats, Ints, PaymentGraph, greatest_of, least_of

# A payment below this share of the graph's median one is small.
SMALL_SHARE = 0.25


def least_amounts(graph: PaymentGraph) -> Floats:
    """Return the least amount that each account paid or received, float64[accounts]: NaN without payments."""
    paid = least_of(graph.payer, graph.amount_cents, graph.accounts)
    return np.fmin(paid, least_of(graph.payee, graph.amount_cents, graph.accounts))


def given_away(graph: PaymentGraph) -> NDArray[np.bool_]:
    """Return which accounts paid or received a small amount, bool[accounts]: below a quarter of the median of all payments."""
    return np.asarray(least_amounts(graph) < SMALL_SHARE * np.median(graph.amount_cents), bool)


def groups(graph: PaymentGraph, laundering: NDArray[np.bool_]) -> Ints:
    """Return the group of each account, int64[accounts]; an account that does not launder is a group of its own.

    Launderers joined by payments unlike their payer (below a quarter of its greatest) are one group. Each of the others joins
    the group with whose members it has the most pairs, of equals the one of the lowest number; those left are joined to each
    other by any payment.
    """
    pairs = graph.pairs
    greatest = greatest_of(graph.payer, graph.amount_cents, graph.accounts, none=1.0)
    among = laundering[pairs.payer] & laundering[pairs.payee]
    unlike = among & (pairs.least_cents < UNLIKE_SHARE * greatest[pairs.payer])
    group = _joined(graph, unlike)
    placed = np.zeros(graph.accounts, bool)
    placed[pairs.payer[unlike]] = placed[pairs.payee[unlike]] = True
    _attach(graph, group, placed, among)
    left = among & ~placed[pairs.payer] & ~placed[pairs.payee]
    alone = _joined(graph, left)
    return np.where(placed, group, alone + graph.accounts)


def _joined(graph: PaymentGraph, chosen: NDArray[np.bool_]) -> Ints:
    payer, payee = graph.pairs.payer[chosen], graph.pairs.payee[chosen]
    joins = coo_array((np.ones(len(payer), bool), (payer, payee)), shape=(graph.accounts, graph.accounts))
    _, of = connected_components(joins, directed=False)
    return np.asarray(of, np.int64)


def _attach(graph: PaymentGraph, group: Ints, placed: NDArray[np.bool_], among: NDArray[np.bool_]) -> None:
    """Give each launderer that is not placed the group that it pays, or that pays it, most."""
    payer, payee = graph.pairs.payer[among], graph.pairs.payee[among]
    one, other = np.concatenate((payer, payee)), np.concatenate((payee, payer))
    open_ends = ~placed[one] & placed[other]
    keys, count = np.unique(one[open_ends] * graph.accounts + group[other[open_ends]], return_counts=True)
    account, of = keys // graph.accounts, keys % graph.accounts
    order = np.lexsort((-of, count, account))
    group[account[order]] = of[order]  # the last of an account's is kept, which is the best
    placed[account] = True
