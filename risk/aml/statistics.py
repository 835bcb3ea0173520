"""What one account's payments are like, each way: how many, with how many others, how much and when."""

import numpy as np

from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, Rows, greatest_of, least_of, share, total_of


def account_statistics(graph: PaymentGraph) -> Columns:
    """Return float64[accounts] by name, NaN where an account has no payment that way. Nothing looks past a counterparty."""
    paid = _one_way(graph, "paid", graph.payer, graph.pairs.by_payer)
    received = _one_way(graph, "received", graph.payee, graph.pairs.by_payee)
    return {
        **paid,
        **received,
        "paid_share": share(paid["paid_cents"], paid["paid_cents"] + received["received_cents"]),
        "payees_share": share(paid["paid_others"], paid["paid_others"] + received["received_others"]),
    }


def _one_way(graph: PaymentGraph, way: str, account: Ints, others: Rows) -> Columns:
    accounts, amount, at = graph.accounts, graph.amount_cents, graph.at
    count = np.bincount(account, minlength=accounts).astype(np.float64)
    total = total_of(account, amount, accounts)
    first, last = least_of(account, at, accounts), greatest_of(account, at, accounts)
    return {
        f"{way}_payments": count,
        f"{way}_others": others.counts.astype(np.float64),
        f"{way}_cents": total,
        f"{way}_mean_cents": share(total, count),
        f"{way}_deviation_cents": _deviation(account, amount, accounts),
        f"{way}_least_cents": least_of(account, amount, accounts),
        f"{way}_greatest_cents": greatest_of(account, amount, accounts),
        f"{way}_first": first,
        f"{way}_last": last,
        f"{way}_mean_time": share(total_of(account, at, accounts), count),
        f"{way}_time_deviation": _deviation(account, at, accounts),
    }


def _deviation(account: Ints, values: Ints, accounts: int) -> Floats:
    count = np.bincount(account, minlength=accounts)
    mean = share(total_of(account, values, accounts), count)
    return np.sqrt(share(total_of(account, (values - mean[account]) ** 2, accounts), count))
