"""On which dates a schedule pays. Pure.

A rule names nominal dates; its convention moves those that are no business days. Two nominal dates that come to the same date
(Saturday and Sunday of a daily order, both moved to Monday) are paid once. A month that has no 31st has its last day instead.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from kit.business_days import LONGEST_MOVE_DAYS, Convention, adjusted, business_day_of_month, last_day_of_month

LAST_YEAR = 2199
_DAYS_A_WEEK = 7


class Frequency(StrEnum):
    """How often a schedule pays."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The dates of a schedule, from `from_day` to `until_day`, both included and both nominal.

    Weekly: `weekday` is 1 for Monday to 7 for Sunday (ISO 8601). Monthly: exactly one of `day_of_month` (1 to 31; 31 is the
    last day everywhere) and `business_day` (the n-th of the month, the last where there are fewer; no convention moves it).
    """

    frequency: Frequency
    from_day: date
    until_day: date | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    business_day: int | None = None
    convention: Convention = Convention.FOLLOWING


def dates(rule: Rule, *, after: date | None = None) -> Iterator[date]:
    """Yield the dates on which a schedule pays, in order, each once; those later than `after` only."""
    begin = rule.from_day
    if after is not None and rule.frequency is not Frequency.ONCE:
        begin = max(begin, after - timedelta(days=LONGEST_MOVE_DAYS))
    last = after
    for nominal in _nominal(rule, begin):
        if rule.until_day is not None and nominal > rule.until_day:
            return
        day = nominal if rule.business_day is not None else adjusted(nominal, rule.convention)
        if last is None or day > last:
            yield day
            last = day


def first_dates(rule: Rule, count: int, *, after: date | None = None) -> list[date]:
    """Return up to `count` of them."""
    return list(islice(dates(rule, after=after), count))


def moment_ms(day: date, at: time, timezone: str) -> int:
    """Return when a payment of `day` is due, in epoch milliseconds. A time that the clocks pass over is an hour later."""
    return int(datetime.combine(day, at, ZoneInfo(timezone)).timestamp() * 1000)


def local_day(now_ms: int, timezone: str) -> date:
    """Return the date that a moment has in a time zone."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(timezone)).date()


def _nominal(rule: Rule, begin: date) -> Iterator[date]:
    """Yield the nominal dates from `begin` on."""
    match rule.frequency:
        case Frequency.ONCE:
            yield rule.from_day
        case Frequency.DAILY:
            yield from _every(begin, days=1)
        case Frequency.WEEKLY:
            assert rule.weekday is not None  # noqa: S101 (checked where a rule comes in)
            yield from _every(begin + timedelta(days=(rule.weekday - begin.isoweekday()) % _DAYS_A_WEEK), days=_DAYS_A_WEEK)
        case Frequency.MONTHLY:
            year, month = begin.year, begin.month
            while year <= LAST_YEAR:
                day = _day_in(rule, year, month)
                if day >= begin:
                    yield day
                year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _every(day: date, *, days: int) -> Iterator[date]:
    while day.year <= LAST_YEAR:
        yield day
        day += timedelta(days=days)


def _day_in(rule: Rule, year: int, month: int) -> date:
    if rule.business_day is not None:
        return business_day_of_month(year, month, rule.business_day)
    assert rule.day_of_month is not None  # noqa: S101 (checked where a rule comes in)
    if rule.day_of_month > calendar.monthrange(year, month)[1]:
        return last_day_of_month(year, month)
    return date(year, month, rule.day_of_month)
