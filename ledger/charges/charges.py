"""What a charge is and how it is posted. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.ledger_events import Purpose
from kit.ids import derived_id
from ledger.accounts import NewAccount, system_account
from ledger.days import start_ms
from ledger.postings import Kind, PostingRequest

CHARGES = uuid.UUID("5f0d8f0a-7b7c-5c0a-9d3e-0a4f6e1b2c19")


class ChargeKind(StrEnum):
    """What is charged. Of credit interest the bank pays; of all others the account does."""

    CREDIT_INTEREST = "credit-interest"
    DEBIT_INTEREST = "debit-interest"
    MONTHLY_FEE = "monthly-fee"


# The other side of each kind, and why the ledger moves.
BANKS_SIDE: dict[ChargeKind, tuple[str, Purpose]] = {
    ChargeKind.CREDIT_INTEREST: ("expense:interest", Purpose.INTEREST),
    ChargeKind.DEBIT_INTEREST: ("income:interest", Purpose.INTEREST),
    ChargeKind.MONTHLY_FEE: ("income:fees", Purpose.FEE),
}


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that is due. `attempts` is how often the ledger refused it."""

    charge_id: uuid.UUID
    account_id: uuid.UUID
    kind: ChargeKind
    amount_minor: int
    currency: str
    value_day: date
    attempts: int


def charge_id(*, account_id: uuid.UUID, kind: ChargeKind, period: str) -> uuid.UUID:
    """Return the id of a charge: the same for everybody who makes it. `period` is a month, e.g. `2026-11`."""
    return derived_id(CHARGES, str(account_id), kind, period)


def banks_account(kind: ChargeKind, *, tenant_id: str, currency: str) -> NewAccount:
    """Return the bank's account on the other side."""
    return system_account(tenant_id=tenant_id, currency=currency, code=BANKS_SIDE[kind][0])


def posting(charge: Charge, *, tenant_id: str, now_ms: int) -> PostingRequest:
    """Return the posting of a charge's next attempt.

    Interest counts from its value date, whenever it is collected; a fee counts when it is collected, so that waiting for funds
    costs no interest.
    """
    purpose = BANKS_SIDE[charge.kind][1]
    bank = banks_account(charge.kind, tenant_id=tenant_id, currency=charge.currency).account_id
    pays = charge.kind is ChargeKind.CREDIT_INTEREST
    return PostingRequest(
        kind=Kind.POST,
        transfer_id=derived_id(charge.charge_id, str(charge.attempts)),
        tenant_id=tenant_id,
        occurred_at_ms=start_ms(charge.value_day) if purpose is Purpose.INTEREST else now_ms,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        debit_account_id=bank if pays else charge.account_id,
        credit_account_id=charge.account_id if pays else bank,
        purpose=purpose,
        reason=charge.kind,
    )
