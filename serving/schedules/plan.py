"""What comes next for a schedule: its dates, when each is due, and when one that failed is tried again. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kit.business_days import Convention
from serving.schedules.repository import Schedule
from serving.schedules.rules import Frequency, Rule, dates, first_dates, local_day
from serving.schedules.rules import moment_ms as due_ms

MAX_SHOWN_DATES = 60
# A date that lacks funds is tried again so long after it was due, as long as that is still the same local day.
RETRY_AFTER = (timedelta(hours=2), timedelta(hours=6), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class Due:
    """A date and its moment."""

    day: date
    at: datetime


def rule_of(schedule: Schedule) -> Rule:
    """Return a schedule's rule."""
    return Rule(
        frequency=Frequency(schedule.frequency),
        from_day=schedule.from_day,
        until_day=schedule.until_day,
        weekday=schedule.weekday,
        day_of_month=schedule.day_of_month,
        business_day=schedule.business_day,
        convention=Convention(schedule.convention),
    )


def due_of(schedule: Schedule, day: date) -> Due:
    """Return when a date of a schedule is due."""
    return Due(day, datetime.fromtimestamp(due_ms(day, schedule.at_time, schedule.timezone) / 1000, UTC))


def next_after(schedule: Schedule, day: date | None, *, passed: int) -> Due | None:
    """Return the date after `day` (the first without one), None when there is none or `passed` are all there may be."""
    if schedule.max_dates is not None and passed >= schedule.max_dates:
        return None
    found = next(dates(rule_of(schedule), after=day), None)
    return None if found is None else due_of(schedule, found)


def first_to_come(schedule: Schedule, *, now_ms: int) -> Due | None:
    """Return the first date whose moment is still to come: dates that passed unseen are not made up for."""
    if schedule.max_dates is not None and schedule.dates_passed >= schedule.max_dates:
        return None
    yesterday = local_day(now_ms, schedule.timezone) - timedelta(days=1)
    for day in dates(rule_of(schedule), after=yesterday):
        due = due_of(schedule, day)
        if due.at.timestamp() * 1000 > now_ms:
            return due
    return None


def shown_dates(schedule: Schedule, count: int) -> list[date]:
    """Return up to `count` dates from the next one on."""
    if schedule.next_day is None:
        return []
    if schedule.max_dates is not None:
        count = max(0, min(count, schedule.max_dates - schedule.dates_passed))
    return first_dates(rule_of(schedule), count, after=schedule.next_day - timedelta(days=1))


def retry_at(schedule: Schedule, *, now_ms: int) -> datetime | None:
    """Return when a date that failed just now is tried again, or None when its day holds no further try."""
    assert schedule.next_day is not None  # noqa: S101 (a schedule that is carried out has one)
    first = due_of(schedule, schedule.next_day).at
    for moment in (first + pause for pause in RETRY_AFTER):
        moment_ms = int(moment.timestamp() * 1000)
        if moment_ms > now_ms and local_day(moment_ms, schedule.timezone) == schedule.next_day:
            return moment
    return None
