"""A budget says where its month stands and where it is likely to end, and no more than is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.budgets import FEWEST_DAYS, Standing, progress
from insight.spending import days_in, month_after, month_before, months_back

TODAY = date(2026, 3, 10)
LONG_AGO = date(2025, 3, 1)


def every_day(amount_minor: int, *, since: date = LONG_AGO, until: date = TODAY) -> dict[date, int]:
    return {since + timedelta(ahead): amount_minor for ahead in range((until - since).days + 1)}


def test_who_spends_the_same_every_day_ends_where_that_leads():
    found = progress(limit_minor=31_000, spent=every_day(1_000), since=LONG_AGO, today=TODAY)
    assert (found.month, found.spent_minor, found.left_minor, found.days_left) == (date(2026, 3, 1), 10_000, 21_000, 21)
    assert found.end is not None
    assert abs(found.end.expected_minor - 31_000) <= 40
    assert found.end.low_80_minor <= found.end.expected_minor <= found.end.high_80_minor


def test_rent_that_is_still_to_come_is_expected():
    months = [months_back(date(2026, 3, 1), back) for back in range(1, 13)]
    found = progress(limit_minor=1, spent={month.replace(day=25): 200_000 for month in months}, since=LONG_AGO, today=TODAY)
    assert found.end is not None
    assert found.end.expected_minor > 150_000
    after = progress(
        limit_minor=1, spent={month.replace(day=5): 200_000 for month in [*months, date(2026, 3, 1)]}, since=LONG_AGO,
        today=TODAY,
    )  # fmt: skip
    assert after.end is not None
    assert after.end.expected_minor < 240_000


@pytest.mark.parametrize(("limit_minor", "standing"), [
    (9_999, Standing.OVER), (25_000, Standing.AT_RISK), (40_000, Standing.ON_TRACK),
])  # fmt: skip
def test_a_budget_is_over_at_risk_or_on_track(limit_minor, standing):
    assert progress(limit_minor=limit_minor, spent=every_day(1_000), since=LONG_AGO, today=TODAY).standing is standing


def test_with_two_weeks_of_history_the_end_is_told_and_with_less_it_is_not():
    for days, known in ((FEWEST_DAYS, True), (FEWEST_DAYS - 1, False)):
        since = TODAY - timedelta(days=days - 1)
        found = progress(limit_minor=5, spent=every_day(1_000, since=since), since=since, today=TODAY)
        assert (found.end is not None) is known
        assert found.standing is Standing.OVER


def test_on_the_last_day_nothing_is_left_to_guess():
    last = date(2026, 2, 28)
    found = progress(limit_minor=28_000, spent=every_day(1_000, until=last), since=LONG_AGO, today=last)
    assert found.end is not None
    assert (found.days_left, found.end.low_80_minor, found.end.high_80_minor) == (0, 28_000, 28_000)
    assert (found.end.chance_over_pct, found.standing) == (0.0, Standing.ON_TRACK)


amounts = st.dictionaries(st.integers(0, 400), st.integers(0, 10**9), max_size=200)


@settings(deadline=None)
@given(amounts, st.integers(1, 10**12), st.integers(0, 364))
def test_whatever_was_spent_the_interval_holds_what_is_expected_and_starts_at_what_is_spent(ago, limit_minor, back):
    today = TODAY - timedelta(days=back)
    spent = {today - timedelta(days=days): amount for days, amount in ago.items()}
    found = progress(limit_minor=limit_minor, spent=spent, since=today - timedelta(days=400), today=today)
    assert found.end is not None
    assert found.spent_minor <= found.end.low_80_minor <= found.end.expected_minor <= found.end.high_80_minor
    assert 0.0 <= found.end.chance_over_pct <= 100.0
    assert found.spent_minor + found.left_minor == limit_minor


@settings(deadline=None)
@given(amounts, st.integers(1, 10**11), st.integers(1, 10**11))
def test_the_higher_the_limit_the_smaller_the_chance_of_passing_it(ago, limit_minor, more_minor):
    spent = {TODAY - timedelta(days=days): amount for days, amount in ago.items()}
    one, other = (
        progress(limit_minor=limit, spent=spent, since=LONG_AGO, today=TODAY).end
        for limit in (limit_minor, limit_minor + more_minor)
    )
    assert one is not None
    assert other is not None
    assert one.chance_over_pct >= other.chance_over_pct


@settings(deadline=None)
@given(st.dates(date(1970, 2, 1), date(2200, 1, 1)))
def test_months_follow_one_another(day):
    month = day.replace(day=1)
    assert month_before(month_after(month)) == month == months_back(month_after(month), 1)
    assert month + timedelta(days=days_in(month)) == month_after(month)
