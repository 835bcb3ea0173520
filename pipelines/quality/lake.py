"""A day of a topic in the lake, as the checks want it: files that can be read, columns that are there, rows as a frame."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.lake import LakeGap, Part, offset_ranges
from pipelines.quality.sets import DataSet

MS = "_ms"
HOUR_MS, SECOND_MS = 3_600_000, 1_000
_UNREADABLE = (pa.ArrowInvalid, OSError)


class BelongsHere(Protocol):
    """Says whether messages of an offset range belong to the day."""

    def __call__(self, first_offset: int, last_offset: int) -> bool:
        """Return whether they do."""
        ...


@dataclass(frozen=True, slots=True)
class LakeDay:
    """A day's files: what is wrong, their columns by the set's names, and up to which offset the lake has the topic."""

    problems: tuple[str, ...]
    files: tuple[Part, ...]
    there: frozenset[str]
    new: frozenset[str]
    next_offset: int


def day_of(lake: Path, data: DataSet, *, first: datetime, past: datetime, belongs_here: BelongsHere) -> LakeDay:
    """Look at the files of a day. What cannot be read, and what is missing between files, is in `problems`, not raised."""
    try:
        files = offset_ranges(lake, data.topic or "")
    except LakeGap as gap:
        return LakeDay((gap.detail,), (), frozenset(), frozenset(), 0)
    problems, of_the_day, others = [], [], []
    moment, start_ms, end_ms = data.moment + MS, _ms(first), _ms(past)
    schemas: list[set[str]] = []
    for file in files:
        try:
            footer = pq.read_metadata(file.path)
        except _UNREADABLE as problem:
            if belongs_here(file.first_offset, file.last_offset):
                problems.append(f"{file.path.name} cannot be read: {problem}")
            continue
        names = set(footer.schema.to_arrow_schema().names)
        if not _may_hold(footer, moment, start_ms=start_ms, end_ms=end_ms):
            others.append(names)
        elif moment in names or belongs_here(file.first_offset, file.last_offset):
            of_the_day.append(file)
            schemas.append(names)
    there = set.intersection(*schemas) if schemas else set()
    told = set.union(*schemas) if schemas else set()
    # A column of one file alone may be one that has come since; what is always known must be in each.
    there |= {_column(column, data) for column in data.told} & told
    known_elsewhere = set.union(*others) if others else told
    return LakeDay(
        tuple(problems),
        tuple(of_the_day),
        frozenset(column for column in data.columns if _column(column, data) in there),
        frozenset(told - known_elsewhere),
        max((file.last_offset + 1 for file in files), default=0),
    )


def frame(day: LakeDay, data: DataSet, *, first: datetime, past: datetime, computed: Collection[str]) -> pl.DataFrame:
    """Return the day's rows with the set's columns that are there, moments as UTC, and those that are computed of them."""
    start_ms = _ms(first)
    read = [_of_day(pl.scan_parquet(file.path), data, day.there, start_ms=start_ms, end_ms=_ms(past)) for file in day.files]
    if not read:
        return pl.DataFrame(schema=dict.fromkeys(data.columns, pl.String))
    rows = pl.concat(read, how="diagonal_relaxed").collect()
    happened, decided, moment = data.happened or "", data.decided or "", data.moment
    found = []
    if "delay_s" in computed:
        found.append(
            pl.when(~pl.col("late")).then((pl.col(happened) - start_ms) / HOUR_MS).alias("hours_into_day"),
        )
        found.append(((pl.col(moment) - pl.col(happened)) / SECOND_MS).alias("delay_s"))
    if "ahead_s" in computed:
        found.append(((pl.col(moment) - pl.col(decided)) / SECOND_MS).alias("ahead_s"))
    return rows.with_columns(found)


def rows_up_to(day: LakeDay, data: DataSet, *, first: datetime, past: datetime, before_offset: int) -> int:
    """Count the day's rows of messages before an offset."""
    start_ms, end_ms = _ms(first), _ms(past)
    found = 0
    for file in day.files:
        rows = _of_day(
            pl.scan_parquet(file.path), data, frozenset({data.moment}), start_ms=start_ms, end_ms=end_ms, offset=True
        )
        found += int(rows.filter(pl.col("offset") < before_offset).select(pl.len()).collect().item())
    return found


def _of_day(
    scan: pl.LazyFrame, data: DataSet, there: Collection[str], *, start_ms: int, end_ms: int, offset: bool = False
) -> pl.LazyFrame:
    names = scan.collect_schema().names()
    moment = pl.col(data.moment + MS)
    of_day = scan.filter((moment >= start_ms) & (moment < end_ms))
    if data.record:
        of_day = of_day.filter(pl.col("record") == data.record)
    columns = {column: _column(column, data) for column in data.columns if column in there}
    return of_day.select(
        *(pl.col(name).alias(column) for column, name in columns.items() if name in names),
        *([pl.col("offset")] if offset else []),
    )


def _may_hold(footer: pq.FileMetaData, moment: str, *, start_ms: int, end_ms: int) -> bool:
    """Whether a file may have rows of the period; one that does not tell may."""
    names: Sequence[str] = footer.schema.names
    if moment not in names:
        return True
    place = names.index(moment)
    for group in range(footer.num_row_groups):
        told = footer.row_group(group).column(place).statistics
        if told is None or not told.has_min_max or (told.min < end_ms and told.max >= start_ms):
            return True
    return False


def _column(column: str, data: DataSet) -> str:
    """The lake's name: moments are in milliseconds there, and the place in the topic is plain `offset`."""
    if column == "log_offset":
        return "offset"
    times = {data.moment, data.happened, data.decided, "first_event_time", "last_event_time"}
    return column + MS if column in times else column


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
