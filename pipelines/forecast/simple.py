"""The forecasts that any other has to beat. Panels are without gaps (`Panel.filled`)."""

import numpy as np

from pipelines.forecast.panel import Floats, Panel


def naive(panel: Panel, horizon: int) -> Floats:
    """Return the newest value, for every step ahead (series, horizon)."""
    return np.repeat(panel.values[:, -1:], horizon, axis=1)


def seasonal_naive(panel: Panel, horizon: int) -> Floats:
    """Return the newest value of the same step of the season; the newest of all where a series is shorter than a season."""
    return _of_season(panel, horizon, panel.season)


def yearly_naive(panel: Panel, horizon: int) -> Floats:
    """Return what the same step of the longer season was, moved by how far the level has moved since."""
    year = panel.long_season
    before = _of_season(panel, horizon, year)
    known = panel.values.shape[1] >= 2 * year
    if not known:
        return before
    recent = panel.values[:, -panel.season :].mean(axis=1)
    then = panel.values[:, -panel.season - year : -year].mean(axis=1)
    moved = np.where(np.isnan(then), 0.0, recent - then)
    return before + moved[:, None]


def recent_mean(panel: Panel, horizon: int, *, seasons: int = 8) -> Floats:
    """Return the mean of each step of the season over the newest `seasons` of them: what adds up where most days are 0."""
    season, values = panel.season, panel.values
    whole = min(values.shape[1] // season, seasons)
    overall = known_mean(values[:, -max(whole, 1) * season :])
    if whole == 0:
        return np.repeat(overall[:, None], horizon, axis=1)
    by_step = known_mean(values[:, -whole * season :].reshape(len(panel), whole, season), axis=1)
    return np.where(np.isnan(by_step), overall[:, None], by_step)[:, np.arange(horizon) % season]


def known_mean(values: Floats, *, axis: int = 1) -> Floats:
    """Return the mean over what is known along an axis; NaN where nothing is."""
    known = ~np.isnan(values)
    counted = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.divide(total, counted, out=np.full(total.shape, np.nan), where=counted > 0))


def _of_season(panel: Panel, horizon: int, season: int) -> Floats:
    if panel.values.shape[1] < season:
        return naive(panel, horizon)
    last = panel.values[:, -season:]
    out = last[:, np.arange(horizon) % season]
    return np.where(np.isnan(last[:, :1]), naive(panel, horizon), out)
