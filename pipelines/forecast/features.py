"""What a step is forecast from: differences of a series, so that neither its level nor its unit matters.

A row belongs to a series, an origin (the newest step that is known) and a target `ahead` steps later. Everything is the
distance from the value at the origin, in units of the series' own scale; NaN where the series had not begun.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.forecast.panel import Floats, Panel

# The newest steps by themselves, and the means that a level is held against.
_NEWEST = 13
_WINDOWS = (2, 4, 8, 13, 26)
SEASONS_BACK = 3
# Half the width of the mean around a step of the year before.
_AROUND = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns there are for a season and its longer one (the same where there is none)."""

    season: int
    year: int

    @property
    def windows(self) -> NDArray[np.int64]:
        """The steps of each mean, newest step included."""
        return np.array(sorted({*_WINDOWS, *([self.season, 2 * self.season] if self.season > 1 else [])}), dtype=np.int64)

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return _NEWEST + len(self.windows) + (2 * SEASONS_BACK if self.season > 1 else 0) + (3 if self.year > 1 else 0)

    @property
    def reach(self) -> int:
        """How many steps before a row's origin are looked at, at most."""
        return max(self.year + _AROUND, (SEASONS_BACK + 1) * self.season, int(self.windows[-1]), _NEWEST) + 1


def shape_of(panel: Panel) -> Shape:
    """Return the columns for a panel's season."""
    return Shape(season=panel.season, year=panel.long_season)


def rows_of(values: Floats, origins: NDArray[np.int64], *, ahead: int, scale: float, shape: Shape) -> Floats:
    """Return a row an origin (origins, columns) for one gap-free series, whose first steps may be NaN."""
    out = np.empty((len(origins), shape.width))
    _fill(values, origins, ahead, scale, shape.season, shape.year, shape.windows, out)
    return out


def step_scales(panel: Panel, *, recent: int) -> Floats:
    """Return the unit of each series: its mean absolute step over the newest `recent` steps; 1 where it stood still."""
    moves = np.abs(np.diff(panel.values[:, -recent - 1 :], axis=1))
    counted = (~np.isnan(moves)).sum(axis=1)
    found = np.nansum(moves, axis=1) / np.maximum(counted, 1)
    return np.where(found > 0, found, 1.0)


@njit(cache=True)
def _fill(
    y: Floats,
    origins: NDArray[np.int64],
    ahead: int,
    scale: float,
    season: int,
    year: int,
    windows: NDArray[np.int64],
    out: Floats,
) -> None:
    total = np.empty(len(y) + 1)
    total[0] = 0.0
    first = 0
    while first < len(y) and np.isnan(y[first]):
        total[first + 1] = 0.0
        first += 1
    for at in range(first, len(y)):
        total[at + 1] = total[at] + y[at]
    seasons = (ahead + season - 1) // season
    for row in range(len(origins)):
        t = origins[row]
        now = y[t]
        column = 0
        for back in range(_NEWEST):
            out[row, column] = (y[t - back] - y[t - back - 1]) / scale if t - back - 1 >= first else np.nan
            column += 1
        for width in windows:
            start = t + 1 - width
            out[row, column] = (now - (total[t + 1] - total[start]) / width) / scale if start >= first else np.nan
            column += 1
        if season > 1:
            for back in range(SEASONS_BACK):
                lag = (seasons + back) * season
                there = t + ahead - lag
                out[row, column] = (y[there] - now) / scale if there >= first else np.nan
                column += 1
                out[row, column] = (y[there] - y[t - lag]) / scale if t - lag >= first else np.nan
                column += 1
        if year > 1:
            lag = ((ahead + year - 1) // year) * year
            there, then = t + ahead - lag, t - lag
            begun = then - _AROUND >= first
            low, high = there - _AROUND, min(there + _AROUND, t)
            out[row, column] = (y[there] - y[then]) / scale if begun else np.nan
            column += 1
            around = (total[high + 1] - total[low]) / (high + 1 - low) if begun else np.nan
            out[row, column] = (around - y[then]) / scale if begun else np.nan
            column += 1
            before = (total[then + _AROUND + 1] - total[then - _AROUND]) / (2 * _AROUND + 1) if begun else np.nan
            out[row, column] = (around - before) / scale if begun else np.nan
            column += 1
