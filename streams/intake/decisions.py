"""Reading the decision log for what came in by the inbound door; everything else is passed over as cheaply as can be."""

import uuid
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from contracts.decisions import Door, Verdict
from contracts.transactions import UNREADABLE, Transaction


class Unreadable(ValueError):
    """A record that its contract does not allow; the text says why."""


class _Envelope(msgspec.Struct, gc=False):
    record: str
    door: str | None = None


class _Record(msgspec.Struct):
    epoch: int
    n: int
    transaction: Transaction
    answer: msgspec.Raw


class _Answer(msgspec.Struct):
    verdict: Verdict
    reasons: list[str] = []


class Place(NamedTuple):
    """Where a decision is in the log."""

    epoch: int
    n: int


@dataclass(frozen=True, slots=True)
class InboundDecision:
    """A decided inbound transaction; `answer` is the whole answer as the log has it."""

    transfer_id: uuid.UUID
    transaction: Transaction
    verdict: Verdict
    reason: str
    answer: bytes
    place: Place


_envelope = msgspec.json.Decoder(_Envelope)
_record = msgspec.json.Decoder(_Record)
_answer = msgspec.json.Decoder(_Answer)
_KINDS = frozenset({"decision", "outcome", "override", "control", "start", "label"})


def read(payload: bytes | None) -> InboundDecision | None:
    """Return the inbound decision that a record of the log is, or None for any other record. Raises Unreadable."""
    try:
        envelope = _envelope.decode(payload or b"")
        if envelope.record not in _KINDS:
            raise Unreadable(f"{envelope.record!r} is not a kind of record")
        if envelope.record != "decision" or envelope.door != Door.INBOUND:
            return None
        record = _record.decode(payload or b"")
        answer = _answer.decode(record.answer)
        transfer_id = uuid.UUID(record.transaction.transaction_id)
    except (*UNREADABLE, ValueError) as problem:
        raise Unreadable(str(problem)) from problem
    reason = answer.reasons[0] if answer.reasons else str(answer.verdict)
    return InboundDecision(
        transfer_id, record.transaction, answer.verdict, reason, bytes(record.answer), Place(record.epoch, record.n)
    )
