"""The bank's calendar days, which models know and partitions are named by."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = "America/Sao_Paulo"


def last_ended(moment: datetime) -> date:
    """Return the bank's newest calendar day that has ended at `moment`."""
    return moment.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=1)


def end_ms(day: date) -> int:
    """Return the first millisecond after the bank's calendar `day`."""
    return int(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(TIMEZONE)).timestamp() * 1000)
