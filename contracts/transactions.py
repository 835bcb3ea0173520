"""The canonical transaction: the intent to move money, before anybody has decided about it.

Flat on purpose: the scorer reads it with a columnar scanner. Ids are pseudonymous; no name, document or card number is ever
in it. A field that the source does not know is absent or null, never empty or zero.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR

SCHEMA_VERSION = 1
MAX_MESSAGE_BYTES = 8_192
MAX_CLOCK_SKEW_MS = 5 * 60_000
EARLIEST_EVENT_MS = 0
# The end of the year 9999 (UTC): the last moment that PostgreSQL, Python and a JSON reader all have a date for.
LATEST_EVENT_MS = 253_402_300_799_999

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]
TenantId = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[a-z0-9-]+$")]
Uuid = Annotated[str, Meta(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
CurrencyCode = Annotated[str, Meta(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")]
AmountMinor = Annotated[int, Meta(ge=1, le=MAX_AMOUNT_MINOR)]
MAX_BALANCE_MINOR = 2**53
BalanceMinor = Annotated[int, Meta(ge=-MAX_BALANCE_MINOR, le=MAX_BALANCE_MINOR)]
EpochMs = Annotated[int, Meta(ge=EARLIEST_EVENT_MS, le=2**52)]


class Channel(StrEnum):
    """How the money moves."""

    PIX = "pix"
    CARD = "card"
    BOLETO = "boleto"
    TED = "ted"
    CASH = "cash"
    INTERNAL = "internal"


class Direction(StrEnum):
    """Whether `account_id` pays or receives."""

    DEBIT = "debit"
    CREDIT = "credit"


class Transaction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One intent. `(tenant_id, transaction_id)` identifies it; every other field is part of its content hash, but `OBSERVED`.

    `balance_minor` is what `account_id` has at its disposal before the transaction, as its sender saw it.
    """

    schema: Literal[1]
    transaction_id: Uuid
    tenant_id: TenantId
    source: Id
    external_id: Id
    event_time: EpochMs
    known_at: EpochMs
    channel: Channel
    direction: Direction
    amount_minor: AmountMinor
    currency: CurrencyCode
    customer_id: Id | None = None
    account_id: Id | None = None
    card_id: Id | None = None
    device_id: Id | None = None
    ip: Id | None = None
    payee_id: Id | None = None
    merchant_id: Id | None = None
    mcc: Annotated[int, Meta(ge=0, le=9999)] | None = None
    country: Annotated[str, Meta(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")] | None = None
    latitude_e5: Annotated[int, Meta(ge=-9_000_000, le=9_000_000)] | None = None
    longitude_e5: Annotated[int, Meta(ge=-18_000_000, le=18_000_000)] | None = None
    entry_mode: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[a-z_]+$")] | None = None
    balance_minor: BalanceMinor | None = None


# What a sender sees at the moment and not what it wants: sent again with another value, it is the same transaction.
OBSERVED = frozenset({"ip", "balance_minor"})


class Refusal(StrEnum):
    """Why an inbound message is sent to the dlq; the word is the dlq record's `reason` header."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    UNKNOWN_VERSION = "unknown-version"
    WRONG_CURRENCY = "wrong-currency"
    BAD_AMOUNT = "bad-amount"
    FAR_FUTURE = "far-future"
    WRONG_TENANT = "wrong-tenant"
    ALTERED_DUPLICATE = "altered-duplicate"


class RefusedMessage(ValueError):
    """A message that cannot be used, with the word for it and what was wrong."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail


# The type lets any 36 characters of a UUID's alphabet through; a transaction's id must be one that PostgreSQL takes.
_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What msgspec raises for bytes that are no message: the second for a key that is not UTF-8, the third for a thousand brackets.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decoder = msgspec.json.Decoder(Transaction)


class _Envelope(msgspec.Struct):
    schema: int | None = None


_envelope_decoder = msgspec.json.Decoder(_Envelope)


def parse_transaction(payload: bytes) -> Transaction:
    """Decode and check one transaction. Raises RefusedMessage with the most telling reason."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise RefusedMessage(Refusal.OVERSIZED, f"{len(payload)} bytes; at most {MAX_MESSAGE_BYTES} are read")
    try:
        transaction = _decoder.decode(payload)
    except UNREADABLE as problem:
        raise RefusedMessage(_classify(payload, problem), str(problem)) from problem
    check_transaction(transaction)
    return transaction


def check_transaction(transaction: Transaction) -> None:
    """Check what a type cannot say. Raises RefusedMessage."""
    if _CANONICAL_UUID.fullmatch(transaction.transaction_id) is None:
        raise RefusedMessage(Refusal.MALFORMED, "transaction_id is no UUID in its canonical form, 8-4-4-4-12 lower-case digits")
    if transaction.currency not in CURRENCY_EXPONENTS:
        raise RefusedMessage(Refusal.WRONG_CURRENCY, f"{transaction.currency} is not a currency that a ledger here holds")
    if max(transaction.event_time, transaction.known_at) > LATEST_EVENT_MS:
        raise RefusedMessage(Refusal.FAR_FUTURE, "event_time or known_at is after the year 9999")
    ahead_ms = transaction.event_time - transaction.known_at
    if ahead_ms > MAX_CLOCK_SKEW_MS:
        raise RefusedMessage(
            Refusal.FAR_FUTURE, f"event_time is {ahead_ms} ms after known_at; at most {MAX_CLOCK_SKEW_MS} ms is taken"
        )


def _classify(payload: bytes, problem: Exception) -> Refusal:
    if not isinstance(problem, msgspec.ValidationError):
        return Refusal.MALFORMED
    if "$.amount_minor" in str(problem):
        return Refusal.BAD_AMOUNT
    if "$.currency" in str(problem):
        return Refusal.WRONG_CURRENCY
    try:
        envelope = _envelope_decoder.decode(payload)
    except UNREADABLE:
        return Refusal.MALFORMED
    return Refusal.UNKNOWN_VERSION if envelope.schema not in (None, SCHEMA_VERSION) else Refusal.MALFORMED
