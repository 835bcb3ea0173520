"""What is expected to come and go on each of the next days, and what is left: a calendar of a customer's cash. Pure.

Two kinds of money: what comes again, each on its day (moved to a business day: what is owed to the one after, what comes in to
the one before), and everyday money, which is spread over all days as it was over the last ones. What is left is a sum: its
interval widens with the days and with what is not known of each amount. It supposes that days are independent, and is measured
(`baas bench insight`).
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from insight.history import History
from insight.quantiles import NORMAL_90, NORMAL_95
from insight.recurring.finding import Found
from insight.recurring.matching import stepped
from insight.recurring.series import Direction, Recurring
from kit.business_days import Convention, adjusted

HORIZON_DAYS = 30
EVERYDAY_DAYS = 90
# With fewer days of history everyday money is not spread.
FEWEST_DAYS = 14
# The bounds of a series' next amount hold nine in ten.
_BOUNDS_STD = 2.0 * NORMAL_95
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """One payment or income of a series on a day, after it was moved to a business day; `amount_minor` is positive."""

    day: date
    series_id: str
    direction: Direction
    category: str
    counterparty: str
    amount_minor: int
    low_minor: int
    high_minor: int


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day to come, and what is left at its end. `everyday_minor` is what the day brings beside its series."""

    day: date
    business_day: bool
    expected: Sequence[Expected]
    everyday_minor: int
    balance_minor: int
    low_80_minor: int
    high_80_minor: int


@dataclass(frozen=True, slots=True)
class CashCalendar:
    """The days after today, oldest first.

    `below_zero_on` is the first day at whose end less than nothing is expected to be left, `may_be_below_zero_on` the first on
    which the interval reaches below zero; None where there is no such day.
    """

    days: Sequence[CalendarDay]
    below_zero_on: date | None
    may_be_below_zero_on: date | None


@dataclass(frozen=True, slots=True)
class _Everyday:
    mean: float
    variance: float
    days: int


def calendar(
    history: History, series: Sequence[Found], *, balance_minor: int, horizon_days: int = HORIZON_DAYS
) -> CashCalendar:
    """Return the days after the history's today. `series` are what was found in it, `balance_minor` is what is there now."""
    by_day: dict[date, list[Expected]] = defaultdict(list)
    for each in series:
        for due in occurrences(each.recurring, today=history.today, horizon_days=horizon_days):
            by_day[due.day].append(due)
    everyday = _everyday(history, {transfer_id for each in series for transfer_id in each.transfer_ids})
    days, settled, variance = [], balance_minor, 0.0
    for ahead in range(1, horizon_days + 1):
        day = history.today + timedelta(days=ahead)
        expected = sorted(by_day[day], key=lambda found: (found.direction, found.series_id))
        settled += sum(_signed(found) for found in expected)
        variance += sum(((found.high_minor - found.low_minor) / _BOUNDS_STD) ** 2 for found in expected)
        drift = everyday.mean * ahead
        # The mean is uncertain for all days alike: its error grows with the days, not with their root.
        spread = math.sqrt(variance + everyday.variance * (ahead + ahead * ahead / max(everyday.days, 1)))
        balance = settled + round(drift)
        days.append(
            CalendarDay(
                day=day,
                business_day=adjusted(day, Convention.FOLLOWING) == day,
                expected=expected,
                everyday_minor=round(drift) - round(drift - everyday.mean),
                balance_minor=balance,
                low_80_minor=balance - math.ceil(NORMAL_90 * spread),
                high_80_minor=balance + math.ceil(NORMAL_90 * spread),
            )
        )
    return CashCalendar(
        days=days,
        below_zero_on=next((each.day for each in days if each.balance_minor < 0), None),
        may_be_below_zero_on=next((each.day for each in days if each.low_80_minor < 0), None),
    )


def occurrences(series: Recurring, *, today: date, horizon_days: int) -> Iterator[Expected]:
    """Yield what a series brings in the days after `today`, oldest first; nothing once it has ended.

    What was expected and has not come is expected tomorrow while its latest day is not over.
    """
    if series.next_day is None:
        return
    last = today + timedelta(days=horizon_days)
    for count in range(horizon_days + 2):
        due = stepped(series.next_day, series.period, count)
        late = count == 0 and due <= today and series.latest_day is not None and series.latest_day > today
        day = adjusted(today + _DAY, Convention.FOLLOWING) if late else adjusted(due, _convention(series))
        if due > last + timedelta(days=7):
            return
        if today < day <= last:
            yield Expected(
                day=day,
                series_id=series.series_id,
                direction=series.direction,
                category=series.category,
                counterparty=series.counterparty,
                amount_minor=series.amount_minor,
                low_minor=series.low_minor,
                high_minor=series.high_minor,
            )


def _convention(series: Recurring) -> Convention:
    """Return where a due day goes that is no business day: a subscription is charged to a card, on any day."""
    if series.subscription:
        return Convention.NONE
    return Convention.PRECEDING if series.direction is Direction.IN else Convention.FOLLOWING


def _signed(found: Expected) -> int:
    return found.amount_minor if found.direction is Direction.IN else -found.amount_minor


def _everyday(history: History, again: Container[UUID]) -> _Everyday:
    """Return what a day brings beside what comes again: mean and variance of the last days' sums."""
    first = max(history.since, history.today - timedelta(days=EVERYDAY_DAYS - 1))
    days = (history.today - first).days + 1
    if days < FEWEST_DAYS:
        return _Everyday(0.0, 0.0, days)
    sums: dict[date, int] = defaultdict(int)
    for each in history.movements:
        if each.booked_day >= first and each.transfer_id not in again:
            sums[each.booked_day] += each.delta_minor
    daily = [sums[first + timedelta(days=ahead)] for ahead in range(days)]
    mean = statistics.fmean(daily)
    return _Everyday(mean, statistics.pvariance(daily, mean), days)
