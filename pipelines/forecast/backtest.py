"""Rolling backtests: what each model would have said at earlier ends of the same series."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.forecast.measures import scales
from pipelines.forecast.panel import BadPanel, Floats, Panel

# A gap-free panel and a horizon; gives (series, horizon).
Model = Callable[[Panel, int], Floats]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made at earlier ends, newest end last: (ends, series, horizon) a model.

    `actual` is what came, NaN where nobody knows or a series had not begun; `scale` (ends, series) is MASE's at that end.
    """

    ends: tuple[int, ...]
    forecasts: Mapping[str, Floats]
    actual: Floats
    scale: Floats

    def errors(self, forecast: Floats) -> Floats:
        """Return the absolute error in scales (ends, series, horizon)."""
        return np.asarray(np.abs(forecast - self.actual) / self.scale[..., None])

    def without(self, place: int) -> "Backtest":
        """Return the backtest without one of its ends."""
        kept = [at for at in range(len(self.ends)) if at != place]
        return self._of(kept)

    def before(self, place: int) -> "Backtest":
        """Return the ends older than one of them."""
        return self._of(list(range(place)))

    def _of(self, kept: Sequence[int]) -> "Backtest":
        ends = tuple(self.ends[at] for at in kept)
        forecasts = {name: values[kept] for name, values in self.forecasts.items()}
        return Backtest(ends, forecasts, self.actual[kept], self.scale[kept])


@dataclass
class Costs:
    """Seconds of the wall clock that each model took, over all ends."""

    by_model: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        """Count a run of a model."""
        self.by_model[name] = self.by_model.get(name, 0.0) + seconds


def ends_of(panel: Panel, horizon: int, *, most: int) -> tuple[int, ...]:
    """Return how many steps before the last one the backtests end, oldest first: a horizon apart.

    There are fewer than `most` where a quarter of the series would have begun too late to say anything. Raises
    BadPanel for a horizon of no steps.
    """
    if horizon < 1:
        raise BadPanel(f"a horizon of {horizon} steps")
    lengths = np.sort(panel.lengths())
    usable = int(lengths[len(lengths) // 4])
    count = max(0, min(most, (usable - max(2, min(panel.season, 8))) // horizon))
    return tuple(horizon * at for at in range(count, 0, -1))


def predict(panel: Panel, horizon: int, models: Mapping[str, Model], costs: Costs) -> dict[str, Floats]:
    """Return each model's forecasts (series, horizon) of a panel; NaN for a series that has not begun."""
    begun = np.asarray(~np.isnan(panel.values).all(axis=1))
    known = panel.only(begun).filled()
    found = {}
    for name, model in models.items():
        started_s = time.monotonic()
        out = np.full((len(panel), horizon), np.nan)
        out[begun] = model(known, horizon)
        costs.add(name, time.monotonic() - started_s)
        found[name] = out
    return found


def backtest(
    panel: Panel, horizon: int, models: Mapping[str, Model], *, ends: Sequence[int], costs: Costs, progress: Progress
) -> Backtest:
    """Run every model at every end. A model is given nothing that came after it."""
    forecasts: dict[str, list[Floats]] = {name: [] for name in models}
    actual, scale = [], []
    for end in ends:
        then = panel.cut(end)
        for name, values in predict(then, horizon, models, costs).items():
            forecasts[name].append(values)
        actual.append(panel.cut(end - horizon).last(horizon))
        scale.append(scales(then, season=panel.season))
        progress(f"backtest {end} steps before the end")
    shape = (len(ends), len(panel), horizon)
    return Backtest(
        tuple(ends),
        {name: np.array(values).reshape(shape) for name, values in forecasts.items()},
        np.array(actual).reshape(shape),
        np.array(scale).reshape(shape[:2]),
    )
