"""Many series of one step and one season, as models see them."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kit.errors import DomainError

Floats = NDArray[np.float64]
# The step of a dated panel that models know a calendar for.
DAY, WEEK = 1, 7
# A day's season is a week, an hour's a day: what comes once more in a longer while.
_LONGER = {7: 364, 24: 168, 48: 336, 5: 260}


class BadPanel(DomainError):
    """The series cannot be forecast as they are."""

    code = "bad-panel"
    title = "The series cannot be forecast"
    remedy = "Give series with at least one number each, a season of at least one step and a horizon of at least one."


@dataclass(frozen=True, slots=True)
class Panel:
    """Series that end in the last column, each at a date of its own.

    `values` (series, steps) are NaN before a series begins and where nobody wrote a value down. `last_days` (series,) are the
    dates of the last column, None where nobody said; `step_days` is how far columns are apart then.
    """

    names: tuple[str, ...]
    values: Floats
    season: int
    last_days: NDArray[np.datetime64] | None = None
    step_days: int = DAY

    def __post_init__(self) -> None:
        if self.season < 1:
            raise BadPanel(f"a season of {self.season} steps")
        if self.values.ndim != 2 or len(self.names) != len(self.values):
            raise BadPanel(f"{len(self.names)} names for values of shape {self.values.shape}")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def long_season(self) -> int:
        """The year of days and weeks, the week of hours: the same weekday a year ago is 364 days ago."""
        return _LONGER.get(self.season, self.season)

    def cut(self, steps: int) -> "Panel":
        """Return the panel as it was `steps` steps ago. Its columns may be none."""
        if steps == 0:
            return self
        days = None if self.last_days is None else self.last_days - np.timedelta64(steps * self.step_days, "D")
        return replace(self, values=self.values[:, : max(self.values.shape[1] - steps, 0)], last_days=days)

    def last(self, steps: int) -> Floats:
        """Return the last `steps` columns."""
        return self.values[:, self.values.shape[1] - steps :]

    def only(self, chosen: NDArray[np.bool_]) -> "Panel":
        """Return the chosen series."""
        names = tuple(name for name, kept in zip(self.names, chosen, strict=True) if kept)
        days = None if self.last_days is None else self.last_days[chosen]
        return replace(self, names=names, values=self.values[chosen], last_days=days)

    def filled(self) -> "Panel":
        """Return the panel without gaps after each series' first value.

        A gap takes the value of a season before plus what the level has moved, as far as that is known at that step: nothing
        later than a step is used for it.
        """
        return replace(self, values=_filled(self.values, self.season))

    def lengths(self) -> NDArray[np.int64]:
        """Return the steps of each series from its first value on."""
        known = ~np.isnan(self.values)
        first = np.where(known.any(axis=1), known.argmax(axis=1), self.values.shape[1])
        return np.asarray(self.values.shape[1] - first, dtype=np.int64)


@njit(cache=True)
def _filled(values: Floats, season: int) -> Floats:
    out = values.copy()
    for row in range(out.shape[0]):
        begun = False
        for at in range(out.shape[1]):
            if not np.isnan(out[row, at]):
                begun = True
            elif begun:
                before = at - season
                if season > 1 and before >= 0 and not np.isnan(out[row, before]) and at >= 2 * season:
                    moved, counted = 0.0, 0
                    for back in range(1, season + 1):
                        older = out[row, at - back - season]
                        if not np.isnan(older):
                            moved += out[row, at - back] - older
                            counted += 1
                    out[row, at] = out[row, before] + (moved / counted if counted else 0.0)
                else:
                    out[row, at] = out[row, at - 1]
    return out
