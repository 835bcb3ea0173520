"""Business days of the Brazilian financial market, by computation: no table to keep, no library in the money path.

Source: the national holidays on which banks do not open (Law 662/1949 as amended by Law 10.607/2002, Law 6.802/1980, Law
14.759/2023, and CMN Resolution 4.880/2020 for Carnival and Corpus Christi): the list that ANBIMA publishes for 252-day rates.
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
# From Easter Sunday: Carnival's Monday and Tuesday, Good Friday, Corpus Christi.
_FROM_EASTER = (-48, -47, -2, 60)
# The day of Zumbi and of Black Consciousness is national since Law 14.759 of 2023.
_ZUMBI, _ZUMBI_SINCE = (11, 20), 2024
SATURDAY = 5


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> frozenset[date]:
    """Return the days of `year`, weekends included, that are national holidays of banks."""
    fixed = [*_FIXED, *([_ZUMBI] if year >= _ZUMBI_SINCE else [])]
    sunday = easter(year)
    return frozenset(
        [date(year, month, day) for month, day in fixed] + [sunday + timedelta(days=days) for days in _FROM_EASTER]
    )


def is_business_day(day: date) -> bool:
    """Whether the financial market is open."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)
