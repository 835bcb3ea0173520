"""Which neighbours made an account's score: the score as it would be had the payments with one of them never been made.

That is exact, and not a gradient: what is read of both accounts, what their other pairs weigh and what goes on two steps away
are worked out anew for each neighbour that is left out. Effects of several neighbours need not add up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.aml.graph import Ints, PaymentGraph, payment_graph
from risk.graph_network.inputs import PAIR_COLUMNS, Inputs, Period, inputs_of
from risk.graph_network.network import Network

# Of more neighbours, those are left out in turn with whom most money moved.
MAX_TRIED = 20
# Payments of an account and its neighbours that are gone through for each neighbour.
MAX_PAYMENTS = 100_000
_LEAST_SHARE = PAIR_COLUMNS.index("least_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Somebody who paid an account or was paid by it, and what leaving them out does to the account's score.

    `effect` is the log odds that the score loses without them: above 0 they raised it. `last_at` is in the payments' unit.
    """

    account: int
    effect: float
    score_without: float
    paid_payments: int
    paid_cents: int
    received_payments: int
    received_cents: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score, and the neighbours that moved it most, first. `cut` where others were not tried."""

    account: int
    score: float
    neighbours: tuple[Neighbour, ...]
    cut: bool


def explain(
    network: Network, payments: PaymentGraph, inputs: Inputs, period: Period, *, account: int, tried: int = MAX_TRIED
) -> Explanation | None:
    """Return why an account has its score, by `inputs` of these payments; None where it and its neighbours pay too much."""
    near = _neighbours(payments, account)
    around = _Surroundings.of(payments, inputs, period, np.append(near, account))
    if around is None:
        return None
    with_all = around.log_odds(network, account, left_out=None)
    chosen = _largest(payments, account, near, most=tried)
    found = []
    for neighbour in chosen.tolist():
        without = around.log_odds(network, account, left_out=neighbour)
        found.append(_neighbour(payments, account, neighbour, effect=with_all - without, score_without=_sigmoid(without)))
    found.sort(key=lambda each: (-abs(each.effect), each.account))
    return Explanation(account, _sigmoid(with_all), tuple(found), len(chosen) < len(near))


@dataclass(frozen=True, slots=True, eq=False)
class _Surroundings:
    """All payments of an account and its neighbours: whatever its score depends on, but what is read of those further away.

    `accounts` int64[k] are the graph's numbers in order, `is_whole` bool[k] of which of them all payments are here.
    """

    payments: PaymentGraph
    inputs: Inputs
    period: Period
    accounts: Ints
    is_whole: NDArray[np.bool_]
    payer: Ints
    payee: Ints
    amount_cents: Ints
    at: Ints
    pair_keys: Ints

    @classmethod
    def of(cls, payments: PaymentGraph, inputs: Inputs, period: Period, inner: Ints) -> "_Surroundings | None":
        rows = (payments.by_payer, payments.by_payee)
        if sum(int(each.counts[inner].sum()) for each in rows) > MAX_PAYMENTS:
            return None
        slices = [each.order[each.start[one] : each.start[one + 1]] for each in rows for one in inner.tolist()]
        chosen = np.unique(np.concatenate(slices))
        payer, payee = payments.payer[chosen], payments.payee[chosen]
        accounts = np.unique(np.concatenate((payer, payee, inner)))
        return cls(
            payments, inputs, period, accounts, np.isin(accounts, inner), np.searchsorted(accounts, payer),
            np.searchsorted(accounts, payee), payments.amount_cents[chosen], payments.at[chosen],
            payments.pairs.payer * payments.accounts + payments.pairs.payee,
        )  # fmt: skip

    def log_odds(self, network: Network, account: int, *, left_out: int | None) -> float:
        """Return the account's log odds, as if it and `left_out` had never paid each other."""
        at = int(np.searchsorted(self.accounts, account))
        kept = np.ones(len(self.payer), np.bool_)
        if left_out is not None:
            other = int(np.searchsorted(self.accounts, left_out))
            kept = ~(((self.payer == at) & (self.payee == other)) | ((self.payer == other) & (self.payee == at)))
        columns = (self.payer[kept], self.payee[kept], self.amount_cents[kept], self.at[kept])
        here = payment_graph(*columns, accounts=len(self.accounts))
        read = inputs_of(here, self.period)
        read.accounts[~self.is_whole] = self.inputs.accounts[self.accounts[~self.is_whole]]
        self._correct_shares(here, read)
        return float(network.log_odds(read)[at])

    def _correct_shares(self, here: PaymentGraph, read: Inputs) -> None:
        """Give pairs whose payer pays others too, who are not here, the share that they have of all its payments."""
        foreign = np.flatnonzero(~self.is_whole[here.pairs.payer])
        payer, payee = self.accounts[here.pairs.payer[foreign]], self.accounts[here.pairs.payee[foreign]]
        places = np.searchsorted(self.pair_keys, payer * self.payments.accounts + payee)
        read.pairs[foreign, _LEAST_SHARE] = self.inputs.pairs[places, _LEAST_SHARE]


def _neighbours(payments: PaymentGraph, account: int) -> Ints:
    pairs = payments.pairs
    paid = pairs.by_payer.order[pairs.by_payer.start[account] : pairs.by_payer.start[account + 1]]
    received = pairs.by_payee.order[pairs.by_payee.start[account] : pairs.by_payee.start[account + 1]]
    return np.unique(np.concatenate((pairs.payee[paid], pairs.payer[received])))


def _between(payments: PaymentGraph, payer: int, payee: int) -> Ints:
    """The payments of one pair, by number."""
    mine = payments.by_payer.order[payments.by_payer.start[payer] : payments.by_payer.start[payer + 1]]
    return np.asarray(mine[payments.payee[mine] == payee], np.int64)


def _largest(payments: PaymentGraph, account: int, near: Ints, *, most: int) -> Ints:
    if len(near) <= most:
        return near
    moved = np.zeros(len(near), np.int64)
    for rows, other in ((payments.by_payer, payments.payee), (payments.by_payee, payments.payer)):
        mine = rows.order[rows.start[account] : rows.start[account + 1]]
        np.add.at(moved, np.searchsorted(near, other[mine]), payments.amount_cents[mine])
    return near[np.sort(np.argsort(-moved, kind="stable")[:most])]


def _neighbour(payments: PaymentGraph, account: int, other: int, *, effect: float, score_without: float) -> Neighbour:
    paid, received = _between(payments, account, other), _between(payments, other, account)
    return Neighbour(
        account=other,
        effect=effect,
        score_without=score_without,
        paid_payments=len(paid),
        paid_cents=int(payments.amount_cents[paid].sum()),
        received_payments=len(received),
        received_cents=int(payments.amount_cents[received].sum()),
        last_at=int(payments.at[np.concatenate((paid, received))].max()),
    )


def _sigmoid(log_odds: float) -> float:
    return float(1.0 / (1.0 + np.exp(-log_odds)))
