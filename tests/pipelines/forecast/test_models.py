"""What every model keeps: units do not matter, the future is not known, odd series get a number."""

from functools import partial

import numpy as np
import pytest

from pipelines.forecast import classical
from pipelines.forecast.autoregression import autoregression
from pipelines.forecast.calendar import brazilian
from pipelines.forecast.measures import mase, mean_known, scales
from pipelines.forecast.models import by_name_only
from pipelines.forecast.panel import Panel
from pipelines.forecast.simple import naive, seasonal_naive, yearly_naive
from pipelines.forecast.trees import Growth, trees
from tests.pipelines.forecast.series import GAP, seasonal, wandering

HORIZON = 7
SMALL = Growth(rounds=40, most_rows=8_000, fewest_rows=20, threads=1)
FAST = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "yearly_naive": yearly_naive,
    "autoregression": autoregression,
    "trees": partial(trees, growth=SMALL),
}
LOCAL = {name: partial(classical.local, model=getattr(classical, name), longest=120) for name in ("theta", "optimised_theta")}
SHIFTS = [(1_000.0, 0.0), (0.01, -3.0), (1.0, 10_000.0)]


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize(("factor", "shift"), SHIFTS)
def test_a_forecast_in_another_unit_and_from_another_zero_is_the_same_forecast(name, factor, shift):
    panel = seasonal(length=120)
    moved = Panel(panel.names, panel.values * factor + shift, panel.season)
    there = (FAST[name](moved, HORIZON) - shift) / factor
    assert there == pytest.approx(FAST[name](panel, HORIZON), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("name", FAST)
def test_a_constant_goes_on_as_it_was(name):
    panel = Panel(("a", "b"), np.full((2, 60), 5.0), 7)
    assert FAST[name](panel, HORIZON) == pytest.approx(np.full((2, HORIZON), 5.0))


@pytest.mark.parametrize("name", [*FAST, *LOCAL])
def test_odd_series_get_a_number_for_every_step(name):
    chance = np.random.default_rng(5)
    rows = np.full((6, 90), GAP)
    rows[0, -1] = 3.0  # one value
    rows[1, -3:] = [1.0, 2.0, 4.0]
    rows[2] = 0.0
    rows[3] = np.where(chance.random(90) < 0.85, 0.0, 40.0)  # intermittent
    rows[4] = chance.normal(size=90) * 1e-9
    rows[5] = chance.normal(size=90).cumsum() * 1e12
    panel = Panel(tuple("abcdef"), rows, 7).filled()
    found = (FAST | LOCAL)[name](panel, HORIZON)
    assert found.shape == (6, HORIZON)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["seasonal_naive", "autoregression", "trees", "theta"])
def test_a_season_is_found_by_every_model_that_looks_for_one(name):
    whole = seasonal(length=200)
    panel, actual = whole.cut(HORIZON), whole.last(HORIZON)
    scale = scales(panel, season=1)
    ours, naives = ((FAST | LOCAL)[each](panel, HORIZON) for each in (name, "naive"))
    assert mean_known(mase(ours, actual, scale)) < 0.6 * mean_known(mase(naives, actual, scale))


@pytest.mark.parametrize("name", by_name_only())
def test_a_model_that_runs_only_by_name_finds_a_season_and_gives_odd_series_a_number(name):
    few = seasonal(count=2, length=100, last_day="2026-04-08")
    panel, actual = few.cut(HORIZON), few.last(HORIZON)
    model, scale = by_name_only()[name], scales(panel, season=1)
    assert mean_known(mase(model(panel, HORIZON), actual, scale)) < 0.7 * mean_known(mase(naive(panel, HORIZON), actual, scale))
    odd = Panel(("constant", "one"), np.array([np.full(30, 5.0), np.where(np.arange(30) == 29, 3.0, 0.0)]), 7, few.last_days)
    assert np.isfinite(model(odd, HORIZON)).all()


@pytest.mark.parametrize("name", ["autoregression", "trees"])
def test_a_pooled_model_does_little_harm_where_there_is_nothing_to_find(name):
    whole = wandering(count=40, length=220)
    panel, actual = whole.cut(HORIZON), whole.last(HORIZON)
    scale = scales(panel, season=1)
    ours, naives = (mean_known(mase(FAST[each](panel, HORIZON), actual, scale)) for each in (name, "naive"))
    assert ours < 1.15 * naives


@pytest.mark.parametrize("name", ["autoregression", "trees"])
def test_holidays_are_foreseen_from_those_that_were(name):
    """Half of a day's business stays away on a holiday of Brazil's; the steps ahead hold one."""
    days = np.arange(np.datetime64("2023-01-02"), np.datetime64("2026-05-04"))
    off = {np.datetime64(day) for year in range(2023, 2027) for day in brazilian(year)}
    chance = np.random.default_rng(6)
    usual = 100 + 10 * np.sin(2 * np.pi * (np.arange(len(days)) % 7) / 7)
    holiday = np.array([day in off for day in days])
    values = (usual * np.where(holiday, 0.5, 1.0))[None] + chance.normal(size=(10, len(days)))
    whole = Panel(tuple(f"h{at}" for at in range(10)), values, 7, np.full(10, days[-1]))
    panel, actual = whole.cut(HORIZON), whole.last(HORIZON)
    assert holiday[-HORIZON:].sum() == 1, "the first of May"
    small = partial(trees, growth=Growth(rounds=60, most_rows=20_000, threads=1))
    found = {"autoregression": autoregression, "trees": small}[name](panel, HORIZON, holidays=brazilian)
    there = holiday[-HORIZON:]
    assert np.abs(found[:, there] - actual[:, there]).mean() < 15, "the seasonal naive is 50 off"
