"""How wrong a forecast was. Every measure is one number a series; a value that nobody knows counts for nothing.

MASE: Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006, as Godahewa et al. compute it ("Monash time
series forecasting archive", 2021, utils/error_calculator.R): scaled by the mean absolute seasonal difference of the training
values, by that of one step where a series is too short for it; a series whose scale is 0 has none. sMAPE in percent: Makridakis
et al., "The M4 competition", 2020. Interval score: Gneiting and Raftery, "Strictly proper scoring rules", 2007, formula 43.
"""

import numpy as np
from numpy.typing import NDArray

from pipelines.forecast.panel import Floats, Panel


def scales(panel: Panel, *, season: int) -> Floats:
    """Return what MASE divides by (series,): NaN for a series that has no scale, or a scale of 0.

    Missing values are left out before differences are taken, as the archive does.
    """
    found = np.full(len(panel), np.nan)
    for row, values in enumerate(panel.values):
        known = values[~np.isnan(values)]
        lag = season if len(known) > season else 1
        if len(known) > lag:
            scale = float(np.abs(known[lag:] - known[:-lag]).mean())
            found[row] = scale if scale > 0 else np.nan
    return found


def mase(forecast: Floats, actual: Floats, scale: Floats) -> Floats:
    """Return the mean absolute error over the scale, a series. Forecast and actual are (series, horizon)."""
    return _mean(np.abs(forecast - actual)) / scale


def smape(forecast: Floats, actual: Floats) -> Floats:
    """Return the symmetric mean absolute percentage error, a series; a step where both are 0 counts as 0."""
    spread = np.abs(forecast) + np.abs(actual)
    parts = np.divide(200.0 * np.abs(forecast - actual), spread, out=np.zeros_like(spread), where=spread > 0)
    return _mean(np.where(np.isnan(spread), np.nan, parts))


def covered(low: Floats, high: Floats, actual: Floats) -> Floats:
    """Return the share of a series' known steps that lie within the interval, ends included."""
    return _mean(np.where(np.isnan(actual), np.nan, (actual >= low) & (actual <= high)))


def interval_score(low: Floats, high: Floats, actual: Floats, *, level: float, scale: Floats) -> Floats:
    """Return the mean interval score over the scale, a series: the width, and 2 / (1 - level) times what lies outside."""
    below, above = np.maximum(low - actual, 0.0), np.maximum(actual - high, 0.0)
    return _mean((high - low) + 2.0 / (1.0 - level) * (below + above)) / scale


def mean_known(values: Floats) -> float:
    """Return the mean over the series that have a measure; NaN where none has."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    counted: NDArray[np.int64] = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, counted, out=np.full(len(values), np.nan), where=counted > 0))
