"""Messages as rows: what of each topic's records is compared. Pure.

Every frame begins with the record's place (`partition`, `offset`). What a topic's contract does not allow is a row of
`UNREADABLE`, so that it is looked for in the dlq.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from contracts import topics
from contracts.transactions import UNREADABLE as NO_MESSAGE
from kit.kafka import Headers
from kit.outbox import POSITION_HEADER
from scoring.fields import NUMBER_COLUMNS, TEXT_COLUMNS
from scoring.scanner import Scan, scan_transactions

INBOUND, DECISIONS, OUTCOMES, OVERRIDES, CONTROLS = "inbound", "decisions", "outcomes", "overrides", "controls"
STARTS, LOG_LABELS = "starts", "log_labels"
SENT_CONTROLS, LEDGER_EVENTS, LABELS, ALERTS, FLAGGED = "sent_controls", "ledger_events", "labels", "alerts", "flagged"
REFUSALS, UNREADABLE, FINDINGS, SCREENED = "refusals", "unreadable", "findings", "screened"

_PLACE: dict[str, Any] = {"partition": pl.Int32, "offset": pl.Int64}
_NAMED: dict[str, Any] = _PLACE | {"tenant_id": pl.String, "id": pl.String}
_OUTBOX: dict[str, Any] = {"outbox_id": pl.Int64}
SCHEMAS: dict[str, dict[str, Any]] = {
    INBOUND: _NAMED | {"content": pl.UInt64},
    DECISIONS: _NAMED | {"n": pl.Int64, "amount_minor": pl.Int64, "verdict": pl.String, "content": pl.UInt64},
    OUTCOMES: _NAMED | {"n": pl.Int64, "event_id": pl.String, "outcome": pl.String},
    OVERRIDES: _NAMED | {"n": pl.Int64, "verdict": pl.String},
    CONTROLS: _NAMED | {"n": pl.Int64, "kind": pl.String},
    STARTS: _PLACE | {"n": pl.Int64},
    LOG_LABELS: _NAMED | {"n": pl.Int64, "transaction_id": pl.String, "fraud": pl.Boolean, "kind": pl.String},
    SENT_CONTROLS: _NAMED | {"kind": pl.String} | _OUTBOX,
    LEDGER_EVENTS: _NAMED
    | {"transfer_id": pl.String, "status": pl.String, "purpose": pl.String, "amount_minor": pl.Int64, "occurred_at": pl.Int64}
    | _OUTBOX,
    LABELS: _NAMED | {"transaction_id": pl.String, "fraud": pl.Boolean, "kind": pl.String} | _OUTBOX,
    ALERTS: _NAMED
    | {"transaction_id": pl.String, "change": pl.String, "verdict": pl.String, "amount_minor": pl.Int64}
    | _OUTBOX,
    FINDINGS: _NAMED | {"finding_id": pl.String, "growth": pl.Int64} | _OUTBOX,
    FLAGGED: _NAMED | {"amount_minor": pl.Int64, "verdict": pl.String},
    SCREENED: _NAMED | {"amount_minor": pl.Int64, "verdict": pl.String} | _OUTBOX,
    REFUSALS: _PLACE | {"source_partition": pl.Int32, "source_offset": pl.Int64, "process": pl.String},
    UNREADABLE: _PLACE,
}
NO_TENANT = ""
"""Stands for the tenant of a control that holds for all of them: a key has no nulls."""
_TENANT_OF_A_CONTROL = pl.col("tenant_id").fill_null(NO_TENANT)


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one partition: their offsets, values and headers, row by row. `headers` is empty where nobody reads them."""

    partition: int
    offsets: Sequence[int]
    values: Sequence[bytes]
    headers: Sequence[Headers | None] = ()


Frames = dict[str, pl.DataFrame]
Reader = Callable[[Batch], Frames]


class _Answer(msgspec.Struct, gc=False):
    verdict: str


class _Decision(msgspec.Struct, tag_field="record", tag="decision", gc=False):
    n: int
    transaction: msgspec.Raw
    answer: _Answer


class _Outcome(msgspec.Struct, tag_field="record", tag="outcome", gc=False):
    n: int
    tenant_id: str
    transaction_id: str
    event_id: str
    outcome: str


class _Override(msgspec.Struct, tag_field="record", tag="override", gc=False):
    n: int
    tenant_id: str
    transaction_id: str
    answer: _Answer


class _Control(msgspec.Struct, gc=False):
    control_id: str
    kind: str
    tenant_id: str | None = None


class _Controlled(msgspec.Struct, tag_field="record", tag="control", gc=False):
    n: int
    control: _Control


class _Started(msgspec.Struct, tag_field="record", tag="start", gc=False):
    n: int


class _Event(msgspec.Struct, gc=False):
    tenant_id: str
    event_id: str
    transfer_id: str
    status: str
    purpose: str
    amount_minor: int
    occurred_at: int


class _Label(msgspec.Struct, gc=False):
    tenant_id: str
    label_id: str
    transaction_id: str
    fraud: bool
    kind: str


class _Alert(msgspec.Struct, gc=False):
    tenant_id: str
    event_id: str
    transaction_id: str
    change: str
    verdict: str
    amount_minor: int


class _Finding(msgspec.Struct, gc=False):
    tenant_id: str
    event_id: str
    finding_id: str
    growth: int


class _Moved(msgspec.Struct, gc=False):
    tenant_id: str
    transaction_id: str
    amount_minor: int


class _Flagged(msgspec.Struct, gc=False):
    transaction: _Moved
    answer: _Answer


class _Labelled(msgspec.Struct, tag_field="record", tag="label", gc=False):
    n: int
    label: _Label


_KINDS = (_Decision, _Outcome, _Override, _Controlled, _Started, _Labelled)
_log = msgspec.json.Decoder(_Decision | _Outcome | _Override | _Controlled | _Started | _Labelled)
_outcome = attrgetter("tenant_id", "transaction_id", "n", "event_id", "outcome")
_override = attrgetter("tenant_id", "transaction_id", "n", "answer.verdict")
_labelled = attrgetter("label.tenant_id", "label.label_id", "n", "label.transaction_id", "label.fraud", "label.kind")
_controlled = attrgetter("control.tenant_id", "control.control_id", "n", "control.kind")


def inbound(batch: Batch) -> Frames:
    """What came in, with the hash of its content by which the scorer tells a repetition from another intent."""
    scan = scan_transactions(batch.values)
    return {
        INBOUND: _frame(INBOUND, batch, scan.origin.tolist(), [*_names(scan), scan.hashes[:, 0]]),
        UNREADABLE: _frame(UNREADABLE, batch, [row for row, _ in scan.refused], []),
    }


def decision_log(batch: Batch) -> Frames:
    """The log's kinds of records."""
    rows, records, unreadable = _decoded(batch.values, _log.decode)
    of: dict[type, tuple[list[int], list[Any]]] = {kind: ([], []) for kind in _KINDS}
    for row, record in zip(rows, records, strict=True):
        of_kind = of[type(record)]
        of_kind[0].append(row)
        of_kind[1].append(record)
    decided_rows, decided = of[_Decision]
    scan = scan_transactions([bytes(record.transaction) for record in decided])
    taken = [decided[origin] for origin in scan.origin.tolist()]
    decisions = [
        *_names(scan),
        [record.n for record in taken],
        scan.numbers[:, NUMBER_COLUMNS["amount_minor"]],
        [record.answer.verdict for record in taken],
        scan.hashes[:, 0],
    ]
    return {
        DECISIONS: _frame(DECISIONS, batch, [decided_rows[origin] for origin in scan.origin.tolist()], decisions),
        OUTCOMES: _rows(OUTCOMES, batch, *of[_Outcome], values=_outcome),
        OVERRIDES: _rows(OVERRIDES, batch, *of[_Override], values=_override),
        CONTROLS: _rows(CONTROLS, batch, *of[_Controlled], values=_controlled).with_columns(_TENANT_OF_A_CONTROL),
        LOG_LABELS: _rows(LOG_LABELS, batch, *of[_Labelled], values=_labelled),
        STARTS: _frame(STARTS, batch, of[_Started][0], [[record.n for record in of[_Started][1]]]),
        UNREADABLE: _frame(UNREADABLE, batch, unreadable + [decided_rows[origin] for origin, _ in scan.refused], []),
    }


def refusals(batch: Batch) -> Frames:
    """Which record of a topic was refused by whom. A message without its source's place is nobody's refusal."""
    found: list[tuple[int, int, str]] = []
    rows, unreadable = [], []
    for row, headers in enumerate(batch.headers):
        named = dict(headers or [])
        try:
            place = int(named["source_partition"]), int(named["source_offset"])
        except (KeyError, ValueError, TypeError):
            unreadable.append(row)
        else:
            rows.append(row)
            found.append((*place, (named.get("detail") or b"").decode(errors="replace").partition(":")[0]))
    return {
        REFUSALS: _frame(REFUSALS, batch, rows, list(zip(*found, strict=True))),
        UNREADABLE: _frame(UNREADABLE, batch, unreadable, []),
    }


def _plain(kind: str, struct: type, *names: str) -> Reader:
    """A reader of a topic with one kind of record; topics that the outbox feeds keep the row's id there."""
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(struct).decode
    values = attrgetter(*names)
    by_outbox = "outbox_id" in SCHEMAS[kind]

    def read(batch: Batch) -> Frames:
        rows, taken, unreadable = _decoded(batch.values, decode)
        columns = list(zip(*map(values, taken), strict=True))
        if by_outbox:
            columns.append(tuple(_outbox_id(batch.headers[row]) for row in rows))
        return {kind: _frame(kind, batch, rows, columns), UNREADABLE: _frame(UNREADABLE, batch, unreadable, [])}

    return read


def _sent_controls(batch: Batch) -> Frames:
    frames = _read_controls(batch)
    return frames | {SENT_CONTROLS: frames[SENT_CONTROLS].with_columns(_TENANT_OF_A_CONTROL)}


def _decoded(values: Sequence[bytes], decode: Callable[[bytes], Any]) -> tuple[Sequence[int], list[Any], list[int]]:
    """The rows that are records, the records, and the rows that are none. A batch with none of those is decoded at once."""
    try:
        return range(len(values)), list(map(decode, values)), []
    except NO_MESSAGE:
        rows, read, unreadable = [], [], []
    for row, value in enumerate(values):
        try:
            read.append(decode(value))
            rows.append(row)
        except NO_MESSAGE:
            unreadable.append(row)
    return rows, read, unreadable


def _outbox_id(headers: Headers | None) -> int | None:
    """Return the id of the outbox row that the message left by, its position's last part; None where it came another way."""
    for name, value in headers or ():
        if name == POSITION_HEADER:
            number = value.rpartition(b".")[2]
            return int(number) if number.isdigit() else None
    return None


_FLAGGED = ("transaction.tenant_id", "transaction.transaction_id", "transaction.amount_minor", "answer.verdict")
_read_controls = _plain(SENT_CONTROLS, _Control, "tenant_id", "control_id", "kind")
READERS: dict[str, Reader] = {
    topics.INBOUND_TRANSACTIONS: inbound,
    topics.DECISIONS: decision_log,
    topics.CONTROLS: _sent_controls,
    topics.BANKING_TRANSACTIONS: _plain(
        LEDGER_EVENTS, _Event, "tenant_id", "event_id", "transfer_id", "status", "purpose", "amount_minor", "occurred_at"
    ),
    topics.LABELS: _plain(LABELS, _Label, "tenant_id", "label_id", "transaction_id", "fraud", "kind"),
    topics.ALERTS: _plain(ALERTS, _Alert, "tenant_id", "event_id", "transaction_id", "change", "verdict", "amount_minor"),
    topics.AML_FINDINGS: _plain(FINDINGS, _Finding, "tenant_id", "event_id", "finding_id", "growth"),
    topics.FLAGGED: _plain(FLAGGED, _Flagged, *_FLAGGED),
    topics.SCREENED: _plain(SCREENED, _Flagged, *_FLAGGED),
}


def _names(scan: Scan) -> list[list[str]]:
    """Tenants and transaction ids of a scan."""
    text = scan.buffer.tobytes()
    spans = (scan.spans[:, TEXT_COLUMNS[name]].tolist() for name in ("tenant_id", "transaction_id"))
    return [[text[start:end].decode() for start, end in of_name] for of_name in spans]


def _rows(
    kind: str, batch: Batch, rows: Sequence[int], read: Sequence[Any], *, values: Callable[[Any], tuple[Any, ...]]
) -> pl.DataFrame:
    return _frame(kind, batch, rows, list(zip(*map(values, read), strict=True)))


def _frame(kind: str, batch: Batch, rows: Sequence[int], columns: Iterable[Any]) -> pl.DataFrame:
    """Columns of the kind's schema after the place, for some rows of a batch."""
    schema = SCHEMAS[kind]
    if not rows:
        return pl.DataFrame(schema=schema)
    places = [[batch.partition] * len(rows), [batch.offsets[row] for row in rows]]
    return pl.DataFrame(dict(zip(schema, [*places, *columns], strict=True)), schema=schema)
