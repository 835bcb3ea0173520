"""Scenarios that compare a payment with its account's past: of which payments the past is asked, and what of it. Pure.

Nothing is kept for them. The books have an account's past, and what they had at a payment's moment does not change: so a
payment that is looked at again is judged as it was the first time. `streams/alerts` asks; `judging` says what the answers mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.aml import MOST_PAYMENTS, Candidate, Payment
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.transactions import Channel, Direction, Transaction
from risk.scenarios.catalogue import DAY_MS

JOB = "aml-books-1"
LARGEST_WITHIN_MS = 90 * DAY_MS
MIRRORING, WAKES, NEW_ACCOUNT, OUTLIER = "mirroring", "dormant-wakes", "new-payee-account", "outlier-amount"
DEVICE = "unregistered-device"
ASKED = (MIRRORING, WAKES, NEW_ACCOUNT, OUTLIER, DEVICE)
_E5_A_KILOMETRE = 100


@dataclass(frozen=True, slots=True)
class Leg:
    """A payment that was posted, as one of its accounts sees it.

    `other_account` is the account of ours at the other side; `device_id` is what the payer paid from.
    """

    tenant_id: str
    account_id: str
    customer_id: str | None
    currency: str
    payment: Payment
    other_account: str | None
    device_id: str | None = None


def legs(event: LedgerEvent) -> list[Leg]:
    """Return what a ledger event moved on accounts of ours: nothing unless it says that a payment was posted.

    The same as the view `legs` of the jobs in Flink (`tables.py`).
    """
    intent = event.transaction
    if event.status is not LedgerStatus.POSTED or event.purpose is not Purpose.TRANSFER or intent is None:
        return []
    other, is_out = intent.payee_id or intent.merchant_id, intent.direction is Direction.DEBIT
    own = event.debit_account_id if is_out else event.credit_account_id
    inside = is_out and other is not None and other == event.credit_account_id
    found = []
    if intent.account_id is not None and intent.account_id == own:
        payment = _payment(event, intent, is_out=is_out, other=other, place=_place(intent))
        paid_from = intent.device_id if is_out else None
        found.append(_leg(event, intent.account_id, intent.customer_id, payment, other if inside else None, paid_from))
    if inside and other is not None:
        payment = _payment(event, intent, is_out=False, other=intent.account_id, place=None)
        found.append(_leg(event, other, None, payment, intent.account_id))
    return found


def may_meet(leg: Leg, scenario: str, values: Mapping[str, int]) -> bool:
    """Whether a payment could be the last of such a finding, by what is known of it alone: the past is asked of no other."""
    payment = leg.payment
    if scenario == WAKES:
        return True
    if not payment.is_out or payment.amount_minor < values["amount_minor"]:
        return False
    match scenario:
        case "mirroring":
            return payment.channel is not Channel.CASH
        case "new-payee-account":
            return leg.other_account is not None
        case "unregistered-device":
            is_known = leg.device_id is not None and leg.customer_id is not None
            return is_known and payment.channel is Channel.PIX and payment.amount_minor > values["amount_minor"]
        case _:
            return True


def since_ms(leg: Leg, scenario: str, values: Mapping[str, int]) -> int:
    """Return from when on the payments of the account are asked for."""
    if scenario == MIRRORING:
        return leg.payment.at - values["span_ms"] - values["window_ms"]
    return leg.payment.at - values["window_ms"]


def candidate(
    leg: Leg, scenario: str, *, measures: Mapping[str, int], earlier: Sequence[Payment] = ()
) -> Candidate:  # fmt: skip
    """Return what is judged: the payment after those before it that were asked for, and the numbers that the books said."""
    before = [each for each in earlier if each.transaction_id != leg.payment.transaction_id]
    return Candidate(
        schema=1,
        tenant_id=leg.tenant_id,
        scenario=scenario,
        account_id=leg.account_id,
        customer_id=leg.customer_id,
        currency=leg.currency,
        last_at=leg.payment.at,
        measures=dict(measures),
        payments=[*sorted(before, key=lambda each: (each.at, each.transaction_id))[1 - MOST_PAYMENTS :], leg.payment],
        job=JOB,
    )


def _leg(
    event: LedgerEvent, account: str, customer: str | None, payment: Payment, other_account: str | None,
    device_id: str | None = None,
) -> Leg:  # fmt: skip
    return Leg(event.tenant_id, account, customer, event.currency, payment, other_account, device_id)


def _payment(event: LedgerEvent, intent: Transaction, *, is_out: bool, other: str | None, place: str | None) -> Payment:
    return Payment(
        transaction_id=event.transfer_id,
        at=event.occurred_at,
        is_out=is_out,
        is_first=False,
        amount_minor=event.amount_minor,
        channel=intent.channel,
        other=other,
        entry_mode=intent.entry_mode,
        place=place,
    )


def _place(intent: Transaction) -> str | None:
    if intent.latitude_e5 is None or intent.longitude_e5 is None:
        return None
    return f"{intent.latitude_e5 // _E5_A_KILOMETRE}:{intent.longitude_e5 // _E5_A_KILOMETRE}"
