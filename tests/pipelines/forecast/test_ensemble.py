"""The ensemble listens to what was right before, knows nothing of what comes, and its intervals cover what they say."""

import numpy as np
import pytest

from pipelines.forecast.autoregression import autoregression
from pipelines.forecast.backtest import Costs, backtest, ends_of
from pipelines.forecast.conformal import bands
from pipelines.forecast.ensemble import CLASSES, chosen, classes_of
from pipelines.forecast.forecasting import ENSEMBLE, forecast
from pipelines.forecast.measures import covered, mean_known
from pipelines.forecast.panel import BadPanel, Panel
from pipelines.forecast.simple import naive, seasonal_naive
from tests.pipelines.forecast.series import GAP, seasonal, wandering

HORIZON = 7
MODELS = {"naive": naive, "seasonal_naive": seasonal_naive, "autoregression": autoregression}


def quiet(_text):
    pass


def backtested(panel):
    return backtest(panel, HORIZON, MODELS, ends=(21, 14, 7), costs=Costs(), progress=quiet)


def test_what_comes_later_changes_no_earlier_forecast():
    panel = seasonal(length=150)
    later = panel.values.copy()
    later[:, -14:] = np.random.default_rng(8).permutation(later[:, -14:].ravel()).reshape(later[:, -14:].shape) * 3
    whole, changed = backtested(panel), backtested(Panel(panel.names, later, panel.season))
    for name in MODELS:
        assert np.array_equal(whole.forecasts[name][:2], changed.forecasts[name][:2])
        assert not np.array_equal(whole.forecasts[name][2], changed.forecasts[name][2]), "the last end has seen some of it"
    assert not np.array_equal(whole.actual, changed.actual)


def test_the_whole_forecast_is_the_same_whatever_is_held_out():
    panel = seasonal(length=150)
    first, second = (forecast(panel, HORIZON, MODELS, most_ends=2) for _ in range(2))
    assert np.array_equal(first.points[ENSEMBLE], second.points[ENSEMBLE])
    assert np.array_equal(first.bands[ENSEMBLE].reach, second.bands[ENSEMBLE].reach)


def test_weights_are_shares_and_go_to_whom_was_right():
    panel = seasonal(length=150)
    found = chosen(backtested(panel), classes_of(panel))
    assert found.by_class.sum(axis=1) == pytest.approx(np.ones(len(CLASSES)))
    assert (found.by_class >= 0).all()
    assert found.by_class[:, found.models.index("naive")].max() < 0.2


def test_without_a_backtest_every_model_is_listened_to_the_same():
    found = forecast(Panel(("a",), np.arange(1.0, 9.0)[None], 7), HORIZON, MODELS)
    assert found.backtest.ends == ()
    assert found.weights.by_class == pytest.approx(np.full((len(CLASSES), 3), 1 / 3))
    assert np.isfinite(found.points[ENSEMBLE]).all()
    assert (found.bands[ENSEMBLE].reach == 0).all()


def test_a_series_that_begins_late_is_forecast_and_left_out_of_older_backtests():
    values = seasonal(count=6, length=120).values.copy()
    values[0, :-10] = GAP
    found = forecast(Panel(tuple("abcdef"), values, 7), HORIZON, MODELS, most_ends=3)
    assert np.isfinite(found.points[ENSEMBLE]).all()
    assert np.isnan(found.backtest.forecasts["naive"][0, 0]).all()
    assert (found.bands[ENSEMBLE].reach > 0).all()


def test_series_are_of_the_class_that_their_past_speaks_for():
    season, length = 7, 70
    chance = np.random.default_rng(9)
    values = np.stack([
        np.tile(np.arange(7.0) * 10, 10) + chance.normal(size=length),
        chance.normal(size=length).cumsum(),
        np.where(chance.random(length) < 0.7, 0.0, 5.0),
        np.concatenate([np.full(length - 9, GAP), chance.normal(size=9)]),
    ])  # fmt: skip
    found = classes_of(Panel(tuple("abcd"), values, season))
    assert [CLASSES[at] for at in found] == ["seasonal", "wandering", "intermittent", "short"]


def test_a_horizon_of_no_steps_is_refused():
    with pytest.raises(BadPanel):
        forecast(seasonal(), 0, MODELS)


def test_ends_are_a_horizon_apart_and_fewer_where_series_are_short():
    assert ends_of(seasonal(length=200), HORIZON, most=3) == (21, 14, 7)
    assert ends_of(seasonal(length=20), HORIZON, most=3) == (7,)


@pytest.mark.parametrize("make", [seasonal, wandering])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_cover_what_they_say_at_later_ends(make, level):
    shares = []
    whole = make(count=60, length=260)
    for later in (35, 28, 21, 14, 7):
        panel = whole.cut(later)
        found = forecast(panel, HORIZON, MODELS, most_ends=4)
        low, high = found.bands[ENSEMBLE].around(found.points[ENSEMBLE], level)
        shares.append(mean_known(covered(low, high, whole.cut(later - HORIZON).last(HORIZON))))
    assert np.mean(shares) == pytest.approx(level, abs=0.05)


def test_intervals_widen_with_the_steps_ahead_and_with_the_level():
    found = forecast(wandering(count=40), HORIZON, MODELS, most_ends=4).bands[ENSEMBLE].reach
    assert (np.diff(found, axis=2) >= 0).all()
    assert (found[1] >= found[0]).all()


def test_a_series_that_was_hard_to_foresee_gets_wider_intervals_than_one_that_was_not():
    errors = np.ones((3, 2, HORIZON))
    errors[:, 1] *= 10
    found = bands(errors, np.ones((3, 2)), np.ones(2), levels=(0.8,)).reach[0]
    assert (found[1] > 2 * found[0]).all()
