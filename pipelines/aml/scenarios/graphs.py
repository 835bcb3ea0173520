"""Money on its way through several accounts of ours: loops, layers, scattered and gathered.

Beyond this bank nobody can follow: only payments between accounts of ours are looked at. A finding is about the account from
which the money set out, and names every payment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.aml.scenarios.finding import MOST_TRANSACTIONS, Finding
from pipelines.aml.scenarios.payments import History
from risk.aml.graph import payment_graph
from risk.aml.loops import loops
from risk.scenarios.declared import PPM

Values = Mapping[str, int]
Ints = NDArray[np.int64]
# Of what an account got within a window, so many payments are followed: one that gets more is no link of a chain.
MOST_FOLLOWED = 64


@dataclass(frozen=True, slots=True)
class _Inside:
    """Payments between accounts of ours, oldest first; accounts by number."""

    names: Sequence[str]
    payer: Ints
    payee: Ints
    amount: Ints
    at: Ints
    transactions: Sequence[str]

    def finding(self, scenario: str, account: int, items: Iterable[int]) -> Finding:
        """What these payments make of an account."""
        ordered = sorted(items)
        return Finding(
            scenario=scenario,
            account_id=self.names[account],
            first_at=int(self.at[ordered[0]]),
            last_at=int(self.at[ordered[-1]]),
            payments=len(ordered),
            amount_minor=int(self.amount[ordered].sum()),
            transactions=tuple(self.transactions[item] for item in ordered[:MOST_TRANSACTIONS]),
        )


def round_trip(history: History, values: Values) -> list[Finding]:
    """Loops in the order of time that bring most of it back; of those that share a payment the one with most payments."""
    inside = _inside(history, values["amount_minor"])
    if not len(inside.payer):
        return []
    graph = payment_graph(inside.payer, inside.payee, inside.amount, inside.at, accounts=len(inside.names))
    found = loops(graph, window=values["window_ms"], alike=values["share_ppm"] / PPM)
    paths = [
        [int(item) for item in row[row >= 0]]
        for row, hops in zip(found.payments, found.hops, strict=True)
        if values["least_hops"] <= hops <= values["most_hops"]
    ]
    return _apart("round-trip", inside, paths, since=history.since)


def layering(history: History, values: Values) -> list[Finding]:
    """Chains of payments, each soon after the one before and of nearly as much."""
    inside = _inside(history, values["amount_minor"])
    arrived: dict[int, list[int]] = defaultdict(list)
    length, before = np.ones(len(inside.payer), np.int64), np.full(len(inside.payer), -1, np.int64)
    for item in range(len(inside.payer)):
        for earlier in reversed(arrived[inside.payer[item]][-MOST_FOLLOWED:]):
            if inside.at[item] - inside.at[earlier] > values["window_ms"]:
                break
            kept = PPM * inside.amount[item] >= values["share_ppm"] * inside.amount[earlier]
            passes = inside.amount[item] <= inside.amount[earlier] and inside.payee[item] != inside.payer[earlier]
            if kept and passes and length[earlier] + 1 > length[item]:
                length[item], before[item] = length[earlier] + 1, earlier
        arrived[inside.payee[item]].append(item)
    paths = []
    for last in np.flatnonzero(length >= values["hops"]):
        path, item = [], int(last)
        while item >= 0:
            path.append(item)
            item = int(before[item])
        paths.append(path[::-1])
    return _apart("layering", inside, paths, since=history.since)


def scatter_gather(history: History, values: Values) -> list[Finding]:
    """One account, several between, one account: all within the window."""
    inside = _inside(history, 0)
    window, least = values["window_ms"], values["middles"]
    arrived: dict[int, list[int]] = defaultdict(list)
    paths: list[list[int]] = []
    for item in range(len(inside.payer)):
        payee = int(inside.payee[item])
        arrived[payee].append(item)
        gathered = _within(arrived[payee], inside.at, since=int(inside.at[item]) - window)
        if (
            len({int(inside.payer[each]) for each in gathered}) < least
            or inside.amount[gathered].sum() < values["amount_minor"]
        ):
            continue
        from_origin: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for last in gathered:
            middle = int(inside.payer[last])
            for first in _within(arrived[middle], inside.at, since=int(inside.at[item]) - window):
                origin = int(inside.payer[first])
                if inside.at[first] < inside.at[last] and origin not in (middle, payee):
                    from_origin[origin].setdefault(middle, []).extend((first, last))
        paths += [
            sorted({each for legs in middles.values() for each in legs})
            for middles in from_origin.values()
            if len(middles) >= least
        ]
    return _apart("scatter-gather", inside, paths, since=history.since)


def _inside(history: History, least_minor: int) -> _Inside:
    own = history.accounts.select(pl.col("account_id").unique())
    rows = (
        history.payments.filter((pl.col("direction") == "debit") & (pl.col("amount_minor") >= least_minor))
        .join(own, on="account_id", how="semi")
        .join(own, left_on="payee_id", right_on="account_id", how="semi")
        .filter(pl.col("account_id") != pl.col("payee_id"))
        .sort("event_time", "transaction_id")
    )
    names = pl.concat([rows["account_id"], rows["payee_id"]]).unique(maintain_order=True)
    number = pl.DataFrame({"name": names, "number": np.arange(len(names))})
    numbered = rows.join(number, left_on="account_id", right_on="name", how="left", maintain_order="left").join(
        number, left_on="payee_id", right_on="name", how="left", suffix="_payee", maintain_order="left"
    )
    return _Inside(
        names=names.to_list(),
        payer=numbered["number"].to_numpy(),
        payee=numbered["number_payee"].to_numpy(),
        amount=numbered["amount_minor"].cast(pl.Int64).to_numpy(),
        at=numbered["event_time"].cast(pl.Int64).to_numpy(),
        transactions=numbered["transaction_id"].to_list(),
    )


def _within(items: Sequence[int], at: Ints, *, since: int) -> list[int]:
    found = []
    for item in reversed(items[-MOST_FOLLOWED:]):
        if at[item] < since:
            break
        found.append(item)
    return found[::-1]


def _apart(scenario: str, inside: _Inside, paths: Iterable[Sequence[int]], *, since: int) -> list[Finding]:
    """Return a finding for each path that shares no payment with a longer one, oldest first."""
    taken: set[int] = set()
    found = []
    for path in sorted(paths, key=lambda each: (-len(each), each)):
        if inside.at[path[-1]] >= since and taken.isdisjoint(path):
            taken.update(path)
            found.append(inside.finding(scenario, int(inside.payer[path[0]]), path))
    return sorted(found, key=lambda each: (each.first_at, each.account_id))
