"""Payments and the graph of who pays whom: compressed rows both ways, so that every neighbourhood is a slice."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Columns = dict[str, Floats]

# The identifiers of a pair are made of two account numbers in one int64.
MAX_ACCOUNTS = 2**31


class BadPayments(ValueError):
    """The columns are no payments between the accounts; the text says which rule they break."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Items by account: those of account `a` are `order[start[a]:start[a + 1]]`. `start` int64[accounts + 1]."""

    start: Ints
    order: Ints

    @property
    def counts(self) -> Ints:
        """How many items each account has, int64[accounts]."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Each payer and payee once, by payer and then by payee: int64[m].

    `count` is how many payments there are of the pair and `least_cents` the least of them.
    """

    payer: Ints
    payee: Ints
    count: Ints
    least_cents: Ints
    by_payer: Rows
    by_payee: Rows

    def __len__(self) -> int:
        return len(self.payer)


@dataclass(frozen=True, slots=True, eq=False)
class PaymentGraph:
    """Payments in the order of time, int64[n] each, between accounts 0 to `accounts` - 1; none pays itself.

    `pair` is the number of each payment's pair. `by_payer` and `by_payee` list payments in the order of time.
    """

    accounts: int
    payer: Ints
    payee: Ints
    amount_cents: Ints
    at: Ints
    pair: Ints
    by_payer: Rows
    by_payee: Rows
    pairs: Pairs

    def __len__(self) -> int:
        return len(self.payer)

    def reversed(self) -> "PaymentGraph":
        """Return the graph in which every payment goes the other way: what finds many payers finds many payees there."""
        return payment_graph(self.payee, self.payer, self.amount_cents, self.at, accounts=self.accounts)


def payment_graph(payer: Any, payee: Any, amount_cents: Any, at: Any, *, accounts: int) -> PaymentGraph:
    """Build the graph. Payments to oneself are left out; the order of the rows tells nothing but for payments of one moment.

    Raises BadPayments for columns of unlike length, account numbers outside [0, accounts), and amounts that are not positive.
    """
    columns = [np.ascontiguousarray(column, np.int64) for column in (payer, payee, amount_cents, at)]
    if len({len(column) for column in columns}) != 1:
        raise BadPayments(f"columns of unlike length: {[len(column) for column in columns]}")
    if not 0 < accounts < MAX_ACCOUNTS:
        raise BadPayments(f"{accounts} accounts: there must be at least one, and fewer than 2**31")
    payers, payees, amounts, times = columns
    for what, numbers in (("payer", payers), ("payee", payees)):
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < accounts):
            raise BadPayments(f"a {what} outside [0, {accounts}): {int(numbers.min())} to {int(numbers.max())}")
    if len(amounts) and amounts.min() <= 0:
        raise BadPayments(f"an amount of {int(amounts.min())} cents: a payment moves at least one")
    kept = np.flatnonzero(payers != payees)
    # By who pays whom and how much within one moment: rows of one moment have no order that could mean anything.
    kept = kept[np.lexsort((amounts[kept], payees[kept], payers[kept], times[kept]))]
    payers, payees, amounts, times = payers[kept], payees[kept], amounts[kept], times[kept]
    keys, pair, count = np.unique(payers * accounts + payees, return_inverse=True, return_counts=True)
    least = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(least, pair, amounts)
    of_payer, of_payee = keys // accounts, keys % accounts
    return PaymentGraph(
        accounts=accounts,
        payer=payers,
        payee=payees,
        amount_cents=amounts,
        at=times,
        pair=pair.astype(np.int64),
        by_payer=rows_of(payers, accounts),
        by_payee=rows_of(payees, accounts),
        pairs=Pairs(
            of_payer, of_payee, count.astype(np.int64), least, rows_of(of_payer, accounts), rows_of(of_payee, accounts)
        ),
    )


def rows_of(account: Ints, accounts: int) -> Rows:
    """Group items by account, each account's in the order in which they stand."""
    start = np.zeros(accounts + 1, np.int64)
    np.cumsum(np.bincount(account, minlength=accounts), out=start[1:])
    return Rows(start, np.argsort(account, kind="stable").astype(np.int64))


def total_of(account: Ints, values: NDArray[Any], accounts: int) -> Floats:
    """Sum values by account: float64[accounts], 0 for an account without any."""
    return np.bincount(account, weights=values, minlength=accounts).astype(np.float64)


def greatest_of(account: Ints, values: NDArray[Any], accounts: int, *, none: float = np.nan) -> Floats:
    """Return the greatest value of each account: float64[accounts], `none` for an account without any."""
    found = np.full(accounts, -np.inf)
    np.maximum.at(found, account, values)
    found[np.isneginf(found)] = none
    return found


def least_of(account: Ints, values: NDArray[Any], accounts: int, *, none: float = np.nan) -> Floats:
    """Return the least value of each account: float64[accounts], `none` for an account without any."""
    return -greatest_of(account, -np.asarray(values, np.float64), accounts, none=-none)


def share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Return part / whole: NaN where there is no whole."""
    out = np.full(len(part), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) != 0)
    return out
