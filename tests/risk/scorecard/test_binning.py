"""Bins are the best that there are among those whose risk never turns, and evidence is what is worked out by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.scorecard.binning import (
    CHANCE,
    MIN_SHARE,
    SMOOTHING,
    Trend,
    information_value,
    optimal_bins,
    weight_of_evidence,
)


def test_evidence_and_information_value_are_what_is_worked_out_by_hand():
    goods, bads = np.array([399.5, 599.5]), np.array([59.5, 39.5])
    # Shares with half a case: 400/999 and 60/99 below the cut, 600/999 and 40/99 above it.
    low, high = np.log((400 / 999) / (60 / 99)), np.log((600 / 999) / (40 / 99))
    assert weight_of_evidence(goods, bads) == pytest.approx([low, high])
    assert information_value(goods, bads) == pytest.approx((400 / 999 - 60 / 99) * low + (600 / 999 - 40 / 99) * high)


def test_a_bin_without_a_bad_is_finite():
    assert np.isfinite(weight_of_evidence(np.array([50.0, 50.0]), np.array([0.0, 20.0]))).all()


def drawn(seed: int, *, values: int, rows: int = 600) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    attribute = generator.integers(0, values, rows).astype(float)
    return attribute, generator.random(rows) < generator.uniform(0.02, 0.5, values)[attribute.astype(int)]


def best_by_trying_all(attribute: np.ndarray, bad: np.ndarray, trend: Trend) -> float:
    """The highest information value less what chance gives, over every way to cut the distinct values."""
    edges = np.unique(attribute)[1:]
    price = CHANCE * (1 / (~bad).sum() + 1 / bad.sum())
    best = 0.0
    for count in range(1, 5):
        for cuts in combinations(edges, count):
            place = np.searchsorted(cuts, attribute, side="right")
            goods, bads = (np.bincount(place[bad == side], minlength=count + 1) for side in (False, True))
            risk = (bads + SMOOTHING) / (goods + bads + 2 * SMOOTHING)
            if (goods + bads >= MIN_SHARE * len(bad)).all() and (np.diff(risk) * trend > 0).all():
                best = max(best, information_value(goods.astype(float), bads.astype(float)) - price * count)
    return best


@pytest.mark.parametrize("trend", [Trend.RISING, Trend.FALLING])
@pytest.mark.parametrize("seed", range(6))
def test_no_other_cuts_tell_more(seed, trend):
    attribute, bad = drawn(seed, values=9)
    found = optimal_bins(attribute, bad, trend=trend)
    price = CHANCE * (1 / (~bad).sum() + 1 / bad.sum())
    worth = found.information_value - price * (len(found) - 1) if len(found) > 1 else 0.0
    assert worth == pytest.approx(best_by_trying_all(attribute, bad, trend))


@given(
    attribute=arrays(np.float64, 300, elements=st.one_of(st.integers(-5, 5).map(float), st.floats(-1e9, 1e9), st.just(np.nan))),
    bad=arrays(np.bool_, 300),
    trend=st.sampled_from(Trend),
)
def test_risk_moves_one_way_alone_and_every_row_is_counted_once(attribute, bad, trend):
    known = ~np.isnan(attribute)
    if not bad[known].any() or bad[known].all():
        with pytest.raises(ValueError, match="goods and bads are known"):
            optimal_bins(attribute, bad, trend=trend)
        return
    found = optimal_bins(attribute, bad, trend=trend)
    steps = np.diff(found.woe)
    assert (steps > 0).all() or (steps < 0).all() or len(found) == 1
    if trend is not Trend.EITHER:
        assert (steps * trend <= 0).all() or len(found) == 1
    assert found.goods.sum() == (~bad[known]).sum()
    assert found.bads.sum() == bad[known].sum()
    assert (np.diff(found.cuts) > 0).all()
    evidence = found.evidence(attribute)
    assert (evidence[~known] == 0).all()
    for number in range(len(found)):
        low = found.cuts[number - 1] if number else -np.inf
        high = found.cuts[number] if number < len(found) - 1 else np.inf
        mine = known & (attribute >= low) & (attribute < high)
        assert found.goods[number] + found.bads[number] == mine.sum()
        assert (evidence[mine] == found.woe[number]).all()


def test_what_says_nothing_is_rarely_cut():
    generator = np.random.default_rng(1)
    bad = np.arange(700) < 77
    cut = [len(optimal_bins(generator.normal(size=700), bad, trend=Trend.RISING)) > 1 for _ in range(60)]
    assert np.mean(cut) < 0.35  # cuts are sought in fifteen places, which finds more than one place would
    assert np.mean([len(optimal_bins(bad + generator.normal(size=700), bad)) > 1 for _ in range(20)]) == 1.0
