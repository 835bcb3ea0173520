"""The body of a transfer, and the canonical transaction that it means. Pure."""

import re
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.transactions import (
    MAX_BALANCE_MINOR,
    UNREADABLE,
    AmountMinor,
    Channel,
    CurrencyCode,
    Direction,
    Id,
    Transaction,
    Uuid,
)
from risk.screening.writing import MAX_NAME
from serving.edge.addresses import MAX_ADDRESS_CHARS
from serving.edge.errors import BodyTooLarge, InvalidRequest, MalformedBody
from serving.edge.wanted import require_held

SOURCE = "api"
MAX_TRANSFER_BYTES = 8_192
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CustomerIp = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=MAX_ADDRESS_CHARS,
        description="Where the customer is, said by whoever asks on their behalf: an IPv4 or IPv6 address. "
        "Only its pseudonym is kept.",
    ),
]


Description = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=140,
        pattern=r"^[^\x00]*$",
        description="What the payer writes beside it. Both sides read it; it can be erased, and no decision is made of it.",
    ),
]


PayeeName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_NAME,
        pattern=r"^[^\x00]*$",
        description="Who is paid where money leaves the bank, as the rail's directory names them: held against watch-lists. "
        "Without it the name of the saved payee or linked account that `payee_id` is.",
    ),
]
CountryCode = Annotated[str, Meta(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]


class MoneyAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A positive amount in minor units of its currency."""

    amount_minor: AmountMinor
    currency: CurrencyCode


class TransferRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `POST /v1/transfers` takes. Without `credit_account_id` the money leaves the bank through its channel."""

    debit_account_id: Uuid
    amount: MoneyAmount
    channel: Channel = Channel.INTERNAL
    credit_account_id: Uuid | None = None
    payee_id: Id | None = None
    payee_name: PayeeName | None = None
    payee_country: CountryCode | None = None
    card_id: Id | None = None
    device_id: Id | None = None
    merchant_id: Id | None = None
    mcc: Annotated[int, Meta(ge=0, le=9999)] | None = None
    country: CountryCode | None = None
    latitude_e5: Annotated[int, Meta(ge=-9_000_000, le=9_000_000)] | None = None
    longitude_e5: Annotated[int, Meta(ge=-18_000_000, le=18_000_000)] | None = None
    entry_mode: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[a-z_]+$")] | None = None
    customer_ip: CustomerIp | None = None
    description: Description | None = None


_decode = msgspec.json.Decoder(TransferRequest).decode


def parse(body: bytes) -> TransferRequest:
    """Read a body. Raises BodyTooLarge, MalformedBody when it is not JSON, and InvalidRequest, naming the field."""
    if len(body) > MAX_TRANSFER_BYTES:
        raise BodyTooLarge(f"a transfer has at most {MAX_TRANSFER_BYTES} bytes", max_body_bytes=MAX_TRANSFER_BYTES)
    try:
        request = _decode(body)
    except msgspec.ValidationError as problem:
        reason, _, where = str(problem).partition(" - at `")
        field = where.rstrip("`").removeprefix("$.")
        raise InvalidRequest(f"{field or 'body'}: {reason}", field=field or None) from problem
    except UNREADABLE as problem:
        raise MalformedBody(f"the body cannot be read as JSON: {problem}") from problem
    _check(request)
    return request


def _check(request: TransferRequest) -> None:
    require_held(request.amount.currency, field="amount.currency")
    for field in ("debit_account_id", "credit_account_id"):
        value = getattr(request, field)
        if value is not None and not _UUID.fullmatch(value):
            raise InvalidRequest(f"{field}: not a UUID", field=field)
    if request.credit_account_id == request.debit_account_id:
        raise InvalidRequest("credit_account_id: the money would stay where it is", field="credit_account_id")
    if request.credit_account_id is None and request.channel is Channel.INTERNAL:
        raise InvalidRequest("credit_account_id: an internal transfer needs one", field="credit_account_id")
    if request.credit_account_id is not None and request.payee_id not in (None, request.credit_account_id):
        raise InvalidRequest("payee_id: the payee of a transfer to an account here is that account", field="payee_id")
    if request.credit_account_id is not None and (request.payee_name or request.payee_country):
        raise InvalidRequest("payee_name: the payee of a transfer to an account here is its customer", field="payee_name")


def _told(balance_minor: int | None) -> int | None:
    """A balance that the contract has room for, as every real one is."""
    return balance_minor if balance_minor is not None and abs(balance_minor) <= MAX_BALANCE_MINOR else None


def moment_of(transfer_id: UUID) -> int:
    """Return the millisecond in a UUIDv7: a request tried again under its claim means the same moment as the first time."""
    return transfer_id.int >> 80


def transaction_of(
    request: TransferRequest,
    *,
    transfer_id: UUID,
    tenant_id: str,
    customer_id: str | None,
    ip: str | None,
    balance_minor: int | None = None,
) -> Transaction:
    """Return the canonical transaction of a claimed transfer.

    `ip` is a pseudonym, `balance_minor` what the payer had as the key was claimed.
    """
    moment_ms, transaction_id = moment_of(transfer_id), str(transfer_id)
    return Transaction(
        schema=1,
        transaction_id=transaction_id,
        tenant_id=tenant_id,
        source=SOURCE,
        external_id=transaction_id,
        event_time=moment_ms,
        known_at=moment_ms,
        channel=request.channel,
        direction=Direction.DEBIT,
        amount_minor=request.amount.amount_minor,
        currency=request.amount.currency,
        customer_id=customer_id,
        account_id=request.debit_account_id,
        card_id=request.card_id,
        device_id=request.device_id,
        ip=ip,
        payee_id=request.credit_account_id or request.payee_id,
        merchant_id=request.merchant_id,
        mcc=request.mcc,
        country=request.country,
        latitude_e5=request.latitude_e5,
        longitude_e5=request.longitude_e5,
        entry_mode=request.entry_mode,
        balance_minor=_told(balance_minor),
    )
