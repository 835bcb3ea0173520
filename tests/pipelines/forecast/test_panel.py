"""Series as models see them: ends, gaps, and nothing of what is to come."""

import numpy as np
import pytest

from pipelines.forecast.panel import BadPanel, Panel

GAP = float("nan")


def test_a_cut_panel_ends_earlier_and_so_do_its_dates():
    panel = Panel(("a",), np.arange(10.0)[None], 7, np.array(["2026-03-10"], dtype="datetime64[D]"))
    earlier = panel.cut(3)
    assert earlier.values.tolist() == [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]
    assert earlier.last_days == np.array(["2026-03-07"], dtype="datetime64[D]")
    assert panel.cut(0) is panel


def test_a_gap_takes_what_a_season_ago_was_plus_how_far_the_level_has_moved():
    values = np.array([[1.0, 2.0, 3.0, 4.0, GAP, 6.0]])
    assert Panel(("a",), values, 2).filled().values.tolist() == [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]


def test_a_gap_without_a_season_before_it_keeps_the_newest_value():
    values = np.array([[GAP, 1.0, GAP, GAP, 4.0]])
    filled = Panel(("a",), values, 1).filled().values
    assert np.isnan(filled[0, 0])
    assert filled[0, 1:].tolist() == [1.0, 1.0, 1.0, 4.0]


def test_a_filled_gap_knows_nothing_of_what_comes_after_it():
    chance = np.random.default_rng(1)
    values = chance.normal(size=(4, 60)).cumsum(axis=1)
    values[chance.random(values.shape) < 0.2] = GAP
    values[:, 0] = 0.0
    later = values.copy()
    later[:, 40:] = chance.normal(size=(4, 20)) * 100
    whole, changed = (Panel(tuple("abcd"), each, 7).filled().values for each in (values, later))
    assert np.array_equal(whole[:, :40], changed[:, :40])
    assert not np.isnan(whole).any()


def test_lengths_count_from_the_first_value():
    assert Panel(("a", "b"), np.array([[GAP, 1.0, GAP, 2.0], [GAP] * 4]), 1).lengths().tolist() == [3, 0]


def test_the_year_of_days_is_as_many_whole_weeks():
    assert Panel(("a",), np.ones((1, 1)), 7).long_season == 364
    assert Panel(("a",), np.ones((1, 1)), 52).long_season == 52


def test_a_season_of_no_steps_is_refused():
    with pytest.raises(BadPanel):
        Panel(("a",), np.ones((1, 1)), 0)
