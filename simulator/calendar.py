"""The Brazilian calendar: business days, paydays, holidays, and how busy each day is."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from simulator.codes import BOLETO, CARD, CASH, DAY_MS, HOUR_MS, PIX, TED

LOCAL_OFFSET_MS = -3 * HOUR_MS
"""America/Sao_Paulo, which has had no daylight saving time since 2019."""

_EPOCH = date(1970, 1, 1)
_SALARY_BUSINESS_DAY = 5
_ADVANCE_DAY = 20

# Monday to Sunday; shapes after the Central Bank's Pix statistics by weekday (more on Friday, half of it on Sunday).
_WEEKDAY_FACTOR = {
    PIX: (0.98, 0.97, 1.0, 1.05, 1.22, 1.0, 0.72),
    CARD: (0.88, 0.9, 0.95, 1.0, 1.2, 1.3, 0.9),
    BOLETO: (1.4, 1.15, 1.05, 1.0, 1.2, 0.25, 0.12),
    TED: (1.15, 1.05, 1.0, 1.0, 1.1, 0.0, 0.0),
    CASH: (1.05, 0.95, 0.95, 1.0, 1.3, 1.15, 0.5),
}
_HOLIDAY_FACTOR = {PIX: 0.8, CARD: 0.95, BOLETO: 0.1, TED: 0.0, CASH: 0.5}


@dataclass(frozen=True, slots=True)
class Day:
    """One local day and what is special about it. With `only_hour`, everything of the day happens in that local hour."""

    date: date
    start_ms: int
    weekday: int
    is_holiday: bool
    is_business: bool
    business_day_of_month: int
    business_days_left: int
    since_payday: int
    only_hour: int | None = None

    @property
    def number(self) -> int:
        """Days since 1970-01-01: the same for every run, so that a day's chance is its own."""
        return (self.date - _EPOCH).days

    @property
    def end_ms(self) -> int:
        """The first millisecond of the next local day."""
        return self.start_ms + DAY_MS

    @property
    def is_salary_day(self) -> bool:
        """The 5th business day: the last on which a month's wages may be paid (CLT, article 459)."""
        return self.is_business and self.business_day_of_month == _SALARY_BUSINESS_DAY

    @property
    def is_advance_day(self) -> bool:
        """The 20th, or the business day before it: part of the wages in advance."""
        return self.date == last_business_day_until(self.date.replace(day=_ADVANCE_DAY))

    @property
    def is_pension_day(self) -> bool:
        """Pensions are paid over the last five and the first five business days of a month."""
        return self.is_business and (self.business_day_of_month <= _SALARY_BUSINESS_DAY or self.business_days_left < 5)

    def activity(self, channel: int) -> float:
        """How busy the day is for a channel, 1 on an ordinary Wednesday far from payday."""
        factor = _WEEKDAY_FACTOR[channel][self.weekday]
        if self.is_holiday:
            factor = min(factor, _HOLIDAY_FACTOR[channel])
        payday = 1.28 - 0.05 * min(self.since_payday, 10)
        return factor * max(payday, 0.86) * _season(self.date, channel)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BR", years=year))


def is_business_day(day: date) -> bool:
    """Monday to Friday and no national holiday."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def last_business_day_until(day: date) -> date:
    """Return `day`, or the business day before it."""
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def day_start_ms(day: date) -> int:
    """Return the first millisecond of a local day, since the Unix epoch in UTC."""
    return (day - _EPOCH).days * DAY_MS - LOCAL_OFFSET_MS


def local_date(moment_ms: int) -> date:
    """Return the local day that holds a moment."""
    return _EPOCH + timedelta(days=(moment_ms + LOCAL_OFFSET_MS) // DAY_MS)


@lru_cache(maxsize=512)
def day_of(day: date) -> Day:
    """Return what the calendar says about a local day."""
    business_days = _business_days(day.year, day.month)
    return Day(
        date=day,
        start_ms=day_start_ms(day),
        weekday=day.weekday(),
        is_holiday=day in _holidays(day.year),
        is_business=is_business_day(day),
        business_day_of_month=sum(1 for other in business_days if other <= day),
        business_days_left=sum(1 for other in business_days if other > day),
        since_payday=_since_payday(day),
    )


@lru_cache(maxsize=64)
def _business_days(year: int, month: int) -> tuple[date, ...]:
    first = date(year, month, 1)
    return tuple(d for d in (first + timedelta(days=i) for i in range(31)) if d.month == month and is_business_day(d))


def _since_payday(day: date) -> int:
    for back in range(31):
        earlier = day - timedelta(days=back)
        payday = _business_days(earlier.year, earlier.month)[_SALARY_BUSINESS_DAY - 1]
        if earlier in (payday, last_business_day_until(earlier.replace(day=_ADVANCE_DAY))):
            return back
    return 31


def _season(day: date, channel: int) -> float:
    if channel in (CARD, PIX) and day.month == 12:
        return 1.0 + 0.012 * min(day.day, 24)
    black_friday = day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29
    return 1.35 if black_friday and channel in (CARD, PIX) else 1.0
