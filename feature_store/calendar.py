"""Brazilian bank days as a table that kernels look up: holidays, business days, and the place of a day in its month.

National holidays: Laws 662 of 1949, 6,802 of 1980, 10,607 of 2002 and 14,759 of 2023 (20 November, from 2024). Banks also rest
on Good Friday, Carnival's Monday and Tuesday and Corpus Christi (CMN Resolution 4,880 of 2020).
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR, LAST_YEAR = 1970, 2099
_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_BLACK_AWARENESS, _SINCE_YEAR = (11, 20), 2024
_FROM_EASTER_DAYS = (-48, -47, -2, 60)
# A month's salary is paid by its fifth business day: CLT (Decree-Law 5,452 of 1943), art. 459, paragraph 1.
PAYDAY_BUSINESS_DAY = 5
HOLIDAY, BUSINESS_DAY, BUSINESS_DAY_NUMBER, DAY_OF_MONTH = range(4)
_SATURDAY = 5


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, "Astronomical Algorithms", chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> set[date]:
    """The days on which banks rest all over Brazil, weekends apart."""
    fixed = [*_FIXED, _BLACK_AWARENESS] if year >= _SINCE_YEAR else [*_FIXED]
    return {date(year, month, day) for month, day in fixed} | {easter(year) + timedelta(days) for days in _FROM_EASTER_DAYS}


def bank_days() -> NDArray[np.int8]:
    """Return int8[days since 1970-01-01, 4]: holiday, business day, which business day of its month (0: none), day of month.

    The business day of a month is the number of business days up to and with this one.
    """
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    table = np.zeros(((last - first).days + 1, 4), np.int8)
    number = 0
    rest: set[date] = set()
    for row in range(len(table)):
        day = first + timedelta(row)
        if (day.month, day.day) == (1, 1):
            rest = holidays(day.year)
        if day.day == 1:
            number = 0
        works = day.weekday() < _SATURDAY and day not in rest
        number += works
        table[row] = (day in rest, works, number, day.day)
    return table
