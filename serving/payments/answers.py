"""The answer to a transfer: from how it ended and what was stored, the same the first time and on every replay. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import msgspec

from contracts.decisions import Answer
from kit.errors import DomainError
from serving.edge.presented import money, rfc3339
from serving.payments.errors import TransferAbandoned, TransferDenied, TransferFailed
from serving.payments.intents import MoneyAmount, TransferRequest, moment_of

_STATUS = {"posted": HTTPStatus.CREATED, "held": HTTPStatus.ACCEPTED}


class DecisionShown(msgspec.Struct, frozen=True):
    """What the payer may know of the decision."""

    verdict: str
    source: str
    reasons: list[str]


class TransferShown(msgspec.Struct, frozen=True, kw_only=True):
    """The stored answer, without the status and reason that the ledger puts before it."""

    id: str
    debit_account_id: str
    credit_account_id: str
    amount: MoneyAmount
    channel: str
    created_at: str
    decision: DecisionShown


class _Stored(msgspec.Struct):
    id: str
    decision: DecisionShown


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP answer: a body with its status, or the error that is to be told; `replayed` when it was given before."""

    transfer_id: UUID
    status: int
    body: bytes
    error: DomainError | None
    replayed: bool


_encode = msgspec.json.Encoder().encode
_decode_stored = msgspec.json.Decoder(_Stored).decode
_decode_answer = msgspec.json.Decoder(Answer).decode


def response_tail(request: TransferRequest, *, transfer_id: UUID, credit_account_id: UUID, answer: Answer) -> bytes:
    """Return the answer's JSON after its status: the ledger puts `{"status":"posted",` before it when it stores it."""
    shown = TransferShown(
        id=str(transfer_id),
        debit_account_id=request.debit_account_id,
        credit_account_id=request.credit_account_id or str(credit_account_id),
        amount=request.amount,
        channel=request.channel,
        created_at=rfc3339(moment_of(transfer_id)),
        decision=DecisionShown(answer.verdict, answer.source, list(answer.reasons)),
    )
    return _encode(shown)[1:]


def with_status(outcome: str, code: str | None, tail: bytes) -> bytes:
    """Return what the ledger stores: status and reason, then the rest."""
    reason = b'"reason":' + _encode(code) + b"," if code is not None else b""
    return b'{"status":"' + outcome.encode() + b'",' + reason + tail


def answered(*, transfer_id: UUID, outcome: str, code: str | None, body: bytes | None, replayed: bool) -> Answered:
    """Return the HTTP answer of a transfer that ended so."""
    if outcome in _STATUS and body is not None:
        return Answered(transfer_id, int(_STATUS[outcome]), body, None, replayed)
    error: DomainError
    if outcome == "denied":
        reasons = _decode_stored(body).decision.reasons if body else []
        error = TransferDenied("the transfer was denied and nothing moved", reasons=reasons, transfer_id=str(transfer_id))
    elif outcome == "failed":
        error = TransferFailed(f"the ledger answered {code}", transfer_id=str(transfer_id), reason=code)
    else:
        error = TransferAbandoned(f"the transfer is {outcome}", transfer_id=str(transfer_id))
    return Answered(transfer_id, 0, b"", error, replayed)


def presented(row: Mapping[str, object], *, whole: bool) -> dict[str, object]:
    """Return what the reader may see: the payer and partners get the verdict, staff the whole decision."""
    stored = row["answer"]
    answer = _decode_answer(stored) if isinstance(stored, bytes) else None
    decision = None
    if answer is not None:
        decision = msgspec.to_builtins(answer) if whole else {"verdict": answer.verdict, "source": answer.source}
    return dict(row) | {
        "amount": money(row["amount_minor"], row["currency"]),
        "posted": money(row["posted_minor"], row["currency"]),
        "decision": decision,
    }
