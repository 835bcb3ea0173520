"""Reading the ledger's events for what moved; everything else is passed over."""

import uuid
from dataclasses import dataclass

import msgspec

from contracts.ledger_events import LedgerStatus
from contracts.transactions import AmountMinor, CurrencyCode, EpochMs, TenantId, Uuid
from streams.projector.decided import Decided, decided


class Unreadable(ValueError):
    """A message that its topic's contract does not allow; the text says why."""


class _Transaction(msgspec.Struct, gc=False):
    channel: str
    mcc: int | None = None
    direction: str | None = None
    payee_id: str | None = None
    merchant_id: str | None = None


class _Event(msgspec.Struct):
    status: LedgerStatus
    tenant_id: TenantId
    transfer_id: Uuid
    purpose: str
    occurred_at: EpochMs
    amount_minor: AmountMinor
    currency: CurrencyCode
    debit_account_id: Uuid | None = None
    credit_account_id: Uuid | None = None
    transaction: _Transaction | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An amount that went from one account to another.

    `decided` is None where the event carries no transaction: at the end of a hold.
    `appended_at_ms` is when the topic got it.
    """

    tenant_id: str
    transfer_id: uuid.UUID
    purpose: str
    amount_minor: int
    currency: str
    debit_account_id: uuid.UUID
    credit_account_id: uuid.UUID
    occurred_at_ms: int
    appended_at_ms: int
    decided: Decided | None
    offset: int


_decode = msgspec.json.Decoder(_Event).decode


def read(payload: bytes | None, *, offset: int, appended_at_ms: int) -> Moved | None:
    """Return what an event moved, or None when nothing did. Raises Unreadable."""
    try:
        event = _decode(payload or b"")
        if event.status is not LedgerStatus.POSTED:
            return None
        if event.debit_account_id is None or event.credit_account_id is None:
            raise Unreadable("a posted event names no accounts")
        return Moved(
            tenant_id=event.tenant_id,
            transfer_id=uuid.UUID(event.transfer_id),
            purpose=event.purpose,
            amount_minor=event.amount_minor,
            currency=event.currency,
            debit_account_id=uuid.UUID(event.debit_account_id),
            credit_account_id=uuid.UUID(event.credit_account_id),
            occurred_at_ms=event.occurred_at,
            appended_at_ms=appended_at_ms,
            decided=_decided(event.transaction) if event.transaction else None,
            offset=offset,
        )
    except (msgspec.DecodeError, ValueError) as problem:
        raise Unreadable(str(problem)) from problem


def _decided(transaction: _Transaction) -> Decided:
    return decided(
        channel=transaction.channel,
        mcc=transaction.mcc,
        direction=transaction.direction,
        merchant_id=transaction.merchant_id,
        payee_id=transaction.payee_id,
    )
