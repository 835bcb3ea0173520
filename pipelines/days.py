"""The bank's calendar days, which models know and partitions are named by."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.days import TIMEZONE, end_ms

__all__ = ["TIMEZONE", "end_ms", "last_ended"]


def last_ended(moment: datetime) -> date:
    """Return the bank's newest calendar day that has ended at `moment`."""
    return moment.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=1)
