"""The daily partitions: the bank's calendar days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dagster import DailyPartitionsDefinition

TIMEZONE = "America/Sao_Paulo"
FIRST_DAY = "2025-01-01"

days = DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=TIMEZONE)


def last_ended(moment: datetime) -> date:
    """Return the bank's newest calendar day that has ended at `moment`."""
    return moment.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=1)


def end_ms(day: date) -> int:
    """Return the first millisecond after the bank's calendar `day`."""
    return int(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(TIMEZONE)).timestamp() * 1000)
