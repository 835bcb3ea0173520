"""Payments as accounts see them, and of which of them the past is asked."""

import uuid

import pytest

from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.transactions import Channel, Direction, Transaction
from risk.scenarios.asking import ASKED, JOB, candidate, legs, may_meet
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.judging import judge

OURS, THEIRS, RAIL = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
AT = 1_764_000_000_000


def event(
    amount_minor: int = 2_500_000, *, direction: str = "debit", to: str | None = THEIRS, channel: str = "pix", **more: object
) -> LedgerEvent:
    inside = to == THEIRS
    debit, credit = (OURS, THEIRS if inside else RAIL) if direction == "debit" else (RAIL, OURS)
    intent = Transaction(
        schema=1, transaction_id=str(uuid.uuid4()), tenant_id="t", source="s", external_id="x", event_time=AT, known_at=AT,
        channel=Channel(channel), direction=Direction(direction), amount_minor=amount_minor, currency="BRL", account_id=OURS,
        customer_id="c", device_id="d", payee_id=to, latitude_e5=-2355052, longitude_e5=-4663331,
    )  # fmt: skip
    told = {"status": LedgerStatus.POSTED, "purpose": Purpose.TRANSFER, "transaction": intent} | more
    return LedgerEvent(
        schema=1, event_id=str(uuid.uuid4()), tenant_id="t", transfer_id=intent.transaction_id, occurred_at=AT + 1,
        amount_minor=amount_minor, currency="BRL", debit_account_id=debit, credit_account_id=credit, **told,  # type: ignore[arg-type]
    )  # fmt: skip


def asked_of(told: LedgerEvent) -> list[set[str]]:
    return [{code for code in ASKED if may_meet(leg, code, SCENARIOS[code].defaults)} for leg in legs(told)]


def test_a_payment_within_the_bank_is_seen_by_both_and_one_that_leaves_it_by_who_paid() -> None:
    payer, payee = legs(event())
    assert (payer.account_id, payer.payment.is_out, payer.other_account, payer.customer_id) == (OURS, True, THEIRS, "c")
    assert (payee.account_id, payee.payment.is_out, payee.other_account, payee.customer_id) == (THEIRS, False, OURS, None)
    assert (payer.payment.place, payee.payment.place, payer.payment.at) == ("-23551:-46634", None, AT + 1)
    (alone,) = legs(event(to="shop"))
    assert (alone.payment.other, alone.other_account) == ("shop", None)


@pytest.mark.parametrize(
    "more",
    [{"status": LedgerStatus.HELD}, {"status": LedgerStatus.DENIED}, {"purpose": Purpose.FEE}, {"transaction": None}],
)
def test_what_did_not_move_money_of_a_customer_s_is_seen_by_nobody(more: dict[str, object]) -> None:
    assert legs(event(**more)) == []


def test_the_past_is_asked_of_no_payment_that_could_not_be_the_last_of_a_finding() -> None:
    assert asked_of(event()) == [set(ASKED), {"dormant-wakes"}]
    assert asked_of(event(60_000)) == [{"dormant-wakes", "mirroring", "unregistered-device"}, {"dormant-wakes"}]
    assert asked_of(event(20_000)) == [{"dormant-wakes"}, {"dormant-wakes"}]
    assert asked_of(event(2_500_000, channel="cash", to=None)) == [{"dormant-wakes", "outlier-amount"}]
    assert asked_of(event(2_500_000, direction="credit", to="p")) == [{"dormant-wakes"}]


@pytest.mark.parametrize(("largest_minor", "payments", "found"), [(1_666_666, 10, True), (1_666_667, 10, False), (1, 9, False)])
def test_a_payment_is_larger_than_ever_at_each_bound(largest_minor: int, payments: int, found: bool) -> None:
    leg = legs(event(2_500_000))[0]
    asked = candidate(leg, "outlier-amount", measures={"largest_minor": largest_minor, "payments": payments})
    judged = judge(asked, SCENARIOS["outlier-amount"].defaults)
    assert (judged is not None) is found
    assert asked.job == JOB


@pytest.mark.parametrize(("age_ms", "found"), [(-1, False), (0, True), (DAY_MS - 1, True), (DAY_MS, False)])
def test_an_account_is_new_until_its_first_day_is_over(age_ms: int, found: bool) -> None:
    leg = legs(event(100_000))[0]
    judged = judge(candidate(leg, "new-payee-account", measures={"window_ms": age_ms}), SCENARIOS["new-payee-account"].defaults)
    assert (judged is not None) is found


@pytest.mark.parametrize(("silent_ms", "amount_minor", "found"), [
    (91 * DAY_MS, 1_000_000, True), (91 * DAY_MS - 1, 1_000_000, False), (91 * DAY_MS, 999_999, False),
])  # fmt: skip
def test_an_account_wakes_after_so_many_days_with_so_much(silent_ms: int, amount_minor: int, found: bool) -> None:
    leg = legs(event(amount_minor))[0]
    judged = judge(candidate(leg, "dormant-wakes", measures={"silent_ms": silent_ms}), SCENARIOS["dormant-wakes"].defaults)
    assert (judged is not None) is found
