"""Business days of Brazil's banks, by computation, and where a date goes that falls on another day.

The holidays are national: Laws 662 of 1949, 6,802 of 1980, 10,607 of 2002 and 14,759 of 2023 (20 November, from 2024). Banks
also rest on Good Friday, Carnival's Monday and Tuesday and Corpus Christi (CMN Resolution 4,880 of 2020).
"""

import calendar
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_BLACK_AWARENESS, _SINCE_YEAR = (11, 20), 2024
# Carnival's Monday and Tuesday, Good Friday, Corpus Christi.
_FROM_EASTER_DAYS = (-48, -47, -2, 60)
_SATURDAY = 5
_DAY = timedelta(days=1)
# Saturday, Sunday, Carnival's Monday and Tuesday: no row of days off is longer, with room to spare.
LONGEST_MOVE_DAYS = 7


class Convention(StrEnum):
    """Where a date goes that is no business day: the words of the 2006 ISDA Definitions, section 4.12."""

    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"
    NONE = "none"


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, "Astronomical Algorithms", chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> frozenset[date]:
    """Return the days on which banks rest all over Brazil, also where they fall on a weekend."""
    fixed = [*_FIXED, _BLACK_AWARENESS] if year >= _SINCE_YEAR else [*_FIXED]
    sunday = easter(year)
    return frozenset([date(year, *day) for day in fixed] + [sunday + timedelta(days) for days in _FROM_EASTER_DAYS])


def is_business_day(day: date) -> bool:
    """Whether banks are open."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def adjusted(day: date, convention: Convention) -> date:
    """Return the date that a convention moves `day` to; a business day stays.

    Following: the next business day. Modified following: the next, unless it lies in another month: then the one before.
    Preceding: the one before.
    """
    if convention is Convention.NONE or is_business_day(day):
        return day
    if convention is Convention.PRECEDING:
        return _nearest(day, -_DAY)
    following = _nearest(day, _DAY)
    if convention is Convention.MODIFIED_FOLLOWING and following.month != day.month:
        return _nearest(day, -_DAY)
    return following


def business_day_of_month(year: int, month: int, number: int) -> date:
    """Return the `number`-th business day of a month, counted from 1; the last one where it has fewer."""
    found = [day for day in _days_of(year, month) if is_business_day(day)]
    return found[min(number, len(found)) - 1]


def business_days_after(day: date, number: int) -> date:
    """Return the `number`-th business day after a day, which itself does not count."""
    for _ in range(number):
        day = _nearest(day + _DAY, _DAY)
    return day


def last_day_of_month(year: int, month: int) -> date:
    """Return a month's last day."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _nearest(day: date, step: timedelta) -> date:
    while not is_business_day(day):
        day += step
    return day


def _days_of(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
