"""Each measure is held against sums done by hand."""

import numpy as np
import pytest

from pipelines.forecast.measures import covered, interval_score, mase, mean_known, scales, smape
from pipelines.forecast.panel import Panel

GAP = float("nan")


def panel_of(*rows, season=1):
    width = max(map(len, rows))
    values = np.array([[GAP] * (width - len(row)) + list(row) for row in rows], dtype=np.float64)
    return Panel(tuple(f"s{at}" for at in range(len(rows))), values, season)


def test_the_scale_is_the_mean_absolute_seasonal_difference_of_what_is_known():
    # Differences two steps apart: 2, 4, 0 of the first; the second has a gap, which is left out first: 5-1, 9-3.
    panel = panel_of([1.0, 2.0, 3.0, 6.0, 3.0], [1.0, 3.0, GAP, 5.0, 9.0], season=2)
    assert scales(panel, season=2) == pytest.approx([(2 + 4 + 0) / 3, (4 + 6) / 2])


def test_a_series_too_short_for_its_season_is_scaled_by_single_steps():
    assert scales(panel_of([1.0, 4.0, 2.0], season=52), season=52) == pytest.approx([(3 + 2) / 2])


def test_a_series_that_never_moved_has_no_scale_and_no_mase():
    scale = scales(panel_of([5.0, 5.0, 5.0]), season=1)
    found = mase(np.array([[5.0]]), np.array([[6.0]]), scale)
    assert np.isnan(scale).all()
    assert np.isnan(found).all()


def test_mase_is_the_mean_absolute_error_over_the_scale_and_leaves_out_what_nobody_knows():
    forecast, actual = np.array([[10.0, 12.0, 99.0]]), np.array([[11.0, 15.0, GAP]])
    assert mase(forecast, actual, np.array([4.0])) == pytest.approx([((1 + 3) / 2) / 4])


def test_smape_is_in_percent_and_two_zeros_are_no_error():
    forecast, actual = np.array([[10.0, 0.0], [3.0, 1.0]]), np.array([[30.0, 0.0], [1.0, GAP]])
    assert smape(forecast, actual) == pytest.approx([(200 * 20 / 40 + 0) / 2, 200 * 2 / 4])


def test_an_interval_covers_its_own_ends():
    low, high, actual = np.array([[1.0, 1.0, 1.0, 1.0]]), np.array([[2.0, 2.0, 2.0, 2.0]]), np.array([[1.0, 2.0, 2.1, GAP]])
    assert covered(low, high, actual) == pytest.approx([2 / 3])


def test_the_interval_score_is_the_width_and_what_lies_outside_times_two_over_what_may():
    # Width 2 each; the second lies 1 above: 2 / (1 - 0.8) * 1 = 10.
    found = interval_score(
        np.array([[0.0, 0.0]]), np.array([[2.0, 2.0]]), np.array([[1.0, 3.0]]), level=0.8, scale=np.array([2.0])
    )
    assert found == pytest.approx([((2 + 12) / 2) / 2])


def test_a_mean_is_over_the_series_that_have_a_measure():
    assert mean_known(np.array([1.0, GAP, np.inf, 3.0])) == 2.0
    assert np.isnan(mean_known(np.array([GAP])))
