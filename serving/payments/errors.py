"""What a transfer can be refused for, before or after somebody decided about it."""

from kit.errors import Conflict, DomainError, NotFound, Unavailable
from serving.edge.errors import Reasoned


class MissingIdempotencyKey(DomainError):
    """A transfer may not be sent without one."""

    code = "idempotency-key-missing"
    title = "The Idempotency-Key header is missing or unusable"
    remedy = "Make one key an intent (a UUID does), send it in Idempotency-Key, and send the same one when you try again."


class IdempotencyConflict(DomainError):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"
    remedy = "Use a new key for a new intent; to repeat a request, send exactly the same body."


class TransferInProgress(Conflict):
    """A twin of this request is being worked on."""

    code = "transfer-in-progress"
    title = "The same request is being worked on"
    remedy = "Wait the number of seconds in Retry-After and send it again with the same key: you will get its answer."


class TransferDenied(Reasoned):
    """The decision was to deny; nothing moved."""

    code = "transfer-denied"
    title = "The transfer was denied"
    remedy = "Do not try again with another key; the customer can ask the bank, naming the transfer id."


class DecisionUnavailable(Unavailable):
    """The scorer is away and the amount is above what may be decided without it."""

    code = "decision-unavailable"
    title = "No decision can be made right now"
    remedy = "Send the same request with the same key after the number of seconds in Retry-After."


class IntentRefused(DomainError):
    """The scorer could not use the transaction."""

    code = "intent-refused"
    title = "The transfer cannot be decided about"
    remedy = "Correct the field named in the detail."


class TransferFailed(DomainError):
    """It was allowed, and the ledger could not do it."""

    code = "transfer-failed"
    title = "The ledger could not carry out the transfer"
    remedy = "Read `facts.reason`: the account's balance, limits, state or currency do not allow it."


class HoldEnded(Conflict):
    """The transfer is not held, or not any more."""

    code = "not-held"
    title = "The transfer is not held"
    remedy = "Read the transfer: only one whose status is held can be resolved, once."


class HoldOfABlock(Conflict):
    """Two people end it."""

    code = "hold-of-a-block"
    title = "This hold keeps received money back"
    remedy = "Decide its block (/v1/blocks) or its dispute (/v1/med); two people do."


class HeldByScreening(Conflict):
    """Two people decide whom a watch-list means; then the payment moves, or goes back, by itself."""

    code = "held-by-screening"
    title = "A party of this payment may be on a watch-list"
    remedy = "Decide its hits (/v1/screening/hits); two people do. Denying it is open to you."


class TransferAbandoned(Conflict):
    """Nobody finished it in time, and it was given up; nothing moved."""

    code = "transfer-abandoned"
    title = "The transfer was given up; nothing moved"
    remedy = "Use a new key to try again."


class AnswerErased(NotFound):
    """The request was carried out once; what was answered told of somebody who has been erased."""

    code = "answer-erased"
    title = "The stored answer told of somebody who has been erased"
    remedy = "Nothing is left to be told: the request was carried out when it first came."
