"""What our own ledger says happened: outcomes of decisions, lost decisions, and answers that stand over the log's."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control
from contracts.decisions import ControlRecord, DecisionRecord, DecisionSource, Door, OutcomeRecord, OverrideRecord
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.outcomes import Outcome
from contracts.transactions import UNREADABLE
from risk.export import BadExport
from risk.policy import ALLOW
from scoring import answers as columns
from scoring.encoder import encode_decisions
from scoring.engine import Engine
from scoring.flags import encode_flagged
from scoring.memory import ALTERED, NEW
from scoring.scanner import scan_transactions

_OUTCOME_OF = {
    LedgerStatus.POSTED: Outcome.POSTED,
    LedgerStatus.DENIED: Outcome.DENIED,
    LedgerStatus.FAILED: Outcome.FAILED,
    LedgerStatus.OBSERVED: Outcome.OBSERVED,
    LedgerStatus.ABANDONED: Outcome.ABANDONED,
}
OUTCOMES = tuple(Outcome)
_STAND_IN = columns.ANY_SOURCE[DecisionSource.STAND_IN]
_decoder = msgspec.json.Decoder(LedgerEvent)
_control_decoder: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
_encoder = msgspec.json.Encoder()


@dataclass(slots=True)
class Written:
    """Records for the log in n order, each with its key; messages for `risk.flagged.v1`; inputs that could not be used."""

    records: list[tuple[bytes, bytes]]
    flagged: list[tuple[bytes, bytes]]
    refused: list[tuple[int, str, str]]


def apply_ledger_events(engine: Engine, messages: Sequence[bytes], *, now_ms: int) -> Written:
    """Adopt lost decisions, let stored answers stand over the log's, and record outcomes, in the events' order."""
    written = Written([], [], [])
    events: list[LedgerEvent] = []
    for position, message in enumerate(messages):
        try:
            events.append(_decoder.decode(message))
        except UNREADABLE as problem:
            written.refused.append((position, "malformed", str(problem)))
    transfers = [event for event in events if event.purpose is Purpose.TRANSFER]
    _take_decisions(
        engine, [e for e in transfers if e.transaction is not None and e.answer is not None], written, now_ms=now_ms
    )
    _record_outcomes(engine, [event for event in transfers if event.status in _OUTCOME_OF], written)
    return written


def _take_decisions(engine: Engine, events: list[LedgerEvent], written: Written, *, now_ms: int) -> None:
    if not events:
        return
    scan = scan_transactions([_encoder.encode(event.transaction) for event in events])
    events = [events[origin] for origin in scan.origin.tolist()]
    tenants = engine.tenants.of(scan)
    stored = np.array([columns.pack(event.answer, engine.lexicon) for event in events if event.answer], np.int64)
    meeting = engine.meet(scan, tenants)
    new = np.flatnonzero(meeting.status == NEW)
    if len(new):
        adopted = scan.take(new)
        engine.memory.remember(meeting.rows[new], stored[new])
        scored = engine.score(adopted, tenants[new], scored_at_ms=np.full(len(new), now_ms, np.int64))
        first_n = engine.take_numbers(len(new))
        engine.counters.adopted += len(new)
        encoded = encode_decisions(
            buffer=adopted.buffer,
            bounds=adopted.bounds,
            answers=stored[new],
            epoch=engine.epoch,
            first_n=first_n,
            door=Door.LEDGER,
            adopted=np.ones(len(new), np.bool_),
            lexicon=engine.lexicon,
        )
        records = encoded.records()
        for row, event in enumerate(events[at] for at in new.tolist()):
            answer = stored[new[row]]
            if answer[columns.SOURCE] == _STAND_IN or answer[columns.FLAGS] & columns.INEXACT:
                hindsight = scored.answers[row] if answer[columns.SOURCE] == _STAND_IN else None
                records[row] = _adopted_record(engine, event, first_n + row, hindsight)
        keys = [engine.tenants.names[number] for number in tenants[new].tolist()]
        written.records += zip(keys, records, strict=True)
        scored.answers = stored[new]
        written.flagged += [(keys[row], flagged) for row, flagged in engine.flag(adopted, scored, encoded, first_n=first_n)]
    for row in np.flatnonzero(meeting.status != NEW).tolist():
        if meeting.status[row] == ALTERED:
            detail = f"the posted {events[row].transfer_id} is another intent than the one decided"
            written.refused.append((-1, "altered-duplicate", detail))
            engine.counters.altered += 1
            continue
        known = engine.memory.answer(old=bool(meeting.old[row]), row=int(meeting.rows[row]))
        if not (known[: columns.EPOCH] == stored[row][: columns.EPOCH]).all():
            known[:] = stored[row]
            _record_override(engine, events[row], known, written)


def _adopted_record(engine: Engine, event: LedgerEvent, n: int, hindsight: NDArray[np.int64] | None) -> bytes:
    if event.transaction is None or event.answer is None:
        raise ValueError("only a decided event can be adopted")
    return _encoder.encode(
        DecisionRecord(
            epoch=engine.epoch,
            n=n,
            door=Door.LEDGER,
            transaction=event.transaction,
            answer=event.answer,
            adopted=True,
            hindsight=None if hindsight is None else columns.unpack(hindsight, engine.lexicon),
        )
    )


def _record_override(engine: Engine, event: LedgerEvent, row: NDArray[np.int64], written: Written) -> None:
    if event.transaction is None or event.answer is None:
        raise ValueError("only a decided event can override")
    n = engine.take_numbers()
    key = event.tenant_id.encode()
    record = OverrideRecord(
        epoch=engine.epoch, n=n, tenant_id=event.tenant_id, transaction_id=event.transfer_id, answer=event.answer
    )
    written.records.append((key, _encoder.encode(record)))
    engine.counters.overridden += 1
    if row[columns.VERDICT] != ALLOW:
        transaction, answer = _encoder.encode(event.transaction), _encoder.encode(event.answer)
        flagged = encode_flagged(epoch=engine.epoch, n=n, transaction=transaction, answer=answer, stand_outs=[])
        written.flagged.append((key, flagged))


def _record_outcomes(engine: Engine, events: list[LedgerEvent], written: Written) -> None:
    """One outcome a decision: the first stands, and the relay's repetitions change nothing."""
    if not events:
        return
    meeting = engine.find_all([(event.tenant_id.encode(), event.transfer_id.encode()) for event in events])
    for event, status, old, row in zip(
        events, meeting.status.tolist(), meeting.old.tolist(), meeting.rows.tolist(), strict=True
    ):
        if status == NEW:
            engine.counters.outcomes_unknown += 1
            continue
        outcome = _OUTCOME_OF[event.status]
        if not engine.memory.set_outcome(old=old, row=row, code=OUTCOMES.index(outcome)):
            continue
        record = OutcomeRecord(
            epoch=engine.epoch,
            n=engine.take_numbers(),
            tenant_id=event.tenant_id,
            transaction_id=event.transfer_id,
            event_id=event.event_id,
            outcome=outcome,
            occurred_at=event.occurred_at,
        )
        engine.counters.outcomes += 1
        written.records.append((event.tenant_id.encode(), _encoder.encode(record)))


def apply_controls(engine: Engine, messages: Sequence[bytes]) -> Written:
    """Copy each new control into the log and follow it; one that cannot be followed is refused and changes nothing."""
    written = Written([], [], [])
    for position, message in enumerate(messages):
        try:
            control = _control_decoder.decode(message)
            if control.control_id in engine.controls_seen:
                continue
            engine.apply_control(control)
        except UNREADABLE as problem:
            written.refused.append((position, "malformed", str(problem)))
        except (BadExport, ValueError) as problem:
            written.refused.append((position, "unusable-control", str(problem)))
        else:
            record = ControlRecord(epoch=engine.epoch, n=engine.take_numbers(), control=control)
            tenant = getattr(control, "tenant_id", None) or ""
            written.records.append((tenant.encode(), _encoder.encode(record)))
    return written
