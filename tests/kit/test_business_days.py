"""Bank days agree with a library that shares nothing with them, and dates move as the ISDA definitions say."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.business_days import (
    LONGEST_MOVE_DAYS,
    Convention,
    adjusted,
    bank_holidays,
    business_day_of_month,
    is_business_day,
    last_day_of_month,
)

RESTS_WITHOUT_LAW = ("Carnaval", "Corpus Christi")
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize("year", range(2003, 2100))
def test_holidays_are_those_of_the_library(year):
    public = holidays.country_holidays("BR", years=year, categories=("public",))
    named = holidays.country_holidays("BR", years=year, categories=("public", "optional"), language="pt_BR")
    expected = {day for day, name in named.items() if day in public or any(word in name for word in RESTS_WITHOUT_LAW)}
    assert bank_holidays(year) == expected


@pytest.mark.parametrize(
    ("day", "convention", "moved"),
    [
        ("2026-02-14", "following", "2026-02-18"),  # Saturday of Carnival: Ash Wednesday is worked
        ("2026-02-14", "preceding", "2026-02-13"),
        ("2026-02-14", "none", "2026-02-14"),
        ("2026-05-31", "following", "2026-06-01"),
        ("2026-05-31", "modified_following", "2026-05-29"),
        ("2026-08-01", "modified_following", "2026-08-03"),
        ("2026-01-01", "preceding", "2025-12-31"),
        ("2026-06-05", "following", "2026-06-05"),
    ],
)
def test_a_date_goes_where_its_convention_says(day, convention, moved):
    assert adjusted(date.fromisoformat(day), Convention(convention)) == date.fromisoformat(moved)


@given(DAYS, st.sampled_from(Convention))
def test_a_moved_date_is_the_nearest_business_day_on_the_side_that_the_convention_names(day, convention):
    found = adjusted(day, convention)
    if convention is Convention.NONE or is_business_day(day):
        assert found == day
        return
    assert is_business_day(found)
    assert abs((found - day).days) <= LONGEST_MOVE_DAYS
    low, high = min(day, found), max(day, found)
    assert not any(is_business_day(low + timedelta(n)) for n in range(1, (high - low).days))
    if convention is Convention.FOLLOWING:
        assert found > day
    if convention is Convention.PRECEDING:
        assert found < day
    if convention is Convention.MODIFIED_FOLLOWING:
        assert found.month == day.month
        later = adjusted(day, Convention.FOLLOWING)
        assert (found == later) is (later.month == day.month)


@given(DAYS, st.integers(1, 23))
def test_the_nth_business_day_has_n_minus_one_before_it_in_its_month(day, number):
    found = business_day_of_month(day.year, day.month, number)
    before = [n for n in range(1, found.day) if is_business_day(found.replace(day=n))]
    assert is_business_day(found)
    after = [n for n in range(found.day + 1, last_day_of_month(day.year, day.month).day + 1)
             if is_business_day(found.replace(day=n))]  # fmt: skip
    assert len(before) == number - 1 or (len(before) < number - 1 and not after)
