"""Messages as Arrow columns, one schema a topic. Pure. Times are epoch milliseconds (int64, `_ms`); ids stay text.

Every schema ends with `offset` (the message's own) and `payload` (the message as it was, so that the lake alone can rebuild
whatever folded the topic).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from streams.sinks.messages import (
    Kept,
    KeptAnswer,
    KeptControl,
    KeptDecision,
    KeptOutcome,
    KeptTransaction,
    control_facts,
)


@dataclass(frozen=True, slots=True)
class LakeRow:
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
    ("payee_id", pa.string()), ("merchant_id", pa.string()), ("mcc", pa.int32()), ("country", pa.string()),
    ("latitude_e5", pa.int32()), ("longitude_e5", pa.int32()), ("entry_mode", pa.string()),
]  # fmt: skip
_ANSWER_COLUMNS = [
    ("verdict", pa.string()), ("source", pa.string()), ("probability", pa.float64()), ("anomaly", pa.float64()),
    ("rules", _TEXT_LIST), ("reasons", _TEXT_LIST), ("model", pa.string()), ("policy", pa.string()),
    ("feature_set", pa.string()), ("truncated", pa.bool_()), ("late", pa.bool_()), ("control_group", pa.bool_()),
]  # fmt: skip

SCHEMAS: dict[str, pa.Schema] = {
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


class _Absent:
    """Stands for a transaction or an answer that a record does not have: every field of it is null."""

    def __getattr__(self, name: str) -> None:
        return None


_ABSENT: Any = _Absent()


def _transaction(kept: Kept) -> KeptTransaction:
    absent: KeptTransaction = _ABSENT
    return kept.transaction if isinstance(kept, KeptDecision) else absent


def _answer(kept: Kept) -> KeptAnswer:
    absent: KeptAnswer = _ABSENT
    return getattr(kept, "answer", absent)


def _identity(kept: Kept) -> Any:
    """What says which tenant and transaction a log record is about."""
    if isinstance(kept, KeptDecision):
        return kept.transaction
    return control_facts(kept) if isinstance(kept, KeptControl) else kept


def _decision_column(name: str, kept: Sequence[Kept]) -> list[Any]:
    """One column of the decision log; a field that a kind of record does not have is null."""
    field = name.removesuffix("_ms")
    if name == "record":
        return [type(each).__struct_config__.tag for each in kept]
    if name in ("tenant_id", "transaction_id"):
        return [getattr(_identity(each), name, None) for each in kept]
    if name in ("epoch", "n"):
        return [getattr(each, name) for each in kept]
    if name in ("door", "adopted"):
        return [getattr(each, name, None) for each in kept]
    if name in ("outcome", "event_id", "occurred_at_ms"):
        return [getattr(each, field) if isinstance(each, KeptOutcome) else None for each in kept]
    if name in _ANSWER_NAMES or name == "scored_at_ms":
        return [getattr(answer, field) for answer in map(_answer, kept)]
    return [getattr(transaction, field) for transaction in map(_transaction, kept)]


_ANSWER_NAMES = frozenset(name for name, _ in _ANSWER_COLUMNS)


def _plain_column(name: str, kept: Sequence[Kept]) -> list[Any]:
    field = name.removesuffix("_ms")
    values = [getattr(each, field) for each in kept]
    return [bytes(value).decode() if isinstance(value, msgspec.Raw) else value for value in values]


def as_batch(topic: str, rows: Sequence[LakeRow]) -> pa.RecordBatch:
    """Return `rows` as columns of the topic's schema. Raises Unreadable, or pyarrow's errors for a number out of range."""
    column: Callable[[str, Sequence[Kept]], list[Any]] = _decision_column if topic == DECISIONS else _plain_column
    kept = [row.kept for row in rows]
    beside = {
        "offset": [row.offset for row in rows],
        "duration_us": [row.duration_us for row in rows],
        "payload": [row.payload for row in rows],
    }
    schema = SCHEMAS[topic]
    arrays = [
        pa.array(beside[field.name] if field.name in beside else column(field.name, kept), type=field.type) for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
