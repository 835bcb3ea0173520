"""The daily partitions: the bank's calendar days."""

from collections.abc import Mapping
from datetime import date, timedelta

from dagster import DailyPartitionsDefinition

from pipelines.days import TIMEZONE, end_ms, last_ended

__all__ = ["FIRST_DAY", "TIMEZONE", "days", "days_of", "end_ms", "last_ended", "stretches"]

FIRST_DAY = "2025-01-01"
_PARTITION, _FIRST, _LAST = "dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"

days = DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=TIMEZONE)


def days_of(tags: Mapping[str, str]) -> list[date]:
    """Return the days that a run is about, by its tags; none where it is about no day."""
    first = tags.get(_PARTITION) or tags.get(_FIRST)
    if first is None:
        return []
    begin, end = date.fromisoformat(first), date.fromisoformat(tags.get(_LAST, first))
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def stretches(found: list[date]) -> list[tuple[date, date]]:
    """Return days in order as (first, last) of those that follow each other."""
    joined: list[tuple[date, date]] = []
    for day in sorted(found):
        if joined and joined[-1][1] + timedelta(days=1) == day:
            joined[-1] = joined[-1][0], day
        else:
            joined.append((day, day))
    return joined
