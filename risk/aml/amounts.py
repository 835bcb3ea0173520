"""Payments that are unlike their payer: far below what it pays otherwise, or made several times in one moment."""

import numpy as np

from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, least_of, share, total_of

# A payment below this share of the payer's greatest one is unlike it.
UNLIKE_SHARE = 0.25


def shares_of_greatest(graph: PaymentGraph) -> Floats:
    """Return each payment's share of the greatest payment of its payer, float64[payments] in (0, 1]."""
    greatest = greatest_of(graph.payer, graph.amount_cents, graph.accounts, none=1.0)
    return graph.amount_cents / greatest[graph.payer]


def amount_columns(graph: PaymentGraph) -> Columns:
    """Return float64[accounts] by name, each way; NaN where there is no payment that way."""
    shares = shares_of_greatest(graph)
    _, moment, repeats = np.unique(np.column_stack((graph.pair, graph.at)), axis=0, return_inverse=True, return_counts=True)
    repeated = repeats[moment.ravel()]
    columns: Columns = {}
    for way, account in (("paid", graph.payer), ("received", graph.payee)):
        columns |= {
            f"{way}_least_share": least_of(account, shares, graph.accounts),
            f"{way}_unlike": total_of(account, shares < UNLIKE_SHARE, graph.accounts),
            f"{way}_repeats": greatest_of(account, repeated, graph.accounts),
            f"{way}_amounts": share(_distinct(account, graph.amount_cents, graph.accounts), np.diff(_start(graph, way))),
        }
    return columns


def _start(graph: PaymentGraph, way: str) -> Ints:
    return graph.by_payer.start if way == "paid" else graph.by_payee.start


def _distinct(account: Ints, amount_cents: Ints, accounts: int) -> Floats:
    """How many different amounts each account has, float64[accounts]."""
    order = np.lexsort((amount_cents, account))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(account[order]) != 0) | (np.diff(amount_cents[order]) != 0)
    return total_of(account[order], new, accounts)
