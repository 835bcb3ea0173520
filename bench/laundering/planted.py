"""Which launderers were planted together, and which of them a small amount gives away: read from labels, for folds and figures.

Nothing here is a feature. The files do not say who belongs together, and launderers pay each other outside of their groups
too: joined by any payment, almost all of them are one group.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from risk.aml.amounts import UNLIKE_SHARE
from risk.aml.features import Structure
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


def groups(found: Structure, laundering: NDArray[np.bool_]) -> Ints:
    """Return the group of each account, int64[accounts]; an account that does not launder is a group of its own.

    Launderers joined by payments unlike their payer (below a quarter of its greatest) are one group. Each of the others joins
    the group with whose members it has the most pairs within a circle, of equals the one of the lowest number. Those left are
    joined to each other by such pairs; then each joins the group with which it has the most pairs of any kind, and those that
    have none are joined to each other by any.
    """
    graph, pairs = found.graph, found.graph.pairs
    greatest = greatest_of(graph.payer, graph.amount_cents, graph.accounts, none=1.0)
    among = laundering[pairs.payer] & laundering[pairs.payee]
    unlike = among & (pairs.least_cents < UNLIKE_SHARE * greatest[pairs.payer])
    in_circle = np.isin(
        pairs.payer * graph.accounts + pairs.payee, found.circles.sender * graph.accounts + found.circles.gatherer
    )
    group = np.arange(graph.accounts)
    placed = np.zeros(graph.accounts, bool)
    _join(graph, unlike, group, placed)
    _attach(graph, among & in_circle, group, placed)
    for joining in (among & in_circle, among):
        _join(graph, joining & ~placed[pairs.payer] & ~placed[pairs.payee], group, placed)
        _attach(graph, among, group, placed)
    return group


def _join(graph: PaymentGraph, chosen: NDArray[np.bool_], group: Ints, placed: NDArray[np.bool_]) -> None:
    """Make one group of all that chosen pairs join; it is called by its least account."""
    payer, payee = graph.pairs.payer[chosen], graph.pairs.payee[chosen]
    joins = coo_array((np.ones(len(payer), bool), (payer, payee)), shape=(graph.accounts, graph.accounts))
    _, of = connected_components(joins, directed=False)
    members = np.union1d(payer, payee)
    _, least, inverse = np.unique(of[members], return_index=True, return_inverse=True)
    group[members] = members[least][inverse]
    placed[members] = True


def _attach(graph: PaymentGraph, chosen: NDArray[np.bool_], group: Ints, placed: NDArray[np.bool_]) -> None:
    """Give each account that is not placed the group with which it has the most of the chosen pairs, if any."""
    payer, payee = graph.pairs.payer[chosen], graph.pairs.payee[chosen]
    one, other = np.concatenate((payer, payee)), np.concatenate((payee, payer))
    open_ends = ~placed[one] & placed[other]
    keys, count = np.unique(one[open_ends] * graph.accounts + group[other[open_ends]], return_counts=True)
    account, of = keys // graph.accounts, keys % graph.accounts
    order = np.lexsort((-of, count, account))
    group[account[order]] = of[order]  # the last of an account's is kept, which is the best
    placed[account] = True
