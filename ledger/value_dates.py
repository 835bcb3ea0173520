"""Value dates that people may choose: from which day a correction counts. Pure."""

from datetime import date, timedelta

from kit.errors import DomainError
from ledger.days import day_of, start_ms

MAX_BACKDATED_DAYS = 60


class ValueDateOutOfRange(DomainError):
    """A value date in the future, or too far back."""

    code = "value-date-out-of-range"
    title = "The value date is out of range"
    remedy = f"Choose a day that is not in the future and at most {MAX_BACKDATED_DAYS} days back."


def value_ms(value_date: date | None, *, now_ms: int, not_before_ms: int = 0) -> int:
    """Return the moment from which money counts: now without a date, else the beginning of that day at the bank.

    It is never before `not_before_ms`: a correction does not count before what it corrects. Raises ValueDateOutOfRange.
    """
    today = day_of(now_ms)
    if value_date is None or value_date == today:
        return max(now_ms, not_before_ms)
    if not today - timedelta(days=MAX_BACKDATED_DAYS) <= value_date < today:
        raise ValueDateOutOfRange(f"{value_date} is not within {MAX_BACKDATED_DAYS} days before {today}")
    return max(start_ms(value_date), not_before_ms)
