"""Gradient trees on differences: one model of every series and every step ahead, trained for the mean absolute scaled error.

LightGBM (Ke et al., 2017). A row is a series' origin and a step ahead; what it has to say is how far the series goes, in its
own scale. Rows weigh what their error costs in MASE, so that the loss is the measure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.forecast.calendar import Calendar, Holidays, calendar_of, everywhere
from pipelines.forecast.features import Shape, rows_of, shape_of, step_scales
from pipelines.forecast.measures import scales
from pipelines.forecast.panel import Floats, Panel


@dataclass(frozen=True, slots=True)
class Growth:
    """How the trees grow, for which loss (`l1` aims at medians, `l2` at means), and from how much."""

    loss: str = "l1"
    rounds: int = 300
    learning_rate: float = 0.05
    leaves: int = 31
    fewest_rows: int = 100
    column_share: float = 0.5
    row_share: float = 0.5
    most_rows: int = 200_000
    recent: int = 104
    oldest: int = 2_600
    clip: float = 30.0
    threads: int = 2
    seed: int = 7


# With fewer rows, threads wait for each other longer than they work.
_MANY_ROWS = 100_000
DEFAULT = Growth()
MEANS = Growth(loss="l2", rounds=120, leaves=15, most_rows=60_000)


@dataclass(frozen=True, slots=True)
class _Rows:
    features: Floats
    moves: Floats
    weights: Floats


def trees(panel: Panel, horizon: int, *, growth: Growth = DEFAULT, holidays: Holidays = everywhere) -> Floats:
    """Return the forecasts (series, horizon) of a panel without gaps."""
    import lightgbm

    calendar = calendar_of(panel, horizon, holidays=holidays)
    shape, scale = shape_of(panel), step_scales(panel, recent=growth.recent)
    cost = scale / np.nan_to_num(scales(panel, season=panel.season), nan=np.inf)
    rows = _training(panel, horizon, scale, cost if growth.loss == "l1" else cost**2, shape, growth, calendar)
    if not rows.weights.any():  # too short, or nothing ever moved
        return np.repeat(panel.values[:, -1:], horizon, axis=1)
    newest = _newest(panel, horizon, scale, shape, calendar)
    parameters = {
        "objective": growth.loss,
        "learning_rate": growth.learning_rate,
        "num_leaves": growth.leaves,
        "min_data_in_leaf": growth.fewest_rows,
        "feature_fraction": growth.column_share,
        "bagging_fraction": growth.row_share,
        "bagging_freq": 1,
        "max_bin": 127,
        "num_threads": growth.threads if len(rows.moves) > _MANY_ROWS else 1,
        "seed": growth.seed,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(rows.features, rows.moves, weight=rows.weights, params=parameters)
    model = lightgbm.train(parameters, data, num_boost_round=growth.rounds)
    moves = model.predict(newest, num_threads=growth.threads).reshape(horizon, len(panel)).T
    return np.asarray(panel.values[:, -1:] + scale[:, None] * moves)


def _training(
    panel: Panel, horizon: int, scale: Floats, cost: Floats, shape: Shape, growth: Growth, calendar: Calendar
) -> _Rows:
    values, end = panel.values, panel.values.shape[1]
    used = np.minimum(panel.lengths(), growth.oldest)
    share = min(1.0, growth.most_rows / max(1, int(used.sum()) * horizon))
    chance = np.random.default_rng(growth.seed)
    parts: list[_Rows] = []
    for ahead in range(1, horizon + 1):
        for row in range(len(panel)):
            first = end - int(used[row]) + min(13, int(used[row]) // 2)
            origins = np.arange(first, end - ahead, dtype=np.int64)
            if share < 1.0:
                origins = origins[chance.random(len(origins)) < share]
            if not len(origins):
                continue
            features = _with_context(panel, row, origins, ahead, scale, shape, calendar)
            limit = growth.clip * np.sqrt(ahead)
            moves = np.clip((values[row, origins + ahead] - values[row, origins]) / scale[row], -limit, limit)
            parts.append(_Rows(features.astype(np.float32), moves, np.full(len(origins), cost[row] / len(origins))))
    if not parts:
        return _Rows(np.empty((0, 0)), np.empty(0), np.empty(0))
    weights = np.concatenate([part.weights for part in parts])
    return _Rows(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.moves for part in parts]),
        weights / max(weights.mean(), np.finfo(np.float64).tiny),
    )


def _newest(panel: Panel, horizon: int, scale: Floats, shape: Shape, calendar: Calendar) -> Floats:
    end = np.array([panel.values.shape[1] - 1])
    return np.concatenate([
        _with_context(panel, row, end, ahead, scale, shape, calendar)
        for ahead in range(1, horizon + 1)
        for row in range(len(panel))
    ])  # fmt: skip


def _with_context(
    panel: Panel, row: int, origins: NDArray[np.int64], ahead: int, scale: Floats, shape: Shape, calendar: Calendar
) -> Floats:
    """The rows, and what else trees may split on: how far ahead, and the dates of target and origin."""
    values = panel.values[row]
    found = rows_of(values, origins, ahead=ahead, scale=float(scale[row]), shape=shape)
    more = [np.full((len(origins), 1), float(ahead))]
    target, here = calendar.numbers(panel, row, origins + ahead), calendar.numbers(panel, row, origins)
    more += [calendar.effects[target], calendar.effects[here], calendar.places[target]]
    return np.concatenate([found, *more], axis=1)
