"""Reading series from files: long (a row a value) or wide (a row a series), Parquet or CSV, with dates or without.

A long file has the series' name, a time (a number of steps or a date) and a value, in this order or under names that say so. A
wide file has the name first and then one column a step; rows are ragged, and empty cells after the last value are none.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.forecast.panel import DAY, WEEK, BadPanel, Floats, Panel

_NAMES = ("series", "unique_id", "id", "item_id", "series_name", "series_id")
_TIMES = ("t", "ds", "date", "timestamp", "time", "day", "step")
_VALUES = ("y", "value", "target", "values", "v")


@dataclass(frozen=True, slots=True)
class Series:
    """The values of a file's series by name, and the place of each value: days since 1970-01-01 where `dated`, else steps.

    `placed` is whether the file said the places; a wide one counts from 0.
    """

    values: dict[str, Floats]
    places: dict[str, NDArray[np.int64]]
    dated: bool
    placed: bool


def read(path: Path) -> Series:
    """Return what a file holds, in its order. Raises BadPanel when it is not one of the layouts."""
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as problem:
        raise BadPanel(f"{path.name}: {problem}") from problem
    if frame.width < 2 or not frame.height:
        raise BadPanel(f"{path.name}: no series in {frame.height} rows of {frame.width} columns")
    columns = {name.lower(): name for name in frame.columns}
    name = next((columns[each] for each in _NAMES if each in columns), frame.columns[0])
    time = next((columns[each] for each in _TIMES if each in columns and columns[each] != name), None)
    value = next((columns[each] for each in _VALUES if each in columns), None)
    if time is not None and value is not None:
        return _long(frame.select(pl.col(name).cast(pl.String), time, pl.col(value).cast(pl.Float64, strict=False)))
    return _wide(frame, name)


def _wide(frame: pl.DataFrame, name: str) -> Series:
    rows = frame.drop(name).cast(pl.Float64, strict=False).to_numpy()
    values = {}
    for series, row in zip(frame[name].cast(pl.String), rows, strict=True):
        known = np.flatnonzero(~np.isnan(row))
        values[str(series)] = row[: known[-1] + 1].astype(np.float64) if len(known) else np.empty(0)
    return Series(values, {series: np.arange(len(row)) for series, row in values.items()}, dated=False, placed=False)


def _long(frame: pl.DataFrame) -> Series:
    name, time, value = frame.columns
    if frame[time].dtype == pl.String:
        frame = frame.with_columns(pl.col(time).str.slice(0, 10).str.to_date(strict=False).alias(time))
    dated = frame[time].dtype.is_temporal()
    if frame[time].null_count():
        raise BadPanel(f"{time}: {frame[time].null_count()} values are neither a number nor a date")
    places = pl.col(time).cast(pl.Date).to_physical() if dated else pl.col(time)
    ordered = frame.with_columns(places.cast(pl.Int64)).sort(time, maintain_order=True)
    grouped = {str(key[0]): rows for key, rows in ordered.partition_by(name, as_dict=True, maintain_order=True).items()}
    names = frame[name].unique(maintain_order=True).to_list()
    return Series(
        {str(each): grouped[str(each)][value].to_numpy().astype(np.float64) for each in names},
        {str(each): grouped[str(each)][time].to_numpy() for each in names},
        dated=dated,
        placed=True,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """How far a file's positions are apart, and whether they are dates that a calendar knows."""

    step: int
    dated: bool


def panel_of(train: Series, test: Series | None, *, season: int, horizon: int | None) -> tuple[Panel, Floats]:
    """Return what is known and what is to be forecast (series, horizon), NaN where the test has no value.

    Without a test, the last `horizon` steps are held out. A series whose test begins later than the step after its last value
    has a gap in between. Raises BadPanel when the two files name other series.
    """
    grid, names = _grid(train), [*train.values]
    empty = [name for name in names if np.isnan(train.values[name]).all()]
    if empty or not names:
        raise BadPanel(f"{len(empty)} series have no value at all: {', '.join(empty[:3])}")
    if test is None:
        if horizon is None:
            raise BadPanel("neither a test file nor a horizon to hold out")
        whole = _panel(train, names, [int(train.places[name][-1]) for name in names], grid, season)
        return whole.cut(horizon), whole.last(horizon)
    missing = [name for name in names if name not in test.values]
    if missing:
        raise BadPanel(f"{len(missing)} series of the training file are not in the test file: {', '.join(missing[:3])}")
    goes_on = all(_goes_on(train, test, name) for name in names)
    ends = [int(test.places[name][0]) - grid.step if goes_on else int(train.places[name][-1]) for name in names]
    longest = horizon or max(len(test.values[name]) for name in names)
    actual = np.full((len(names), longest), np.nan)
    for row, name in enumerate(names):
        at = (test.places[name] - ends[row]) // grid.step if goes_on else np.arange(1, len(test.values[name]) + 1)
        inside = (at >= 1) & (at <= longest)
        actual[row, at[inside] - 1] = test.values[name][inside]
    return _panel(train, names, ends, grid, season), actual


def _goes_on(train: Series, test: Series, name: str) -> bool:
    """Whether the test's positions are those after the training's, and not a count of its own."""
    known, asked = train.places[name], test.places[name]
    return test.placed and train.dated == test.dated and len(asked) > 0 and len(known) > 0 and int(asked[0]) > int(known[-1])


def _grid(train: Series) -> _Grid:
    steps = [np.diff(places) for places in train.places.values() if len(places) > 1]
    if not steps:
        return _Grid(1, dated=False)
    apart, counts = np.unique(np.concatenate(steps), return_counts=True)
    usual = int(apart[counts.argmax()])
    return _Grid(max(usual, 1), dated=train.dated and usual in (DAY, WEEK))


def _panel(train: Series, names: list[str], ends: list[int], grid: _Grid, season: int) -> Panel:
    """Put each series on its grid, so that its last column is its end. Two values of one step: the later one holds."""
    even = not train.dated or grid.dated
    placed = []
    for name, end in zip(names, ends, strict=True):
        back = (end - train.places[name]) // grid.step if even else np.arange(len(train.places[name]))[::-1]
        placed.append((back, train.values[name]))
    width = max((int(back.max(initial=-1)) + 1 for back, _ in placed), default=0)
    values = np.full((len(names), width), np.nan)
    for row, (back, known) in enumerate(placed):
        inside = back >= 0
        values[row, width - 1 - back[inside]] = known[inside]
    days = np.array(ends).astype("datetime64[D]") if grid.dated else None
    return Panel(tuple(names), values, season, days, grid.step if grid.dated else DAY)
