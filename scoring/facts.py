"""What our own ledger says happened: outcomes of decisions, lost decisions, and answers that stand over the log's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control
from contracts.decisions import (
    MAX_REASONS,
    Answer,
    ControlRecord,
    DecisionRecord,
    DecisionSource,
    Door,
    OutcomeRecord,
    OverrideRecord,
)
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.outcomes import Outcome
from contracts.transactions import UNREADABLE, Refusal, RefusedMessage
from risk.policy import ALLOW
from scoring import answers as columns
from scoring.encoder import encode_decisions
from scoring.engine import UNUSABLE, Engine, ahead, future
from scoring.flags import encode_flagged
from scoring.memory import ALTERED, NEW, Meeting
from scoring.scanner import Scan, scan_transactions

_OUTCOME_OF = {
    LedgerStatus.POSTED: Outcome.POSTED,
    LedgerStatus.DENIED: Outcome.DENIED,
    LedgerStatus.FAILED: Outcome.FAILED,
    LedgerStatus.OBSERVED: Outcome.OBSERVED,
    LedgerStatus.ABANDONED: Outcome.ABANDONED,
}
OUTCOMES = tuple(Outcome)
UNUSABLE_CONTROL = "unusable-control"
# The first reason of a flagged decision that a stand-in allowed and the scorer, asked afterwards, would not have.
STAND_IN_REASON = "stand_in_allowed"
# A record of the log holds what its event or control says, and must fit into a message and, refused, into the dlq.
MAX_FACT_BYTES = 65_536
_STAND_IN = columns.ANY_SOURCE[DecisionSource.STAND_IN]
_decoder = msgspec.json.Decoder(LedgerEvent)
_control_decoder: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
_encoder = msgspec.json.Encoder()


@dataclass(slots=True)
class Written:
    """Records for the log in n order, each with its key; messages for `risk.flagged.v1`; inputs that could not be used.

    `refused` has each such input's position, the word for why, and the detail.
    """

    records: list[tuple[bytes, bytes]]
    flagged: list[tuple[bytes, bytes]]
    refused: list[tuple[int, str, str]]


# A ledger event with its position among the inputs.
_Placed = tuple[int, LedgerEvent]


def apply_ledger_events(engine: Engine, messages: Sequence[bytes], *, now_ms: int) -> Written:
    """Adopt lost decisions, let stored answers stand over the log's, and record outcomes, in the events' order.

    An event whose decision cannot be used is refused; the outcome that it tells is still one of whatever the log decided.
    """
    written = Written([], [], [])
    transfers: list[_Placed] = []
    for position, message in enumerate(messages):
        try:
            event = _decoder.decode(bounded(message))
        except (*UNREADABLE, RefusedMessage) as problem:
            written.refused.append((position, word_for(problem), str(problem)))
        else:
            if event.purpose is Purpose.TRANSFER:
                transfers.append((position, event))
    decided = [(at, event) for at, event in transfers if event.transaction is not None and event.answer is not None]
    _take_decisions(engine, decided, written, now_ms=now_ms)
    _record_outcomes(engine, [event for _, event in transfers if event.status in _OUTCOME_OF], written)
    engine.counters.refused += sum(word != Refusal.ALTERED_DUPLICATE for _, word, _ in written.refused)
    return written


def bounded(message: bytes) -> bytes:
    """The message, unless it is too long. Raises RefusedMessage."""
    if len(message) > MAX_FACT_BYTES:
        raise RefusedMessage(Refusal.OVERSIZED, f"{len(message)} bytes; at most {MAX_FACT_BYTES} are read")
    return message


def word_for(problem: Exception) -> str:
    """The word that the dlq has for a message that could not be used."""
    return problem.refusal if isinstance(problem, RefusedMessage) else Refusal.MALFORMED


def _take_decisions(engine: Engine, events: list[_Placed], written: Written, *, now_ms: int) -> None:
    scan, events = _usable(events, written, now_ms=now_ms)
    if not scan.n:
        return
    tenants = engine.tenants.of(scan)
    stored = np.array([columns.pack(event.answer, engine.lexicon) for _, event in events if event.answer], np.int64)
    meeting = engine.meet(scan, tenants)
    new = np.flatnonzero(meeting.status == NEW)
    if len(new):
        met = meeting.take(new)
        met.remember(stored[new])
        adopted = _Adopted(scan.take(new), tenants[new], met, stored[new], [events[at][1] for at in new.tolist()])
        _adopt(engine, adopted, written, now_ms=now_ms)
    for row in np.flatnonzero(meeting.status != NEW).tolist():
        position, event = events[row]
        if meeting.status[row] == ALTERED:
            detail = f"the posted {event.transfer_id} is another intent than the one decided"
            written.refused.append((position, Refusal.ALTERED_DUPLICATE, detail))
            engine.counters.altered += 1
            continue
        known = meeting.answer(row)
        if not (known[: columns.EPOCH] == stored[row][: columns.EPOCH]).all():
            known[:] = stored[row]
            _record_override(engine, event, known, written)


def _usable(events: list[_Placed], written: Written, *, now_ms: int) -> tuple[Scan, list[_Placed]]:
    """The events' transactions, without those that no door would have let in."""
    scan = scan_transactions([_encoder.encode(event.transaction) for _, event in events])
    early = ahead(scan, now_ms=now_ms).tolist()
    wrong = scan.refused + [(int(scan.origin[row]), future(scan, row, now_ms=now_ms)) for row in early]
    written.refused += [(events[origin][0], refusal.refusal, refusal.detail) for origin, refusal in wrong]
    scan = scan.take(np.flatnonzero(~np.isin(scan.origin, [origin for origin, _ in wrong])))
    return scan, [events[origin] for origin in scan.origin.tolist()]


@dataclass(frozen=True, slots=True)
class _Adopted:
    """Decisions that the log does not have: inputs, tenants, the stored answers as rows, and the events that brought them."""

    scan: Scan
    tenants: NDArray[np.int32]
    meeting: Meeting
    answers: NDArray[np.int64]
    events: list[LedgerEvent]


def _adopt(engine: Engine, adopted: _Adopted, written: Written, *, now_ms: int) -> None:
    count = adopted.scan.n
    scored = engine.score(adopted.scan, adopted.tenants, adopted.meeting, scored_at_ms=np.full(count, now_ms, np.int64))
    first_n = engine.take_numbers(count)
    engine.counters.adopted += count
    encoded = encode_decisions(
        buffer=adopted.scan.buffer,
        bounds=adopted.scan.bounds,
        answers=adopted.answers,
        epoch=engine.epoch,
        first_n=first_n,
        door=Door.LEDGER,
        adopted=np.ones(count, np.bool_),
        lexicon=engine.lexicon,
    )
    records = encoded.records()
    keys = [engine.tenants.names[number] for number in adopted.tenants.tolist()]
    hindsights: dict[int, Answer] = {}
    disagreeing: dict[int, Answer] = {}
    for row, event in enumerate(adopted.events):
        answer = adopted.answers[row]
        if answer[columns.SOURCE] == _STAND_IN:
            hindsights[row] = columns.unpack(scored.answers[row], engine.lexicon)
            if answer[columns.VERDICT] == ALLOW != scored.answers[row, columns.VERDICT]:
                disagreeing[row] = _with_first_reason(hindsights[row], STAND_IN_REASON)
        if row in hindsights or answer[columns.FLAGS] & columns.INEXACT:
            records[row] = _adopted_record(engine, event, first_n + row, hindsights.get(row))
    written.records += zip(keys, records, strict=True)
    flagged = engine.flag(adopted.scan, replace(scored, answers=adopted.answers), encoded, first_n=first_n)
    flagged += engine.flag_disagreements(adopted.scan, scored, disagreeing, first_n=first_n)
    written.flagged += [(keys[row], message) for row, message in flagged]


def _with_first_reason(answer: Answer, reason: str) -> Answer:
    return msgspec.structs.replace(answer, reasons=[reason, *answer.reasons][:MAX_REASONS])


def _adopted_record(engine: Engine, event: LedgerEvent, n: int, hindsight: Answer | None) -> bytes:
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
            hindsight=hindsight,
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
    for at, event in enumerate(events):
        if meeting.status[at] == NEW:
            engine.counters.outcomes_unknown += 1
            continue
        outcome = _OUTCOME_OF[event.status]
        if not meeting.set_outcome(at, OUTCOMES.index(outcome)):
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
            control = _control_decoder.decode(bounded(message))
        except (*UNREADABLE, RefusedMessage) as problem:
            written.refused.append((position, word_for(problem), str(problem)))
            continue
        if engine.controls.knows(control):
            continue
        try:
            engine.apply_control(control)
        except UNUSABLE as problem:
            written.refused.append((position, UNUSABLE_CONTROL, str(problem)))
            continue
        record = ControlRecord(epoch=engine.epoch, n=engine.take_numbers(), control=control)
        tenant = getattr(control, "tenant_id", None) or ""
        written.records.append((tenant.encode(), _encoder.encode(record)))
    return written
