"""What is promised of each set of data, derived from the contracts: in the warehouse, as it is staged, and in the lake."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString

from contracts.alerts import AlertStatus
from contracts.decisions import DecisionSource, Door, Verdict
from contracts.labels import FraudKind
from contracts.ledger_events import LedgerStatus, Purpose
from contracts.outcomes import Outcome
from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from contracts.transactions import MAX_BALANCE_MINOR, Channel, Direction
from kit.errors import NotFound
from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR

CURRENCIES = tuple(sorted(CURRENCY_EXPONENTS))
_SHARE = (0.0, 1.0)
_AMOUNT = (1.0, float(MAX_AMOUNT_MINOR))


class Store(StrEnum):
    """Where a set lies: as the sink wrote it, as dbt stages it, or as Parquet files."""

    RAW = "raw"
    STAGING = "staging"
    LAKE = "lake"


class NoSuchSet(NotFound):
    """There is no set of that name."""

    code = "no-such-set"
    title = "There is no such set of data"
    remedy = "`baas quality status` names those there are."


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A set: `moment` says to which of the bank's days a row belongs.

    `known` columns are never null; `told` ones may be, and do not fall silent from one day to the next. No two rows share the
    columns of one of `keys`. `happened` is when the thing itself was, `decided` when it was answered. `staged` is what dbt
    calls a column, where it calls it something else.
    """

    name: LiteralString
    about: str
    moment: LiteralString
    keys: tuple[tuple[LiteralString, ...], ...]
    known: tuple[LiteralString, ...]
    told: tuple[LiteralString, ...] = ()
    words: Mapping[LiteralString, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[LiteralString, tuple[float, float]] = field(default_factory=dict)
    no_card_numbers: tuple[LiteralString, ...] = ()
    happened: LiteralString | None = None
    decided: LiteralString | None = None
    never_empty: bool = False
    topic: str | None = None
    record: str | None = None
    staged: Mapping[LiteralString, LiteralString] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[LiteralString, ...]:
        """Every column that something is promised of."""
        return (*self.known, *self.told)

    def called(self, column: LiteralString, store: Store) -> LiteralString:
        """Return what `column` is called in a store."""
        return self.staged.get(column, column) if store is Store.STAGING else column


def _words(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for word in kind)


DECISIONS_SET = DataSet(
    name="decisions",
    about="Every transaction that was decided, with its answer.",
    moment="known_at",
    keys=(("tenant_id", "transaction_id"), ("epoch", "n")),
    known=(
        "tenant_id", "transaction_id", "epoch", "n", "door", "event_time", "known_at", "channel", "direction", "amount_minor",
        "currency", "verdict", "source", "policy", "feature_set", "late", "scored_at",
    ),
    told=(
        "customer_id", "account_id", "card_id", "device_id", "payee_id", "merchant_id", "mcc", "country", "entry_mode",
        "probability", "anomaly", "model",
    ),
    words={
        "door": _words(Door), "channel": _words(Channel), "direction": _words(Direction), "currency": CURRENCIES,
        "verdict": _words(Verdict), "source": _words(DecisionSource),
    },
    bounds={"amount_minor": _AMOUNT, "probability": _SHARE, "anomaly": _SHARE},
    no_card_numbers=("card_id", "customer_id", "account_id"),
    happened="event_time",
    decided="scored_at",
    never_empty=True,
    topic=DECISIONS,
    record="decision",
    staged={"source": "decision_source"},
)  # fmt: skip
SETS = (
    DECISIONS_SET,
    DataSet(
        name="outcomes",
        about="What became of each decided transaction: exactly one outcome each.",
        moment="occurred_at",
        keys=(("tenant_id", "transaction_id"), ("event_id",)),
        known=("tenant_id", "transaction_id", "event_id", "outcome", "occurred_at"),
        words={"outcome": _words(Outcome)},
    ),
    DataSet(
        name="overrides",
        about="Answers that took the place of what the decision log said first.",
        moment="scored_at",
        keys=(("tenant_id", "transaction_id", "n"),),
        known=("tenant_id", "transaction_id", "n", "verdict", "source", "scored_at"),
        told=("probability",),
        words={"verdict": _words(Verdict), "source": _words(DecisionSource)},
        bounds={"probability": _SHARE},
        staged={"source": "decision_source"},
    ),
    DataSet(
        name="controls",
        about="Changes of model, policy, list or profile, where the scorer applied them.",
        moment="known_at",
        keys=(("log_offset",),),
        known=("control_id", "kind", "known_at", "log_offset"),
        words={"kind": ("model", "policy", "list", "profile")},
        staged={"kind": "control_kind"},
    ),
    DataSet(
        name="ledger_events",
        about="Facts of the ledger, in commit order.",
        moment="occurred_at",
        keys=(("tenant_id", "event_id"), ("log_offset",)),
        known=(
            "tenant_id", "event_id", "transfer_id", "status", "purpose", "occurred_at", "amount_minor", "currency",
            "log_offset",
        ),
        told=("debit_account_id", "credit_account_id", "door"),
        words={"status": _words(LedgerStatus), "purpose": _words(Purpose), "currency": CURRENCIES},
        bounds={"amount_minor": _AMOUNT},
        topic=BANKING_TRANSACTIONS,
    ),
    DataSet(
        name="labels",
        about="What turned out about transactions, and when it was learned.",
        moment="known_at",
        keys=(("tenant_id", "label_id"),),
        known=("tenant_id", "transaction_id", "label_id", "fraud", "kind", "known_at", "source"),
        words={"kind": _words(FraudKind)},
        topic=LABELS,
        staged={"kind": "fraud_kind", "source": "label_source"},
    ),
    DataSet(
        name="alerts",
        about="Changes of alerts, as compliance sees them.",
        moment="occurred_at",
        keys=(("tenant_id", "event_id"),),
        known=(
            "tenant_id", "event_id", "alert_id", "status", "change", "subject_kind", "subject_id", "transaction_id", "verdict",
            "amount_minor", "currency", "first_event_time", "last_event_time", "occurred_at", "decisions", "total_amount_minor",
        ),
        told=("probability",),
        words={
            "status": _words(AlertStatus), "change": ("opened", "grew", "moved"), "verdict": _words(Verdict),
            "subject_kind": ("customer", "account", "payee", "transaction"), "currency": CURRENCIES,
        },
        # An alert's sum is of many payments; the bound is that of a balance.
        bounds={"amount_minor": _AMOUNT, "total_amount_minor": (1.0, float(MAX_BALANCE_MINOR)), "probability": _SHARE},
        topic=ALERTS,
    ),
)  # fmt: skip
_BY_NAME = {found.name: found for found in SETS}


@dataclass(frozen=True, slots=True)
class Kept:
    """A set in one of its stores, and the word by which people name it: `raw.decisions`."""

    store: Store
    data: DataSet

    @property
    def name(self) -> str:
        """The store and the set."""
        return f"{self.store}.{self.data.name}"


KEPT = tuple(
    Kept(store, data)
    for store in (Store.RAW, Store.LAKE, Store.STAGING)
    for data in SETS
    if store is not Store.LAKE or data.topic
)


def kept(name: str) -> Kept:
    """Return the set of that name (`raw.decisions`). Raises NoSuchSet."""
    for each in KEPT:
        if each.name == name:
            return each
    raise NoSuchSet(f"{name}; there are: {', '.join(each.name for each in KEPT)}")
