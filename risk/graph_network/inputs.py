"""What the network reads of a graph of payments: columns of accounts, columns of pairs, and how pairs weigh in a mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.aml.amounts import shares_of_greatest
from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, least_of, total_of
from risk.aml.statistics import account_statistics

Singles = NDArray[np.float32]

PAIR_COLUMNS = ("payments", "mean_cents", "least_share", "first", "last")
# Weights of a pair among those of the account that a message goes to: by number of payments, and by amount.
WEIGHTS = 2
_LOGARITHMIC = ("_payments", "_others", "_cents")
_TIMES = ("_first", "_last", "_mean_time", "_time_deviation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The moments [start, past) that payments lie in, in their own unit: times are read as a share of it."""

    start: int
    past: int

    def __post_init__(self) -> None:
        if self.past <= self.start:
            raise ValueError(f"a period has a length: [{self.start}, {self.past}) has none")


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """One graph as the network reads it.

    `accounts` float32[n, columns] and `pairs` float32[m, PAIR_COLUMNS], NaN for what there is none of. `payer` and `payee`
    int64[m] are the pairs; `to_payee` and `to_payer` float32[m, WEIGHTS] what each counts among those of its payee and of its
    payer: the weights of one account add up to 1.
    """

    accounts: Singles
    pairs: Singles
    payer: Ints
    payee: Ints
    to_payee: Singles
    to_payer: Singles

    def __len__(self) -> int:
        return len(self.accounts)


def account_columns(payments: PaymentGraph, period: Period) -> Columns:
    """Return what is read of each account, float64[accounts] by name: counts and amounts as logarithms, times as shares."""
    found = account_statistics(payments)
    length = period.past - period.start
    read: Columns = {}
    for name, values in found.items():
        if name.endswith(_LOGARITHMIC):
            read[name] = np.log1p(values)
        elif name.endswith("_time_deviation"):
            read[name] = values / length
        elif name.endswith(_TIMES):
            read[name] = (values - period.start) / length
        else:
            read[name] = values
    return read


def inputs_of(payments: PaymentGraph, period: Period) -> Inputs:
    """Return what the network reads of payments that lie in a period."""
    pairs = payments.pairs
    amount = total_of(payments.pair, payments.amount_cents, len(pairs))
    count = pairs.count.astype(np.float64)
    return Inputs(
        accounts=_singles(account_columns(payments, period)),
        pairs=_pair_columns(payments, period, amount),
        payer=pairs.payer,
        payee=pairs.payee,
        to_payee=_weights(pairs.payee, count, amount, payments.accounts),
        to_payer=_weights(pairs.payer, count, amount, payments.accounts),
    )


def _pair_columns(payments: PaymentGraph, period: Period, amount: Floats) -> Singles:
    pairs, length = payments.pairs, period.past - period.start
    count = len(pairs)
    least_share = least_of(payments.pair, shares_of_greatest(payments), count)
    first, last = least_of(payments.pair, payments.at, count), greatest_of(payments.pair, payments.at, count)
    found: Columns = {
        "payments": np.log1p(pairs.count),
        "mean_cents": np.log1p(amount / np.maximum(pairs.count, 1)),
        "least_share": np.log(least_share),
        "first": (first - period.start) / length,
        "last": (last - period.start) / length,
    }
    return _singles({name: found[name] for name in PAIR_COLUMNS})


def _weights(account: Ints, count: Floats, amount: Floats, accounts: int) -> Singles:
    """Return each pair's share of its account's payments and amounts, float32[m, WEIGHTS]."""
    columns = [values / total_of(account, values, accounts)[account] for values in (count, amount)]
    return np.column_stack(columns).astype(np.float32) if len(account) else np.empty((0, WEIGHTS), np.float32)


def _singles(columns: Columns) -> Singles:
    return np.column_stack(list(columns.values())).astype(np.float32)
