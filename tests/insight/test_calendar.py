"""The calendar puts what comes again on its business day, spreads the rest, and says when money runs out."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.calendar import HORIZON_DAYS, calendar, occurrences
from insight.quantiles import NORMAL_90, NORMAL_95
from insight.recurring.finding import Found
from insight.recurring.series import Direction, Period, Recurring
from kit.business_days import is_business_day
from tests.insight.histories import ACCOUNT, TODAY, every, history

RENT = Recurring(
    series_id="rent", account_id=ACCOUNT, direction=Direction.OUT, category="people", counterparty="landlord",
    period=Period.MONTHLY, first_day=date(2025, 4, 5), last_day=date(2026, 3, 5), count=12, amount_minor=200_000,
    next_day=date(2026, 4, 5), earliest_day=date(2026, 4, 3), latest_day=date(2026, 4, 8), low_minor=200_000,
    high_minor=200_000, subscription=False,
)  # fmt: skip
WAGES = replace(RENT, series_id="wages", direction=Direction.IN, category="salary", counterparty="work", amount_minor=500_000)
NOTHING = history([])


def said(*series: Recurring) -> list[Found]:
    return [Found(each, ()) for each in series]


def days_of(series: Recurring, *, today: date = TODAY, horizon_days: int = HORIZON_DAYS) -> list[date]:
    return [found.day for found in occurrences(series, today=today, horizon_days=horizon_days)]


def test_what_is_owed_on_a_weekend_leaves_after_it_and_what_comes_in_comes_before_it():
    assert RENT.next_day == date(2026, 4, 5)  # a Sunday, after Good Friday
    assert days_of(RENT) == [date(2026, 4, 6)]
    assert days_of(WAGES) == [date(2026, 4, 2)]


def test_what_a_card_is_charged_comes_on_its_day_whatever_day_that_is():
    assert days_of(replace(RENT, category="leisure", subscription=True)) == [date(2026, 4, 5)]


@pytest.mark.parametrize(("period", "count"), [
    (Period.WEEKLY, 13), (Period.FORTNIGHTLY, 7), (Period.MONTHLY, 3), (Period.YEARLY, 1),
])  # fmt: skip
def test_a_series_comes_as_often_as_its_period_says(period, count):
    assert len(days_of(replace(RENT, period=period), horizon_days=101)) == count


def test_the_end_of_a_month_stays_the_end():
    series = replace(RENT, next_day=date(2026, 3, 31))
    assert days_of(series, horizon_days=110) == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 1), date(2026, 6, 30)]


def test_what_is_late_is_expected_tomorrow_until_its_latest_day_and_an_ended_one_never():
    late = replace(RENT, next_day=date(2026, 3, 19), latest_day=date(2026, 3, 24))
    assert days_of(late)[0] == date(2026, 3, 23)  # the 20th is a Friday
    assert days_of(replace(late, latest_day=date(2026, 3, 20)), horizon_days=40)[0] == date(2026, 4, 20)
    assert days_of(replace(RENT, next_day=None)) == []


def test_the_balance_runs_and_the_first_day_below_zero_is_said():
    found = calendar(NOTHING, said(RENT), balance_minor=150_000)
    balances = {each.day: each.balance_minor for each in found.days}
    assert (balances[date(2026, 4, 3)], balances[date(2026, 4, 6)]) == (150_000, -50_000)
    assert found.below_zero_on == found.may_be_below_zero_on == date(2026, 4, 6)
    assert calendar(NOTHING, said(RENT, WAGES), balance_minor=150_000).below_zero_on is None


def test_an_amount_that_is_not_sure_makes_the_interval_reach_below_zero_first():
    unsure = replace(RENT, low_minor=150_000, high_minor=250_000)
    found = calendar(NOTHING, said(unsure), balance_minor=220_000)
    assert (found.below_zero_on, found.may_be_below_zero_on) == (None, date(2026, 4, 6))
    last = found.days[-1]
    assert abs(last.balance_minor - last.low_80_minor - 50_000 * NORMAL_90 / NORMAL_95) <= 1


def test_everyday_money_is_spread_and_what_comes_again_is_not_counted_twice():
    lines = every(1, -1_000, "restaurants", since=date(2025, 12, 1))
    rents = [(date(2026, month, 5), -200_000, "people") for month in (1, 2, 3)]
    made = history([*lines, *rents])
    mine = tuple(each.transfer_id for each in made.movements if each.category == "people")
    told = calendar(made, [Found(RENT, mine)], balance_minor=1_000_000)
    assert {each.everyday_minor for each in told.days} == {-1_000}
    assert told.days[-1].balance_minor == 1_000_000 - 30 * 1_000 - 200_000


amounts = st.integers(1, 10**9)


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(Period), st.sampled_from(Direction), amounts, amounts)
def test_whatever_comes_again_falls_on_business_days_within_the_horizon_in_order(day, period, direction, amount, balance):
    series = replace(RENT, next_day=day, latest_day=day, period=period, direction=direction, amount_minor=amount)
    today = day - timedelta(days=3)
    found = days_of(series, today=today)
    assert found == sorted(found)
    assert all(is_business_day(each) and today < each <= today + timedelta(HORIZON_DAYS) for each in found)
    told = calendar(history([], today=today), said(series), balance_minor=balance)
    moved = amount * len(found) * (1 if direction is Direction.IN else -1)
    assert told.days[-1].balance_minor == balance + moved
    assert len(told.days) == HORIZON_DAYS
    assert all(each.low_80_minor <= each.balance_minor <= each.high_80_minor for each in told.days)
