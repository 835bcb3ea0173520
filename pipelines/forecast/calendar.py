"""What a date says about a series: its place in week, month and year, holidays, salary days."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kit.business_days import bank_holidays, business_day_of_month, easter
from pipelines.forecast.panel import WEEK, Floats, Panel

Holidays = Callable[[int], frozenset[date]]
_SALARY_BUSINESS_DAY = 5
_EPOCH = date(1970, 1, 1)
_FAR_DAYS = 5

# Whether something holds of a date, which a line can weigh.
EFFECTS = ("holiday", "before_holiday", "after_holiday", "bridge", "salary_day", "month_begins", "month_ends", "year_turns")
# Where a date lies, which a tree can split.
PLACES = ("weekday", "month_day", "days_left", "month", "year_day", "since_holiday", "until_holiday", "since_salary")


def brazilian(year: int) -> frozenset[date]:
    """Return the days on which Brazil's banks rest."""
    return bank_holidays(year)


def everywhere(year: int) -> frozenset[date]:
    """Return the days off that most calendars share: New Year, Good Friday, Easter Monday, Christmas and the day after."""
    sunday = easter(year)
    return frozenset([date(year, 1, 1), sunday - timedelta(2), sunday + timedelta(1), date(year, 12, 25), date(year, 12, 26)])


@dataclass(frozen=True, slots=True)
class Calendar:
    """A table of dates, from the one with number `first` (days since 1970-01-01) on; empty for a panel without dates.

    A week's effects are how many of its days have them, and its place is that of its first day.
    """

    first: int
    effects: Floats
    places: Floats

    def numbers(self, panel: Panel, row: int, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which rows of the tables a series' columns are; those past the last column are dates to come."""
        if panel.last_days is None:
            return np.zeros(len(steps), dtype=np.int64)
        newest = int(panel.last_days[row].astype("datetime64[D]").astype(np.int64))
        return np.asarray(newest + (steps - panel.values.shape[1] + 1) * panel.step_days - self.first, dtype=np.int64)


def calendar_of(panel: Panel, horizon: int, *, holidays: Holidays = everywhere) -> Calendar:
    """Return the dates of a panel and of `horizon` steps after it."""
    if panel.last_days is None or panel.step_days not in (1, WEEK):
        return Calendar(0, np.empty((1, 0)), np.empty((1, 0)))
    newest = panel.last_days.astype("datetime64[D]").astype(np.int64)
    first = int(newest.min()) - (panel.values.shape[1] + 2 * panel.long_season) * panel.step_days
    past = int(newest.max()) + (horizon + 1) * panel.step_days + WEEK
    first_year, last_year = (_EPOCH + timedelta(first)).year, (_EPOCH + timedelta(past)).year
    years = [_year(year, holidays) for year in range(first_year, last_year + 1)]
    start = first - (date(first_year, 1, 1) - _EPOCH).days
    effects, places = (np.concatenate([year[which] for year in years])[start : start + past - first] for which in range(2))
    if panel.step_days == WEEK:
        total = np.concatenate([np.zeros((1, effects.shape[1])), effects.cumsum(axis=0)])
        effects, places = total[WEEK:] - total[:-WEEK], places[: len(places) - WEEK + 1]
    return Calendar(first, effects, places)


@cache
def _year(year: int, holidays: Holidays) -> tuple[Floats, Floats]:
    """Effects and places of every day of a year."""
    off = frozenset[date]().union(*(holidays(each) for each in (year - 1, year, year + 1)))
    days = [date(year, 1, 1) + timedelta(number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return (
        np.array([_effects(day, off) for day in days], dtype=np.float64),
        np.array([_places(day, off) for day in days], dtype=np.float64),
    )


def _effects(day: date, off: frozenset[date]) -> tuple[bool, ...]:
    near = timedelta(1)
    works = day.weekday() < 5 and day not in off
    return (
        day in off,
        day + near in off,
        day - near in off,
        works and (day - near in off or day - near * 3 in off) and (day.weekday() in (0, 4)),
        day == business_day_of_month(day.year, day.month, _SALARY_BUSINESS_DAY),
        day.day <= 2,
        day.day >= monthrange(day.year, day.month)[1] - 1,
        (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2),
    )


def _places(day: date, off: frozenset[date]) -> tuple[int, ...]:
    salary = business_day_of_month(day.year, day.month, _SALARY_BUSINESS_DAY)
    if day < salary:
        before = day.replace(day=1) - timedelta(1)
        salary = business_day_of_month(before.year, before.month, _SALARY_BUSINESS_DAY)
    return (
        day.weekday(),
        day.day,
        monthrange(day.year, day.month)[1] - day.day,
        day.month,
        day.timetuple().tm_yday,
        next((back for back in range(_FAR_DAYS) if day - timedelta(back) in off), _FAR_DAYS),
        next((on for on in range(_FAR_DAYS) if day + timedelta(on) in off), _FAR_DAYS),
        (day - salary).days,
    )
