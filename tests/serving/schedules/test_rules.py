"""The dates of a schedule: the same as a day-by-day count, in order, each once, from wherever one begins to look."""

import calendar
from datetime import date, time, timedelta
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.business_days import Convention, adjusted, is_business_day
from serving.schedules.rules import Frequency, Rule, dates, first_dates, local_day, moment_ms

LOOK_DAYS = 800


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(Frequency))
    from_day = draw(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
    monthly = frequency is Frequency.MONTHLY
    by_business_day = monthly and draw(st.booleans())
    return Rule(
        frequency=frequency,
        from_day=from_day,
        until_day=draw(st.none() | st.integers(0, 700).map(lambda days: from_day + timedelta(days))),
        weekday=draw(st.integers(1, 7)) if frequency is Frequency.WEEKLY else None,
        day_of_month=draw(st.integers(1, 31)) if monthly and not by_business_day else None,
        business_day=draw(st.integers(1, 23)) if by_business_day else None,
        convention=draw(st.sampled_from(Convention)),
    )


def is_nominal(rule: Rule, day: date) -> bool:
    """Whether a day is one of the rule's, by looking at that day alone."""
    if rule.frequency is Frequency.ONCE:
        return day == rule.from_day
    if rule.frequency is Frequency.DAILY:
        return True
    if rule.frequency is Frequency.WEEKLY:
        return day.isoweekday() == rule.weekday
    days = calendar.monthrange(day.year, day.month)[1]
    if rule.day_of_month is not None:
        return day.day == min(rule.day_of_month, days)
    assert rule.business_day is not None
    worked = [n for n in range(1, days + 1) if is_business_day(day.replace(day=n))]
    return day.day == worked[min(rule.business_day, len(worked)) - 1]


def counted(rule: Rule) -> list[date]:
    """The dates of the first `LOOK_DAYS` days, counted one by one."""
    last = rule.from_day + timedelta(LOOK_DAYS)
    until = last if rule.until_day is None else min(last, rule.until_day)
    nominal = [rule.from_day + timedelta(n) for n in range((until - rule.from_day).days + 1)]
    convention = Convention.NONE if rule.business_day is not None else rule.convention
    return sorted({adjusted(day, convention) for day in nominal if is_nominal(rule, day)})


@settings(deadline=None)
@given(rules())
def test_dates_are_those_of_a_count_day_by_day(rule):
    end = rule.from_day + timedelta(LOOK_DAYS - 30)
    assert list(takewhile(lambda day: day <= end, dates(rule))) == [day for day in counted(rule) if day <= end]


@settings(deadline=None)
@given(rules(), st.integers(-40, 400))
def test_what_comes_after_a_day_is_the_same_wherever_one_begins(rule, days):
    after = rule.from_day + timedelta(days)
    whole = [day for day in first_dates(rule, 500) if day > after]
    assert first_dates(rule, 20, after=after) == whole[:20]


@given(rules())
def test_every_date_is_a_business_day_unless_nothing_moves_it(rule):
    if rule.convention is not Convention.NONE or rule.business_day is not None:
        assert all(is_business_day(day) for day in first_dates(rule, 60))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            Rule(frequency=Frequency.MONTHLY, from_day=date(2026, 1, 31), day_of_month=31, convention=Convention.NONE),
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            Rule(frequency=Frequency.MONTHLY, from_day=date(2026, 1, 1), business_day=5),
            ["2026-01-08", "2026-02-06", "2026-03-06", "2026-04-08"],
        ),
        (
            Rule(frequency=Frequency.DAILY, from_day=date(2026, 2, 12)),
            ["2026-02-12", "2026-02-13", "2026-02-18", "2026-02-19"],
        ),
        (
            Rule(frequency=Frequency.WEEKLY, from_day=date(2026, 4, 14), weekday=2, convention=Convention.PRECEDING),
            ["2026-04-14", "2026-04-20", "2026-04-28", "2026-05-05"],
        ),
    ],
)
def test_known_calendars_come_out_as_people_count_them(rule, expected):
    assert [day.isoformat() for day in first_dates(rule, 4)] == expected


def test_a_payment_is_due_at_its_local_time_also_where_clocks_change():
    assert moment_ms(date(2026, 6, 1), time(6), "America/Sao_Paulo") == 1_780_304_400_000
    in_winter, in_summer = (moment_ms(day, time(6), "Europe/Lisbon") for day in (date(2026, 3, 28), date(2026, 3, 29)))
    assert in_summer - in_winter == 23 * 3_600_000
    assert local_day(moment_ms(date(2026, 6, 1), time(23, 59), "America/Sao_Paulo"), "America/Sao_Paulo") == date(2026, 6, 1)
