"""What is asked of the ledger and what it answers: one request a row, one result a request, in order."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.ledger_events import Purpose
from kit.errors import DomainError
from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR

MAX_BATCH_ROWS = 5_000
MAX_EVENT_BYTES = 64 * 1024
MAX_TIME_MS = 2**52


class Kind(StrEnum):
    """What is to happen. The first five decide a new transfer; the last three end a hold, which `transfer_id` names."""

    POST = "post"
    HOLD = "hold"
    DENY = "deny"
    OBSERVE = "observe"
    ABANDON = "abandon"
    POST_PENDING = "post_pending"
    VOID_PENDING = "void_pending"
    EXPIRE = "expire"


MOVING = frozenset({Kind.POST, Kind.HOLD})
ENDING = frozenset({Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE})
LINKABLE = frozenset({Kind.POST, Kind.HOLD, Kind.POST_PENDING, Kind.VOID_PENDING})


class Status(StrEnum):
    """Where a transfer stands; only `held` can change, once."""

    POSTED = "posted"
    HELD = "held"
    VOIDED = "voided"
    EXPIRED = "expired"
    DENIED = "denied"
    FAILED = "failed"
    OBSERVED = "observed"
    ABANDONED = "abandoned"


class Outcome(StrEnum):
    """The answer to one request."""

    POSTED = "posted"
    HELD = "held"
    VOIDED = "voided"
    EXPIRED = "expired"
    DENIED = "denied"
    OBSERVED = "observed"
    ABANDONED = "abandoned"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class FailureCode(StrEnum):
    """Why a row failed. A failed post or hold is recorded with its code; a failed end leaves the hold as it was."""

    ACCOUNT_NOT_FOUND = "account-not-found"
    SAME_ACCOUNT = "same-account"
    CURRENCY_MISMATCH = "currency-mismatch"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_FROZEN = "account-frozen"
    INSUFFICIENT_FUNDS = "insufficient-funds"
    CREDIT_LIMIT_EXCEEDED = "credit-limit-exceeded"
    BALANCE_OVERFLOW = "balance-overflow"
    ORIGINAL_NOT_FOUND = "original-not-found"
    ORIGINAL_NOT_POSTED = "original-not-posted"
    REVERSAL_MISMATCH = "reversal-mismatch"
    EXCEEDS_ORIGINAL = "exceeds-original"
    TRANSFER_NOT_FOUND = "transfer-not-found"
    EXCEEDS_HOLD = "exceeds-hold"
    HOLD_EXPIRED = "hold-expired"
    HOLD_NOT_EXPIRED = "hold-not-expired"
    LINKED_FAILED = "linked-failed"


class InvalidPosting(DomainError):
    """A request that no ledger could carry out; nothing of its batch was sent."""

    code = "invalid-posting"
    title = "The posting is not well formed"
    remedy = "Correct the field that the detail names."


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRequest:
    """One row of a batch.

    `transfer_id` is the transaction id; sent again with the same fields it answers `duplicate`, with others `conflict`.
    `occurred_at_ms` is when the money counts (value date); `booked_at_ms` is when the bank booked it, now unless history is
    loaded; within an account it never goes back. For POST_PENDING `amount_minor` may be less than the hold (None: all of it).
    `group` links rows that stand together in the batch: all take effect or none does.

    The event (`banking.transactions.v1`) is built from these fields. `answer` is the whole decision as JSON and is stored;
    `transaction` is the canonical intent as JSON. Both travel in the event, the answer unless the door is `inbound`. `event`
    replaces the built one: the LedgerEvent's JSON after its status and reason, see `ledger.events.event_tail`.

    `idempotency_key` completes the claim of (tenant, key) in the same transaction; `response` is the JSON object to store,
    after its status and reason (no opening brace), `response_status` the HTTP status to replay when the row succeeds.
    """

    kind: Kind
    transfer_id: uuid.UUID
    tenant_id: str
    occurred_at_ms: int
    amount_minor: int | None = None
    currency: str | None = None
    debit_account_id: uuid.UUID | None = None
    credit_account_id: uuid.UUID | None = None
    purpose: Purpose = Purpose.TRANSFER
    booked_at_ms: int | None = None
    group: int | None = None
    expires_at_ms: int | None = None
    reverses_id: uuid.UUID | None = None
    door: str | None = None
    reason: str | None = None
    answer: bytes | None = None
    transaction: bytes | None = None
    event: bytes | None = None
    headers: Mapping[str, str] | None = None
    idempotency_key: str | None = None
    response_status: int | None = None
    response: bytes | None = None


@dataclass(frozen=True, slots=True)
class PostingResult:
    """The answer to one request.

    `status` is where the transfer stands now: for a duplicate, how the first one ended (None when it is another tenant's or
    there is none). `code` says why it failed, was denied or voided. `field` names what differs in a conflict.
    """

    transfer_id: uuid.UUID
    outcome: Outcome
    code: str | None
    field: str | None
    status: Status | None

    @property
    def moved(self) -> bool:
        """Whether the money has moved, by this request or an earlier one with the same fields."""
        return self.outcome is not Outcome.CONFLICT and self.status is Status.POSTED


def validate(requests: Sequence[PostingRequest], *, now_ms: int) -> None:
    """Check what can be checked without the database. Raises InvalidPosting for the first request that is wrong."""
    if not 1 <= len(requests) <= MAX_BATCH_ROWS:
        raise InvalidPosting(f"a batch has 1 to {MAX_BATCH_ROWS} rows, not {len(requests)}")
    for request in requests:
        problem = _problem(request, now_ms)
        if problem:
            raise InvalidPosting(f"transfer {request.transfer_id}: {problem}")


def _problem(request: PostingRequest, now_ms: int) -> str | None:
    if request.kind in ENDING:
        return _problem_of_ending(request) or _problem_of_any(request, now_ms)
    if request.amount_minor is None or not 1 <= request.amount_minor <= MAX_AMOUNT_MINOR:
        return f"amount_minor must be from 1 to {MAX_AMOUNT_MINOR}"
    if request.currency not in CURRENCY_EXPONENTS:
        return f"{request.currency} is not a currency that a ledger here holds"
    if request.kind in MOVING and (request.debit_account_id is None or request.credit_account_id is None):
        return "a post or a hold names two accounts"
    if (request.reverses_id is not None) != (request.purpose is Purpose.REVERSAL):
        return "a reversal, and only a reversal, names what it reverses"
    if request.reverses_id is not None and request.kind is Kind.HOLD:
        return "a reversal cannot be held"
    if request.expires_at_ms is not None and request.kind is not Kind.HOLD:
        return "only a hold expires"
    return _problem_of_any(request, now_ms)


def _problem_of_ending(request: PostingRequest) -> str | None:
    if request.amount_minor is not None and (
        request.kind is not Kind.POST_PENDING or not 1 <= request.amount_minor <= MAX_AMOUNT_MINOR
    ):
        return "amount_minor stands with post_pending only, and is at least 1"
    if request.reverses_id is not None or request.expires_at_ms is not None:
        return "the end of a hold neither reverses nor expires"
    return None


def _problem_of_any(request: PostingRequest, now_ms: int) -> str | None:
    if not 1 <= len(request.tenant_id) <= 32:
        return "tenant_id has 1 to 32 characters"
    if not 0 <= request.occurred_at_ms <= MAX_TIME_MS or (request.expires_at_ms or 0) > MAX_TIME_MS:
        return "a time is outside what a ledger holds"
    if request.booked_at_ms is not None and not 0 <= request.booked_at_ms <= now_ms:
        return "booked_at_ms lies in the future"
    if request.group is not None and request.kind not in LINKABLE:
        return f"{request.kind} cannot be linked"
    for name, value, longest in (
        ("door", request.door, 16),
        ("reason", request.reason, 64),
        ("idempotency_key", request.idempotency_key, 200),
        ("event", request.event, MAX_EVENT_BYTES),
        ("transaction", request.transaction, MAX_EVENT_BYTES),
        ("answer", request.answer, MAX_EVENT_BYTES),
    ):
        if value is not None and len(value) > longest:
            return f"{name} is longer than {longest}"
    return None
