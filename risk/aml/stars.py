"""Stars: several accounts pay one within a window, each about as much. Turned round, one account pays several."""

import numpy as np

from risk.aml.graph import Columns, PaymentGraph, share, total_of
from risk.aml.kernels import Word, kernel

# So many payments from the first of its first one's time are looked at for a star.
MAX_PAYMENTS = 1024


def star_columns(graph: PaymentGraph, *, window: int, alike: float, way: str) -> Columns:
    """Return float64[accounts] by name for the star of most payers of each account, 0 where nobody pays it.

    A star has its payments within [t, t + window) of its first one's time t, whichever of those at t that is, and each is at
    least `alike` of the first one's amount and at most that divided by `alike`. `star_{way}` is how many different payers it
    has, `star_{way}_share` its share of all that the account received, `star_{way}_span` the time from its first to its last
    payment; `in_star_{way}` is the most payers of a star to which the account pays.
    """
    payers, cents, span, in_star = (np.zeros(graph.accounts, np.int64) for _ in range(4))
    _stars(
        graph.by_payee.start, graph.by_payee.order, graph.payer, graph.amount_cents, graph.at, window, alike, MAX_PAYMENTS,
        np.full(graph.accounts, -1, np.int64), payers, cents, span, in_star,
    )  # fmt: skip
    received = total_of(graph.payee, graph.amount_cents, graph.accounts)
    return {
        f"star_{way}": payers.astype(np.float64),
        f"star_{way}_share": share(cents, received),
        f"star_{way}_span": span.astype(np.float64),
        f"in_star_{way}": in_star.astype(np.float64),
    }


@kernel
def _stars(
    start: Word, order: Word, payer: Word, amount: Word, at: Word, window: Word, alike: Word, most: Word,
    seen: Word, payers: Word, cents: Word, span: Word, in_star: Word,
) -> None:  # fmt: skip
    """Fill the last four, int64[accounts], which are 0; `seen` int64[accounts] is -1."""
    for account in range(len(start) - 1):
        best, best_since, since = -1, -1, start[account]
        for i in range(start[account], start[account + 1]):
            first = order[i]
            if at[order[since]] != at[first]:
                since = i
            distinct, total, last = 0, 0, at[first]
            for j in range(since, min(start[account + 1], since + most)):
                item = order[j]
                if at[item] >= at[first] + window:
                    break
                if alike * amount[first] <= amount[item] and alike * amount[item] <= amount[first]:
                    total += amount[item]
                    last = at[item]
                    if seen[payer[item]] != first:
                        seen[payer[item]] = first
                        distinct += 1
            if distinct > payers[account]:
                payers[account], cents[account], span[account] = distinct, total, last - at[first]
                best, best_since = i, since
        if best >= 0:
            first = order[best]
            for j in range(best_since, min(start[account + 1], best_since + most)):
                item = order[j]
                if at[item] >= at[first] + window:
                    break
                if alike * amount[first] <= amount[item] and alike * amount[item] <= amount[first]:
                    in_star[payer[item]] = max(in_star[payer[item]], payers[account])
