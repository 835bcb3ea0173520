"""Intervals that cover what they say, from how wrong the ensemble was at earlier ends.

Split conformal prediction (Vovk et al., 2005; Lei et al., "Distribution-free predictive inference for regression", 2018) on
errors in units of each series' own spread. A step ahead has the quantile of its errors and of its neighbours', over all series
of the panel. Backtests are optimistic: weights were chosen on them, and what is to come is another time. So an end's errors
come from weights that did not see it, and intervals are widened by what those of the older ends lacked at the newer ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.forecast.panel import Floats

LEVELS = (0.80, 0.95)
# As many ends as a series' spread is taken to have seen at the panel's usual one.
_PRIOR_ENDS = 1.0
_LARGEST_WIDENING, _SMALLEST_WIDENING = 2.5, 1.0


@dataclass(frozen=True, slots=True)
class Bands:
    """How far an interval reaches to each side of a forecast: (levels, series, horizon); `widened` by how much, a level."""

    levels: tuple[float, ...]
    reach: Floats
    widened: tuple[float, ...]

    def around(self, forecast: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the low and the high end."""
        reach = self.reach[self.levels.index(level)]
        return forecast - reach, forecast + reach


def bands(errors: Floats, prior: Floats, newest_prior: Floats, *, levels: Sequence[float] = LEVELS) -> Bands:
    """Return the reach of intervals for a forecast made now.

    `errors` (ends, series, horizon) are the absolute errors of earlier ends, oldest first and NaN where unknown; `prior` (ends,
    series) what a series' volatility promised then, `newest_prior` (series,) what it promises now.
    """
    reach = []
    widened = []
    for level in levels:
        factor = _widening(errors, prior, level=level)
        found = _reach(errors, prior, newest_prior, level=level)
        reach.append(found * factor)
        widened.append(factor)
    return Bands(tuple(levels), np.array(reach), tuple(widened))


def _reach(errors: Floats, prior: Floats, newest_prior: Floats, *, level: float) -> Floats:
    spread, past = _spreads(errors, prior, newest_prior)
    relative = errors / past[..., None]
    horizon = errors.shape[2]
    usual = np.array([_quantile(relative[..., max(0, at - 1) : at + 2], level) for at in range(horizon)])
    usual = np.maximum.accumulate(usual)
    return np.asarray(spread[:, None] * usual[None])


def _spreads(errors: Floats, prior: Floats, newest_prior: Floats) -> tuple[Floats, Floats]:
    """A series' spread now (series,), and at each end (ends, series) as if that end's errors had not been seen."""
    relative = errors / prior[..., None]
    seen = ~np.isnan(relative)
    growth = np.nansum(relative, axis=(0, 1)) / np.maximum(seen.sum(axis=(0, 1)), 1)
    ratio = relative / np.where(growth > 0, growth, 1.0)
    known = seen.any(axis=2)
    mean = np.nansum(ratio, axis=2) / np.maximum(seen.sum(axis=2), 1)
    total, count = mean.sum(axis=0), known.sum(axis=0)
    now = newest_prior * (_PRIOR_ENDS + total) / (_PRIOR_ENDS + count)
    others = (_PRIOR_ENDS + total[None] - mean) / (_PRIOR_ENDS + count[None] - known)
    return now, prior * others


def _quantile(values: Floats, level: float) -> float:
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return 0.0
    # The split-conformal rank: ceil((n + 1) level), at most the largest.
    rank = min(int(np.ceil((len(known) + 1) * level)), len(known))
    return float(known[rank - 1])


def covered_later(errors: Floats, prior: Floats, *, level: float) -> float:
    """Return the share of errors at newer ends that intervals of the ends before would have covered; NaN with one end."""
    shares = []
    for at in range(1, len(errors)):
        reach = bands(errors[:at], prior[:at], prior[at], levels=(level,)).reach[0]
        known = np.isfinite(errors[at])
        shares.append((errors[at] <= reach)[known])
    return float(np.concatenate(shares).mean()) if shares else float("nan")


def _widening(errors: Floats, prior: Floats, *, level: float) -> float:
    """The factor with which intervals of the older ends would have covered what they say at the newer ones."""
    reached = []
    for at in range(1, len(errors)):
        reach = _reach(errors[:at], prior[:at], prior[at], level=level)
        with np.errstate(invalid="ignore", divide="ignore"):
            reached.append((errors[at] / reach)[np.isfinite(errors[at]) & (reach > 0)])
    pooled = np.concatenate(reached) if reached else np.empty(0)
    if not len(pooled):
        return 1.0
    return float(np.clip(_quantile(pooled, level), _SMALLEST_WIDENING, _LARGEST_WIDENING))
