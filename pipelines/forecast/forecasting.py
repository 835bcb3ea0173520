"""From series to forecasts with intervals: backtest every model, weigh them, and measure how far to trust the blend."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.forecast.backtest import Backtest, Costs, Model, Progress, backtest, ends_of, predict
from pipelines.forecast.conformal import LEVELS, Bands, bands
from pipelines.forecast.ensemble import Loss, Weights, chosen, classes_of
from pipelines.forecast.features import step_scales
from pipelines.forecast.panel import Floats, Panel

ENSEMBLE = "ensemble"
MOST_ENDS = 4
# How recent the volatility is that a series' interval begins from.
RECENT_STEPS = 52


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What each model and the ensemble say of the steps after a panel's last one, (series, horizon) each.

    `held_out` (ends, series, horizon) is the ensemble in the backtest, with weights that had not seen what it is held against.
    """

    points: Mapping[str, Floats]
    held_out: Floats
    bands: Mapping[str, Bands]
    weights: Weights
    backtest: Backtest
    costs: Costs

    @property
    def models(self) -> tuple[str, ...]:
        """The models that were asked, and the ensemble last."""
        return (*self.weights.models, ENSEMBLE)


def forecast(
    panel: Panel,
    horizon: int,
    models: Mapping[str, Model],
    *,
    most_ends: int = MOST_ENDS,
    loss: Loss = "absolute",
    progress: Progress = lambda _text: None,
) -> Forecasts:
    """Return forecasts of the `horizon` steps after a panel's last one.

    Weights and intervals come from rolling backtests on the panel itself; where it is too short for any, the models weigh the
    same and the intervals are of no width. With the absolute loss, the ensemble aims at the median of what may come; with the
    squared one, at its mean, which adds up over steps.
    """
    costs = Costs()
    ends = ends_of(panel, horizon, most=most_ends)
    tested = backtest(panel, horizon, models, ends=ends, costs=costs, progress=progress)
    points = predict(panel, horizon, models, costs)
    progress("forecast")
    classes = classes_of(panel.filled())
    weights = chosen(tested, classes, loss=loss)
    held_out = _left_out(tested, weights, loss)
    prior, newest = volatility(panel, ends)
    errors = {name: np.abs(values - tested.actual) for name, values in (*tested.forecasts.items(), (ENSEMBLE, held_out))}
    found = {name: bands(each, prior, newest, levels=LEVELS) for name, each in errors.items()}
    return Forecasts({**points, ENSEMBLE: weights.blend(points)}, held_out, found, weights, tested, costs)


def volatility(panel: Panel, ends: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return each series' mean absolute step before each end (ends, series), and before now (series,)."""
    then = [step_scales(panel.cut(end).filled(), recent=RECENT_STEPS) for end in (*ends, 0)]
    return np.array(then[:-1]).reshape(len(ends), len(panel)), then[-1]


def _left_out(tested: Backtest, weights: Weights, loss: Loss) -> Floats:
    """The ensemble at each end of the backtest, with weights that did not see what came after it."""
    if not tested.ends:
        return tested.actual
    out = []
    for place in range(len(tested.ends)):
        others = chosen(tested.without(place), weights.of_series, loss=loss) if len(tested.ends) > 1 else weights
        out.append(others.blend({name: values[place] for name, values in tested.forecasts.items()}))
    return np.array(out)
