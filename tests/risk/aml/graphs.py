"""Small graphs to find patterns in: payments as rows of (payer, payee, amount in cents, time)."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from risk.aml.graph import PaymentGraph, payment_graph

Row = tuple[int, int, int, int]
ACCOUNTS = 7


def graph_of(rows: Sequence[Row], *, accounts: int | None = None) -> PaymentGraph:
    """Build a graph that has every account named, and no more unless told."""
    columns = np.array(rows, np.int64).reshape(-1, 4)
    count = accounts if accounts is not None else int(columns[:, :2].max(initial=0)) + 1
    return payment_graph(*columns.T, accounts=count)


def paid(*pairs: tuple[int, int]) -> PaymentGraph:
    """Build a graph of one payment a pair, all alike and one after another."""
    return graph_of([(payer, payee, 100, number) for number, (payer, payee) in enumerate(pairs)])


rows = st.lists(
    st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, ACCOUNTS - 1), st.integers(1, 400), st.integers(0, 20)), max_size=40
)
