"""What is learned from: a tenant's payments and what came out since, cut at moments that know nothing of what follows them.

At a cut, an account is what its payments of the 90 days before say. What is to be known of it is whether, in the 14 days from
the cut on, a payment that turned out to be fraud used it: as the payee of what was taken, or as the payer who passes it on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.postgres import connect
from kit.settings import Settings
from pipelines.aml.learning import spread_folds
from pipelines.graph_network import repository
from pipelines.graph_network.learning import UNKNOWN, Known
from risk.aml.graph import Ints, PaymentGraph, payment_graph
from risk.graph_network.inputs import Inputs, Period, inputs_of

APPLICATION, ROLE = "graph-network", "audit"
DAYS, HORIZON_DAYS = 90, 14
LEARNED_CUTS = 3
MAX_PAYMENTS = 3_000_000
STATEMENT_TIMEOUT_MS = 600_000
# One of so many parts of the accounts is held back: learning stops by them.
HELD_PARTS = 4
SEED = 20_262

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Payments and accounts that were used, by number: int64. `accounts` are the ids in order."""

    accounts: tuple[str, ...]
    payer: Ints
    payee: Ints
    amount_cents: Ints
    at_ms: Ints
    used: Ints
    used_at_ms: Ints
    used_known_ms: Ints

    @classmethod
    def of(cls, payments: pl.DataFrame, used: pl.DataFrame) -> "History":
        """Number the accounts of payments, and of those that were used, as `repository` returns them."""
        ids = pl.concat([payments["payer"], payments["payee"].rename("payer")]).unique().sort()
        number = dict(zip(ids, range(len(ids)), strict=True))

        def numbers(of: pl.Series) -> Ints:
            return of.replace_strict(number, return_dtype=pl.Int64).to_numpy() if len(of) else np.empty(0, np.int64)

        met = used.filter(pl.col("account").is_in(ids.implode()))
        return cls(
            tuple(ids), numbers(payments["payer"]), numbers(payments["payee"]), payments["amount_cents"].to_numpy(),
            payments["at_ms"].to_numpy(), numbers(met["account"]), met["at_ms"].to_numpy(), met["known_at_ms"].to_numpy(),
        )  # fmt: skip

    def before(self, cut_ms: int, *, days: int = DAYS) -> tuple[PaymentGraph, Period]:
        """Return the payments of the days before a moment, and their period."""
        period = Period(start=cut_ms - days * DAY_MS, past=cut_ms)
        rows = (self.at_ms >= period.start) & (self.at_ms < period.past)
        columns = (self.payer[rows], self.payee[rows], self.amount_cents[rows], self.at_ms[rows])
        return payment_graph(*columns, accounts=max(1, len(self.accounts))), period


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A history at a moment: what is read, and int64[accounts] what is to be known, UNKNOWN of accounts without a payment."""

    at_ms: int
    payments: PaymentGraph
    period: Period
    inputs: Inputs
    target: Ints

    @property
    def known(self) -> NDArray[np.bool_]:
        """The accounts that are judged or learned from."""
        return np.asarray(self.target != UNKNOWN, np.bool_)

    @property
    def positives(self) -> int:
        """How many are used."""
        return int((self.target == 1).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """What is learned from and, later than all of it, what is judged. `held` bool[accounts]: held back to stop by."""

    learned: tuple[Cut, ...]
    judged: Cut
    held: NDArray[np.bool_]

    def graphs(self) -> list[Known]:
        """Return the learned cuts as the learner takes them."""
        return [Known(each.inputs, each.target, self.held) for each in self.learned]

    def unseen(self) -> NDArray[np.bool_]:
        """The judged accounts that are in nothing that was learned from: new ones."""
        seen = np.logical_or.reduce([each.known for each in self.learned])
        return np.asarray(self.judged.known & ~seen, np.bool_)


def read(settings: Settings, *, tenant_id: str, cutoff_ms: int) -> History:
    """Read what a tenant's warehouse knew at a moment, as far back as is needed."""
    past, known_by = _moment(cutoff_ms), _moment(cutoff_ms)
    start = _moment(cutoff_ms - LABEL_DELAY_MS - ((LEARNED_CUTS + 1) * HORIZON_DAYS + DAYS) * DAY_MS)
    dsn = settings.warehouse.dsn(ROLE)
    with connect(dsn, application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        payments = repository.payments(connection, tenant_id=tenant_id, start=start, past=past, most=MAX_PAYMENTS)
        used = repository.used_accounts(connection, tenant_id=tenant_id, start=start, past=past, known_by=known_by)
    return History.of(payments, used)


def cuts(history: History, *, cutoff_ms: int) -> Cuts:
    """Cut a history as known at a moment.

    The judged cut is the latest whose 14 days are as old as labels take; by then labels known at `cutoff_ms` count. What is
    learned from ends where it begins, and knows no label that came later.
    """
    judged_ms = cutoff_ms - LABEL_DELAY_MS - HORIZON_DAYS * DAY_MS
    judged = _cut(history, judged_ms, known_by_ms=cutoff_ms)
    moments = [judged_ms - number * HORIZON_DAYS * DAY_MS for number in range(1, LEARNED_CUTS + 1)]
    learned = [_cut(history, moment, known_by_ms=judged_ms) for moment in moments]
    kept = tuple(each for each in learned if each.known.any())
    positive = np.zeros(judged.payments.accounts, np.bool_)
    for each in kept:
        positive |= each.target == 1
    folds = spread_folds(positive, np.arange(len(positive)), count=HELD_PARTS, seed=SEED)
    return Cuts(kept, judged, folds == 0)


def _cut(history: History, at_ms: int, *, known_by_ms: int) -> Cut:
    payments, period = history.before(at_ms)
    target = np.full(payments.accounts, UNKNOWN, np.int64)
    target[np.unique(np.concatenate((payments.payer, payments.payee)))] = 0
    after = (history.used_at_ms >= at_ms) & (history.used_at_ms < at_ms + HORIZON_DAYS * DAY_MS)
    used = history.used[after & (history.used_known_ms <= known_by_ms)]
    target[used[target[used] == 0]] = 1
    return Cut(at_ms, payments, period, inputs_of(payments, period), target)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
