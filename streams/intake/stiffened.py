"""What compliance is told of a payment whose payer may be listed: the decision, stiffened to a review. Pure."""

import msgspec

from contracts.decisions import Answer, FlaggedDecision, Verdict
from ledger.postings import MAX_EVENT_BYTES, InvalidPosting, PostingRequest
from risk.screening.held_back import held_back
from streams.intake.payers import Payment

_answer = msgspec.json.Decoder(Answer)
_encode = msgspec.json.Encoder().encode


def stiffened(request: PostingRequest) -> Answer:
    """Return the decision that a posting brings, with the verdict that its payer's hit asks for.

    Raises InvalidPosting for an answer that cannot be read.
    """
    try:
        decided = _answer.decode(request.answer or b"")
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise InvalidPosting(f"transfer {request.transfer_id}: the answer cannot be read: {problem}") from problem
    return held_back(decided, Verdict.REVIEW)


def flagged(payment: Payment) -> bytes:
    """Return it as a message of `risk.screened.v1`. Raises InvalidPosting for what is too long, or cannot be read."""
    place = payment.place
    told = _encode(
        FlaggedDecision(epoch=place.epoch, n=place.n, transaction=payment.transaction, answer=stiffened(payment.request))
    )
    if len(told) > MAX_EVENT_BYTES:
        raise InvalidPosting(f"transfer {payment.request.transfer_id}: its decision has {len(told)} bytes")
    return told
