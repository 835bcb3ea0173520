"""Which models to listen to: weights a class of series, chosen by the rolling backtest.

Weights are those of forward selection with replacement (Caruana et al., "Ensemble selection from libraries of models", 2004):
the model that lowers the mean absolute scaled error most is added, again and again, and a weight is how often one was. Those of
a class are drawn to those of all series, the more so the fewer series it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.forecast.backtest import Backtest
from pipelines.forecast.panel import Floats, Panel

Loss = Literal["absolute", "squared"]
ROUNDS = 24
# With this many series, a class weighs as much as all series together do.
DRAWN_SERIES = 40
CLASSES = ("short", "intermittent", "seasonal", "wandering")
_INTERMITTENT_SHARE = 0.3
_SEASONAL_GAIN = 0.9


@dataclass(frozen=True, slots=True)
class Weights:
    """`by_class` (classes, models) sums to 1 in each row; `of_series` says which class each series is of."""

    models: tuple[str, ...]
    by_class: Floats
    of_series: NDArray[np.int64]

    def blend(self, forecasts: Mapping[str, Floats]) -> Floats:
        """Return the ensemble's forecasts, of the shape of each model's: (..., series, horizon)."""
        stacked = np.array([forecasts[name] for name in self.models])
        weights = self.by_class[self.of_series]
        return np.asarray(np.einsum("m...sh,sm->...sh", stacked, weights))


def classes_of(panel: Panel) -> NDArray[np.int64]:
    """Return each series' place in CLASSES: by its length, its zeros, and whether last season tells more than now."""
    lengths, season = panel.lengths(), panel.season
    values = panel.values
    found = np.full(len(panel), CLASSES.index("wandering"))
    zeros = (values == 0.0).sum(axis=1) / np.maximum((~np.isnan(values)).sum(axis=1), 1)
    if season > 1 and values.shape[1] > 2 * season:
        recent = values[:, -3 * season :]
        with np.errstate(invalid="ignore"):
            seasonal = _mean_abs(recent[:, season:] - recent[:, :-season])
            half = max(1, season // 4)
            stepped = _mean_abs(recent[:, season:] - recent[:, season - half : -half])
        found[seasonal < _SEASONAL_GAIN * stepped] = CLASSES.index("seasonal")
    found[zeros > _INTERMITTENT_SHARE] = CLASSES.index("intermittent")
    found[lengths <= 2 * season] = CLASSES.index("short")
    return found


def chosen(backtest: Backtest, of_series: NDArray[np.int64], *, loss: Loss = "absolute") -> Weights:
    """Return the weights that the backtest speaks for; equal ones where it says nothing."""
    models = tuple(backtest.forecasts)
    stacked = np.array([backtest.forecasts[name] for name in models])
    everyone = _selected(stacked, backtest, np.ones(len(of_series), dtype=bool), loss)
    by_class = np.tile(everyone, (len(CLASSES), 1))
    for number in range(len(CLASSES)):
        members = of_series == number
        if members.any():
            own = _selected(stacked, backtest, members, loss)
            share = members.sum() / (members.sum() + DRAWN_SERIES)
            by_class[number] = share * own + (1.0 - share) * everyone
    return Weights(models, by_class, of_series)


def weights_table(weights: Weights) -> dict[str, dict[str, float]]:
    """Return the weights by class and model, of the classes that have series, without those that are 0."""
    present = set(weights.of_series.tolist())
    return {
        name: {model: round(float(weight), 4) for model, weight in zip(weights.models, row, strict=True) if weight > 0}
        for number, (name, row) in enumerate(zip(CLASSES, weights.by_class, strict=True))
        if number in present
    }


def _selected(stacked: Floats, backtest: Backtest, members: NDArray[np.bool_], loss: Loss) -> Floats:
    """Forward selection over the known errors of the chosen series."""
    scale = backtest.scale[:, members, None]
    actual = backtest.actual[:, members] / scale
    forecasts = stacked[:, :, members] / scale
    known = np.isfinite(actual) & np.isfinite(forecasts).all(axis=0)
    counts = np.zeros(len(stacked))
    if not known.any():
        return np.full(len(stacked), 1.0 / len(stacked))
    per_series = known.sum(axis=2, keepdims=True).repeat(known.shape[2], axis=2)[known]
    truth, options = actual[known], forecasts[:, known]
    total = np.zeros_like(truth)
    for number in range(1, ROUNDS + 1):
        errors = np.abs((total + options) / number - truth)
        costs = ((errors if loss == "absolute" else errors**2) / per_series).sum(axis=1)
        best = int(costs.argmin())
        counts[best] += 1
        total += options[best]
    return np.asarray(counts / counts.sum())


def _mean_abs(values: Floats) -> Floats:
    known = ~np.isnan(values)
    return np.asarray(np.where(known, np.abs(values), 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
