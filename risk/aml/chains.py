"""Chains: money that is passed on, each time soon and in about the same amount."""

import numpy as np

from risk.aml.graph import Columns, PaymentGraph, greatest_of
from risk.aml.kernels import Word, kernel, part

# So many payments after one that came in are looked at for the one that passes it on.
MAX_NEXT = 64


def chain_columns(graph: PaymentGraph, *, gap: int, alike: float) -> Columns:
    """Return float64[accounts] by name: how many payments the longest chain has through, from and into each account.

    A payment passes on another when it is later by at most `gap`, its payer is the other's payee, it does not go back to the
    other's payer, and its amount is at least `alike` of the other's and at most that divided by `alike`.
    """
    after, before = np.zeros(len(graph), np.int64), np.zeros(len(graph), np.int64)
    _chains(
        graph.by_payer.start, graph.by_payer.order, graph.payer, graph.payee, graph.amount_cents, graph.at, gap, alike,
        MAX_NEXT, after, before,
    )  # fmt: skip
    through = 1 + before + after
    through_as_payer = greatest_of(graph.payer, through, graph.accounts, none=0.0)
    through_as_payee = greatest_of(graph.payee, through, graph.accounts, none=0.0)
    return {
        "chain_through": np.maximum(through_as_payer, through_as_payee),
        "chain_from": greatest_of(graph.payer, 1 + after, graph.accounts, none=0.0),
        "chain_into": greatest_of(graph.payee, 1 + before, graph.accounts, none=0.0),
        "chain_passed_on": greatest_of(graph.payer, np.where(before > 0, through, 0), graph.accounts, none=0.0),
    }


@part
def first_later(start: Word, order: Word, at: Word, account: Word, item: Word) -> Word:
    """Return where, in `order`, the payments of an account that are later than `item` begin; for other kernels."""
    low, high = start[account], start[account + 1]
    while low < high:
        middle = (low + high) // 2
        if at[order[middle]] <= at[item]:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _chains(
    start: Word, order: Word, payer: Word, payee: Word, amount: Word, at: Word, gap: Word, alike: Word, most: Word,
    after: Word, before: Word,
) -> None:  # fmt: skip
    """Fill how many payments can follow each and come before it; both are 0. Payments stand in the order of time."""
    for back in range(len(payer)):
        item = len(payer) - 1 - back
        begin = first_later(start, order, at, payee[item], item)
        for i in range(begin, min(start[payee[item] + 1], begin + most)):
            following = order[i]
            if at[following] > at[item] + gap:
                break
            if payee[following] == payer[item]:
                continue
            if alike * amount[item] <= amount[following] and alike * amount[following] <= amount[item]:
                after[item] = max(after[item], 1 + after[following])
    for item in range(len(payer)):
        begin = first_later(start, order, at, payee[item], item)
        for i in range(begin, min(start[payee[item] + 1], begin + most)):
            following = order[i]
            if at[following] > at[item] + gap:
                break
            if payee[following] == payer[item]:
                continue
            if alike * amount[item] <= amount[following] and alike * amount[following] <= amount[item]:
                before[following] = max(before[following], 1 + before[item])
