"""Autoregressions on differences, shrunk towards what all series have in common.

For every step ahead one ridge regression over all series, then one a series whose coefficients are drawn to the common ones:
b_i = b + (G_i + strength I)^-1 X_i' (y_i - X_i b). Columns are distances in units of the series' scale, so that one penalty
fits all; what a short series does not have is 0, which says nothing. With dates, a column says whether the target, the origin
and the targets of seasons before are holidays and the like.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.forecast.calendar import Calendar, Holidays, calendar_of, everywhere
from pipelines.forecast.features import SEASONS_BACK, Shape, rows_of, shape_of, step_scales
from pipelines.forecast.panel import Floats, Panel

MOST_ROWS = 300_000


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How strongly coefficients are drawn: the common ones to 0, a series' own to the common ones.

    `recent` is over how many steps the scale of a series is taken. What lies further out than `clip` scales, times the square
    root of the steps ahead, counts as that far.
    """

    common: float = 200.0
    own: tuple[float, ...] = (100.0, 1_000.0)
    recent: int = 52
    clip: float = 5.0


DEFAULT = Shrinkage()
OWN, COMMON = range(2)


def autoregression(panel: Panel, horizon: int, *, shrinkage: Shrinkage = DEFAULT, holidays: Holidays = everywhere) -> Floats:
    """Return the forecasts (series, horizon) of a panel without gaps, with the first strength of `own`."""
    return np.asarray(_every(panel, horizon, shrinkage, holidays)[0])


class Autoregressions:
    """The forecasts of each strength of `own`: they share their sums, which are made once for a panel."""

    def __init__(self, *, shrinkage: Shrinkage = DEFAULT, holidays: Holidays = everywhere) -> None:
        self._shrinkage, self._holidays = shrinkage, holidays
        self._of: tuple[Panel, int] | None = None
        self._found = np.empty(0)

    def forecast(self, panel: Panel, horizon: int, *, strength: int) -> Floats:
        """Return the forecasts (series, horizon) of a panel without gaps, with one strength by its place."""
        if self._of is None or self._of[0] is not panel or self._of[1] != horizon:
            self._of, self._found = (panel, horizon), _every(panel, horizon, self._shrinkage, self._holidays)
        return np.asarray(self._found[strength])


def _every(panel: Panel, horizon: int, shrinkage: Shrinkage, holidays: Holidays) -> Floats:
    work = _Work(panel, horizon, shrinkage, holidays)
    moves = np.stack([work.moves(ahead) for ahead in range(1, horizon + 1)], axis=2)
    return np.asarray(panel.values[None, :, -1:] + work.scale[None, :, None] * moves)


class _Work:
    """What the regressions of all steps ahead share."""

    def __init__(self, panel: Panel, horizon: int, shrinkage: Shrinkage, holidays: Holidays) -> None:
        self.panel, self.shrinkage = panel, shrinkage
        self.shape: Shape = shape_of(panel)
        self.calendar: Calendar = calendar_of(panel, horizon, holidays=holidays)
        self.scale = step_scales(panel, recent=shrinkage.recent)
        self.lengths = panel.lengths()
        self.stride = max(1, int(self.lengths.sum()) // MOST_ROWS)

    def moves(self, ahead: int) -> Floats:
        """Return how far each series goes in `ahead` steps, in its own scale (strengths, series)."""
        end = self.panel.values.shape[1]
        grams, sides, newest = [], [], []
        limit = self.shrinkage.clip * np.sqrt(ahead)
        for row, length in enumerate(self.lengths):
            values = self.panel.values[row]
            first = end - int(length) + min(13, int(length) // 2)
            origins = np.arange(end - 1 - ahead, first, -self.stride, dtype=np.int64)
            found = self._columns(row, np.append(origins, end - 1), ahead, limit)
            moved = np.clip((values[origins + ahead] - values[origins]) / self.scale[row], -limit, limit)
            grams.append(found[:-1].T @ found[:-1])
            sides.append(found[:-1].T @ moved)
            newest.append(found[-1])
        coefficients = _drawn(np.array(grams), np.array(sides), self.shrinkage)
        return np.asarray(np.einsum("ij,kij->ki", np.array(newest), coefficients))

    def _columns(self, row: int, origins: NDArray[np.int64], ahead: int, limit: float) -> Floats:
        found = rows_of(self.panel.values[row], origins, ahead=ahead, scale=float(self.scale[row]), shape=self.shape)
        np.nan_to_num(found, copy=False, nan=0.0)
        np.clip(found, -limit, limit, out=found)
        if not self.calendar.effects.shape[1]:
            return found
        season = self.panel.season
        seasons = -(-ahead // season) * season
        moments = [origins + ahead, origins]
        if season > 1:
            moments += [origins + ahead - seasons - back * season for back in range(SEASONS_BACK)]
        effects = self.calendar.effects
        parts = [effects[self.calendar.numbers(self.panel, row, moment)] for moment in moments]
        return np.concatenate([found, *parts], axis=1)


def _drawn(grams: Floats, sides: Floats, shrinkage: Shrinkage) -> Floats:
    """The coefficients (strengths, series, columns)."""
    penalty = np.eye(grams.shape[1])
    common = np.linalg.solve(grams.sum(axis=0) + shrinkage.common * penalty, sides.sum(axis=0))
    left = (sides - grams @ common)[..., None]
    return common + np.stack([np.linalg.solve(grams + strength * penalty, left)[..., 0] for strength in shrinkage.own])
