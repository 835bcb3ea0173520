"""The LedgerEvent of a posting, encoded before its status is known: the database puts the status before it."""

import uuid

import msgspec

from contracts.ledger_events import LedgerEvent
from kit.ids import uuid7
from ledger.postings import ENDING, MOVING, PostingRequest

INBOUND_DOOR = "inbound"

_decoder = msgspec.json.Decoder(LedgerEvent)
_encode = msgspec.json.Encoder().encode


def event_tail(request: PostingRequest, *, event_id: uuid.UUID | None = None, tells_answer: bool = False) -> bytes | None:
    """Return the event's JSON after status and reason, or None where the database builds it (the end of a hold).

    The intent travels with whatever moves or is refused. The answer travels with what was decided outside the inbound door; the
    decision log has the others, unless another answer than it has was stored (`tells_answer`).
    """
    if request.event is not None:
        return request.event
    if request.kind in ENDING:
        return None
    parts = [
        f'"schema":1,"event_id":"{event_id or uuid7()}","tenant_id":{_encode(request.tenant_id).decode()},'
        f'"transfer_id":"{request.transfer_id}","purpose":"{request.purpose.value}","occurred_at":{request.occurred_at_ms},'
        f'"amount_minor":{request.amount_minor},"currency":"{request.currency}"'
    ]
    if request.kind in MOVING:
        parts.append(f',"debit_account_id":"{request.debit_account_id}","credit_account_id":"{request.credit_account_id}"')
    if request.door is not None:
        parts.append(f',"door":{_encode(request.door).decode()}')
    encoded = "".join(parts).encode()
    if request.transaction is not None:
        encoded += b',"transaction":' + request.transaction
    if request.answer is not None and (tells_answer or request.door != INBOUND_DOOR):
        encoded += b',"answer":' + request.answer
    return encoded + b"}"


def decode_tail(tail: bytes, *, status: str) -> LedgerEvent:
    """Read an event tail back as the event it becomes with `status`. Raises msgspec.DecodeError."""
    return _decoder.decode(b'{"status":' + _encode(status) + b"," + tail)
