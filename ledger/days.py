"""The bank's calendar days: when one begins and ends, and which one a moment lies in."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kit.errors import Conflict, DomainError

TIMEZONE = "America/Sao_Paulo"
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
_ZONE = ZoneInfo(TIMEZONE)


class DayOutsideCalendar(DomainError):
    """A day that no book of this bank can have."""

    code = "day-outside-calendar"
    title = "The day is outside the bank's calendar"
    remedy = "Name a day from 1990-01-01 to 2100-12-31."


class DayNotEnded(Conflict):
    """Work of a day's end was asked for a day that still goes on."""

    code = "day-not-ended"
    title = "The day has not ended"
    remedy = "Ask again after midnight at the bank."


def start_ms(day: date) -> int:
    """Return the first millisecond of the bank's calendar `day`. Raises DayOutsideCalendar."""
    if not FIRST_DAY <= day <= LAST_DAY + timedelta(days=1):
        raise DayOutsideCalendar(f"{day} is outside the bank's calendar")
    return int(datetime.combine(day, time(), _ZONE).timestamp() * 1000)


def end_ms(day: date) -> int:
    """Return the first millisecond after the bank's calendar `day`. Raises DayOutsideCalendar."""
    return start_ms(day + timedelta(days=1))


def day_of(at_ms: int) -> date:
    """Return the bank's calendar day that the moment lies in."""
    return datetime.fromtimestamp(at_ms / 1000, _ZONE).date()


def last_ended(now_ms: int) -> date:
    """Return the bank's newest calendar day that has ended."""
    return day_of(now_ms) - timedelta(days=1)


def require_ended(day: date, *, now_ms: int) -> int:
    """Return the first millisecond after `day`. Raises DayNotEnded before it, DayOutsideCalendar."""
    ended_ms = end_ms(day)
    if now_ms < ended_ms:
        raise DayNotEnded(f"{day} has not ended", day=day.isoformat())
    return ended_ms


def ends_month(day: date) -> bool:
    """Whether it is the last day of its month."""
    return (day + timedelta(days=1)).day == 1


def month_of(day: date) -> str:
    """Return the month as it stands in periods, e.g. `2026-11`."""
    return f"{day:%Y-%m}"
