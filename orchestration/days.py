"""The daily partitions: the bank's calendar days."""

from dagster import DailyPartitionsDefinition

from pipelines.days import TIMEZONE, end_ms, last_ended

__all__ = ["FIRST_DAY", "TIMEZONE", "days", "end_ms", "last_ended"]

FIRST_DAY = "2025-01-01"

days = DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=TIMEZONE)
