"""The judge of candidates: by the versions in force on the day, exactly at each bound."""

import uuid
from datetime import date, timedelta

import pytest

from contracts.aml import Candidate, Payment
from contracts.transactions import Channel
from kit.business_days import is_business_day
from ledger.days import start_ms
from risk.scenarios.asking import ASKED
from risk.scenarios.catalogue import DAY_MS, HOUR_MS
from risk.scenarios.judging import JUDGED, SINGLE, NoSuchRule, judge, reached, values_for
from risk.scenarios.parameters import Version
from risk.scenarios.statements import LONGEST_STRUCTURING_MS, parameter, streamed

DAY = date(2026, 3, 18)  # a Wednesday
TEN = start_ms(DAY) + 10 * HOUR_MS


def payment(at: int, amount_minor: int = 100_000, *, other: str | None = "p", **fields: object) -> Payment:
    return Payment(
        transaction_id=str(uuid.uuid4()), at=at, amount_minor=amount_minor, other=other,
        **{"is_out": False, "is_first": True, "channel": Channel.PIX} | fields,  # type: ignore[arg-type]
    )  # fmt: skip


def candidate(scenario: str, payments: list[Payment]) -> Candidate:
    return Candidate(
        schema=1, tenant_id="t", scenario=scenario, account_id=str(uuid.UUID(int=1)), currency="BRL",
        last_at=max(each.at for each in payments), measures={}, payments=payments, job="aml-windows-2",
    )  # fmt: skip


def payers(count: int, *, within_ms: int = HOUR_MS) -> Candidate:
    step = within_ms // max(count - 1, 1)
    return candidate("fan-in", [payment(TEN - (count - 1 - n) * step, other=f"p{n}") for n in range(count)])


def test_a_version_holds_from_its_day_on_and_needs_no_other_statements() -> None:
    stricter = Version("fan-in", date(2026, 3, 18), {"counterparties": 9})
    later = Version("fan-in", date(2026, 3, 19), {"counterparties": 9})
    looser = Version("fan-in", date(2026, 3, 1), {"counterparties": 3})
    eight, three = payers(8), payers(3)
    assert judge(eight, values_for(eight, [])) is not None
    assert judge(eight, values_for(eight, [stricter])) is None
    assert judge(eight, values_for(eight, [later])) is not None
    assert judge(three, values_for(three, [])) is None
    assert judge(three, values_for(three, [looser])) is not None


def test_a_version_of_a_segment_holds_for_that_segment() -> None:
    of_shops = Version("fan-in", DAY, {"counterparties": 50}, segment="shops")
    eight = payers(8)
    assert judge(eight, values_for(eight, [of_shops], segment="shops")) is None
    assert judge(eight, values_for(eight, [of_shops])) is not None


def test_a_window_is_open_where_it_begins() -> None:
    values = values_for(payers(5), [])
    assert judge(payers(5, within_ms=DAY_MS - 4), values) is not None
    assert judge(payers(5, within_ms=DAY_MS), values) is None


def test_what_was_usual_counts_up_to_the_window_and_not_within_it() -> None:
    eight = payers(8)
    values = values_for(eight, [])
    now = reached(eight, values)
    assert now is not None
    assert (now.measure, now.usual_until) == (8, TEN - DAY_MS)
    assert judge(eight, values, usual=4) is not None
    assert judge(eight, values, usual=5) is None


@pytest.mark.parametrize(("share", "found"), [(0.79, False), (0.8, True)])
def test_money_passes_through_from_the_share_on_that_leaves(share: float, found: bool) -> None:
    came = [payment(TEN, 200_000, other="a"), payment(TEN + 1, 200_000, other="b")]
    before = payment(TEN - 1, 900_000, is_out=True)
    left = payment(TEN + 2, int(400_000 * share), is_out=True)
    mule = candidate("pass-through", [before, *came, left])
    judged = judge(mule, values_for(mule, []))
    assert (judged is not None) is found
    assert judged is None or [each.amount_minor for each in judged.payments] == [200_000, 200_000, 320_000]


def test_of_an_account_that_is_paid_too_only_what_it_sends_to_somebody_is_a_fan_out() -> None:
    sent = [payment(TEN + n, other=f"p{n}", is_out=True) for n in range(5)]
    beside = [
        payment(TEN, other="payer"),
        payment(TEN, other="shop", is_out=True, channel=Channel.CARD),
        payment(TEN, other=None, is_out=True),
    ]
    fan = candidate("fan-out", [*sent, *beside])
    made = judge(fan, values_for(fan, []))
    assert made is not None
    assert list(made.payments) == sent
    fewer = candidate("fan-out", [*sent[1:], *beside])
    assert judge(fewer, values_for(fewer, [])) is None


def test_of_an_account_that_is_paid_too_only_what_it_sends_is_the_same_amount_again() -> None:
    sent = [payment(TEN + n, 100_000, other=f"p{n}", is_out=True) for n in range(5)]
    came = payment(TEN + 2, 100_000, other="payer")
    same = candidate("repeated-amounts", [*sent, came])
    made = judge(same, values_for(same, []))
    assert made is not None
    assert list(made.payments) == sent
    fewer = candidate("repeated-amounts", [*sent[1:], came])
    assert judge(fewer, values_for(fewer, [])) is None


def test_structuring_counts_business_days_and_the_weekend_as_its_friday() -> None:
    friday, next_thursday = start_ms(date(2026, 3, 13)), start_ms(date(2026, 3, 19))
    cash = {"channel": Channel.CASH, "other": None, "is_first": False}

    def deposits(first: int, last: int) -> Candidate:
        return candidate("cash-structuring", [payment(at, 1_800_000, **cash) for at in (first, first + 1, last)])  # type: ignore[arg-type]

    within, beyond = deposits(friday, next_thursday), deposits(friday, next_thursday + DAY_MS)
    assert judge(within, values_for(within, [])) is not None
    assert judge(beyond, values_for(beyond, [])) is None


def test_a_scenario_that_no_rule_judges_is_an_error_and_all_that_are_streamed_have_one() -> None:
    with pytest.raises(NoSuchRule):
        judge(candidate("layering", [payment(TEN)]), {})
    assert set(streamed()) | set(ASKED) == JUDGED > SINGLE
    assert not set(streamed()) & set(ASKED)


def test_the_statements_look_at_least_as_far_back_as_the_most_business_days_reach() -> None:
    most = parameter("cash-structuring", "business_days").most
    open_days = [day for day in (date(2024, 1, 1) + timedelta(n) for n in range(4_000)) if is_business_day(day)]
    # A day of rest counts with the one before it: the first day of the window may begin after its last day of rest.
    spans = [last - first for first, last in zip(open_days, open_days[most:], strict=False)]
    assert max(spans) + timedelta(days=1) <= timedelta(milliseconds=LONGEST_STRUCTURING_MS)
