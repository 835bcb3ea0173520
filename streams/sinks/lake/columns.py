"""Messages as Arrow columns, one schema a topic. Pure. Times are epoch milliseconds (int64, `_ms`); ids stay text.

Every schema ends with `offset` (the message's own) and `payload` (the message as it was, so that the lake alone can rebuild
whatever folded the topic). What a label of the decision log says is not a column at all.

A schema has a version, which each file says. A change adds columns or widens one, never takes one away or narrows it, and
raises the version: readers and compaction give the rows of older files null in a column that came later (their payload alone
has it), and their numbers the wider type.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from kit.lake.files import SCHEMA_VERSION
from streams.sinks.messages import (
    Kept,
    KeptAnswer,
    KeptControl,
    KeptDecision,
    KeptLabel,
    KeptLogLabel,
    KeptOutcome,
    KeptOverride,
    KeptStart,
    KeptTransaction,
    control_facts,
)


class LakeRow(NamedTuple):
    """A message to keep: what was decoded of it, and itself."""

    kept: Kept
    offset: int
    duration_us: int | None
    payload: bytes


_TEXT_LIST = pa.list_(pa.string())
_POSITION = [("offset", pa.int64()), ("payload", pa.binary())]

_TRANSACTION_COLUMNS = [
    ("channel", pa.string()), ("direction", pa.string()), ("amount_minor", pa.int64()), ("currency", pa.string()),
    ("customer_id", pa.string()), ("account_id", pa.string()), ("card_id", pa.string()), ("device_id", pa.string()),
    ("ip", pa.string()), ("payee_id", pa.string()), ("merchant_id", pa.string()), ("mcc", pa.int32()), ("country", pa.string()),
    ("latitude_e5", pa.int32()), ("longitude_e5", pa.int32()), ("entry_mode", pa.string()),
    ("balance_minor", pa.int64()),
]  # fmt: skip
_ANSWER_COLUMNS = [
    ("verdict", pa.string()), ("source", pa.string()), ("probability", pa.float64()), ("anomaly", pa.float64()),
    ("rules", _TEXT_LIST), ("shadow_rules", _TEXT_LIST), ("reasons", _TEXT_LIST), ("model", pa.string()),
    ("policy", pa.string()), ("feature_set", pa.string()), ("truncated", pa.bool_()), ("late", pa.bool_()),
    ("control_group", pa.bool_()), ("challenger", pa.string()), ("challenger_probability", pa.float64()),
    ("challenger_verdict", pa.string()),
]  # fmt: skip

_COLUMNS: dict[str, pa.Schema] = {
    DECISIONS: pa.schema(
        [
            ("record", pa.string()), ("tenant_id", pa.string()), ("transaction_id", pa.string()), ("epoch", pa.int64()),
            ("n", pa.int64()), ("door", pa.string()), ("adopted", pa.bool_()), ("event_time_ms", pa.int64()),
            ("known_at_ms", pa.int64()), *_TRANSACTION_COLUMNS, *_ANSWER_COLUMNS, ("scored_at_ms", pa.int64()),
            ("duration_us", pa.int64()), ("outcome", pa.string()), ("event_id", pa.string()), ("occurred_at_ms", pa.int64()),
            *_POSITION,
        ]
    ),
    BANKING_TRANSACTIONS: pa.schema(
        [
            ("tenant_id", pa.string()), ("event_id", pa.string()), ("transfer_id", pa.string()), ("status", pa.string()),
            ("purpose", pa.string()), ("occurred_at_ms", pa.int64()), ("amount_minor", pa.int64()), ("currency", pa.string()),
            ("debit_account_id", pa.string()), ("credit_account_id", pa.string()), ("door", pa.string()),
            ("reason", pa.string()), *_POSITION,
        ]
    ),
    LABELS: pa.schema(
        [
            ("tenant_id", pa.string()), ("transaction_id", pa.string()), ("label_id", pa.string()), ("fraud", pa.bool_()),
            ("kind", pa.string()), ("known_at_ms", pa.int64()), ("source", pa.string()), *_POSITION,
        ]
    ),
    ALERTS: pa.schema(
        [
            ("tenant_id", pa.string()), ("event_id", pa.string()), ("alert_id", pa.string()), ("status", pa.string()),
            ("change", pa.string()), ("subject_kind", pa.string()), ("subject_id", pa.string()),
            ("transaction_id", pa.string()), ("verdict", pa.string()), ("amount_minor", pa.int64()),
            ("currency", pa.string()), ("first_event_time_ms", pa.int64()), ("last_event_time_ms", pa.int64()),
            ("occurred_at_ms", pa.int64()), ("decisions", pa.int32()), ("total_amount_minor", pa.int64()),
            ("probability", pa.float64()), ("reasons", _TEXT_LIST), ("stand_outs", pa.string()), *_POSITION,
        ]
    ),
}  # fmt: skip

# The versions of the schemas above; 0 is what files say that were written before there were any.
_VERSIONS = {DECISIONS: 1, BANKING_TRANSACTIONS: 1, LABELS: 1, ALERTS: 1}
SCHEMAS = {topic: schema.with_metadata({SCHEMA_VERSION: str(_VERSIONS[topic])}) for topic, schema in _COLUMNS.items()}

# Stands for a transaction, an answer, an outcome or a label that a record does not have: every field of it is null.
_ABSENT: Any = type(
    "_Absent",
    (),
    dict.fromkeys(name for kind in (KeptTransaction, KeptAnswer, KeptOutcome, KeptLabel) for name in kind.__struct_fields__),
)()
_RECORD = {
    kind: kind.__struct_config__.tag for kind in (KeptDecision, KeptOutcome, KeptOverride, KeptControl, KeptStart, KeptLogLabel)
}
_ANSWER_NAMES = frozenset(name for name, _ in _ANSWER_COLUMNS) | {"scored_at_ms"}
_RECORD_NAMES = frozenset({"epoch", "n", "door", "adopted"})
_OUTCOME_NAMES = frozenset({"outcome", "event_id", "occurred_at_ms"})
_IDENTITY_NAMES = frozenset({"tenant_id", "transaction_id"})


def _identity(kept: Any) -> Any:
    """What has the tenant and, where there is one, the transaction of a record."""
    if type(kept) is KeptDecision:
        return kept.transaction
    if type(kept) is KeptLogLabel:
        return kept.label
    return control_facts(kept) if type(kept) is KeptControl else kept


class _LogColumns:
    """The columns of the decision log; a field that a kind of record does not have is null."""

    def __init__(self, kept: Sequence[Any]) -> None:
        self._kept = kept
        self._transactions = [each.transaction if type(each) is KeptDecision else _ABSENT for each in kept]
        self._labels = [each.label if type(each) is KeptLogLabel else _ABSENT for each in kept]
        self._answers = [each.answer if type(each) in (KeptDecision, KeptOverride) else _ABSENT for each in kept]
        self._outcomes = [each if type(each) is KeptOutcome else _ABSENT for each in kept]
        self._identities = [_identity(each) for each in kept]

    def column(self, name: str) -> list[Any]:
        field = name.removesuffix("_ms")
        if name == "record":
            return [_RECORD[type(each)] for each in self._kept]
        if name in _IDENTITY_NAMES:
            return [getattr(identity, name, None) for identity in self._identities]
        if name in _RECORD_NAMES:
            return [getattr(each, name, None) for each in self._kept]
        if name in _OUTCOME_NAMES:
            return [getattr(outcome, field) for outcome in self._outcomes]
        if name in _ANSWER_NAMES:
            return [getattr(answer, field) for answer in self._answers]
        if name == "known_at_ms":
            told = zip(self._transactions, self._labels, strict=True)
            return [label.known_at if label is not _ABSENT else transaction.known_at for transaction, label in told]
        return [getattr(transaction, field) for transaction in self._transactions]


def _plain_column(kept: Sequence[Kept], name: str) -> list[Any]:
    field = name.removesuffix("_ms")
    values = [getattr(each, field) for each in kept]
    return [bytes(value).decode() if isinstance(value, msgspec.Raw) else value for value in values]


def as_batch(topic: str, rows: Sequence[LakeRow]) -> pa.RecordBatch:
    """Return `rows` as columns of the topic's schema. Raises Unreadable, or pyarrow's errors for a number out of range."""
    kept = [row.kept for row in rows]
    column = _LogColumns(kept).column if topic == DECISIONS else partial(_plain_column, kept)
    beside = {
        "offset": [row.offset for row in rows],
        "duration_us": [row.duration_us for row in rows],
        "payload": [row.payload for row in rows],
    }
    schema = SCHEMAS[topic]
    arrays = [pa.array(beside[field.name] if field.name in beside else column(field.name), type=field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
