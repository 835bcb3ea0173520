"""The folder of a simulated bank, read day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from simulator.files import EVENTS, read_manifest

LIVE_DAYS = 14
"""How many of the last days go through the inbound topic and are scored by the champion."""


def live_from(folder: Path, *, days: int = LIVE_DAYS) -> date:
    """Return the first day that goes through the inbound topic."""
    manifest = read_manifest(folder)
    return max(date.fromisoformat(manifest["first_day"]), date.fromisoformat(manifest["last_day"]) - timedelta(days=days - 1))


def event_days(
    folder: Path, *, from_day: date | None = None, until_day: date | None = None
) -> Iterator[tuple[str, int, pl.DataFrame]]:
    """Yield (day, number of events before it in the whole history, its events) for the days in [from_day, until_day)."""
    before = 0
    for entry in read_manifest(folder)["days"]:
        day = date.fromisoformat(entry["day"])
        if (from_day is None or day >= from_day) and (until_day is None or day < until_day):
            yield entry["day"], before, pl.read_parquet(folder / EVENTS / f"{entry['day']}.parquet")
        before += entry["events"]


def events_between(folder: Path, *, from_day: date | None = None, until_day: date | None = None) -> int:
    """Return how many events the days in [from_day, until_day) have."""
    return sum(
        entry["events"]
        for entry in read_manifest(folder)["days"]
        if (from_day is None or date.fromisoformat(entry["day"]) >= from_day)
        and (until_day is None or date.fromisoformat(entry["day"]) < until_day)
    )
