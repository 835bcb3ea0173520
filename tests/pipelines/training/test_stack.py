"""The stack keeps what helps on later days and leaves what does not; its calibration is measured as scikit-learn would."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score

from pipelines.training.metrics import expected_calibration_error, gain, judge, reliability
from pipelines.training.stack import choose, fit_isotonic, fit_platt
from risk.ensemble import Calibration, Members

ROWS = 30_000


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def members(*, signal: np.ndarray, logit: np.ndarray | None) -> Members:
    generator = np.random.default_rng(8)
    return Members(signal + generator.normal(size=ROWS), 0.4 + 0.02 * generator.normal(size=ROWS), logit)


@pytest.fixture(scope="module")
def truth() -> tuple[np.ndarray, np.ndarray]:
    """What there is to know of each decision, and which were frauds."""
    generator = np.random.default_rng(7)
    signal = 1.5 * generator.normal(size=ROWS)
    return signal, generator.random(ROWS) < sigmoid(signal - 4)


OLDER, YOUNGER = np.arange(ROWS // 2), np.arange(ROWS // 2, ROWS)


def test_a_network_that_knows_something_else_is_kept(truth):
    signal, fraud = truth
    logit = signal + np.random.default_rng(9).normal(size=ROWS)
    chosen = choose(members(signal=signal, logit=logit), fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert chosen.keeps_network
    assert chosen.with_network > chosen.without_network
    assert chosen.gain.low > 0
    assert chosen.calibration.network > 0.1
    assert (chosen.decisions, chosen.frauds) == (len(YOUNGER), fraud[YOUNGER].sum())


def test_a_network_that_was_right_only_before_is_left_out(truth):
    signal, fraud = truth
    logit = np.random.default_rng(9).normal(size=ROWS)
    logit[OLDER] += 4 * fraud[OLDER]
    chosen = choose(members(signal=signal, logit=logit), fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert not chosen.keeps_network
    assert chosen.with_network < chosen.without_network
    assert chosen.calibration.network == 0


def test_a_network_that_would_count_against_is_left_out(truth):
    signal, fraud = truth
    chosen = choose(members(signal=signal, logit=-signal), fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert not chosen.keeps_network


def test_without_a_network_nothing_is_said_of_one(truth):
    signal, fraud = truth
    chosen = choose(members(signal=signal, logit=None), fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert (chosen.keeps_network, chosen.with_network, chosen.gain) == (False, None, None)


def test_weights_are_those_of_the_likelihood_s_maximum_however_small_a_member_s_spread(truth):
    signal, fraud = truth
    anomaly = 0.4 + 0.002 * signal
    found = fit_platt(Members(np.random.default_rng(1).normal(size=ROWS), anomaly, None), fraud)
    assert found.anomaly == pytest.approx(500, rel=0.1)
    assert found.log_odds == pytest.approx(0, abs=0.1)


def test_platt_s_curve_is_used_where_it_is_right(truth):
    signal, fraud = truth
    chosen = choose(members(signal=signal, logit=None), fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert chosen.calibration.curve is None
    assert chosen.platt_error < 0.01


def test_an_isotonic_curve_is_used_where_no_sigmoid_fits_and_keeps_the_ranking():
    generator = np.random.default_rng(3)
    margin = generator.uniform(-3, 3, ROWS)
    fraud = generator.random(ROWS) < np.where(margin > 0, 0.5, 0.01)
    said = Members(margin, np.full(ROWS, 0.4), None)
    chosen = choose(said, fraud, older=OLDER, younger=YOUNGER, seed=1)
    assert chosen.calibration.curve is not None
    assert chosen.brier_gain.low > 0
    assert chosen.isotonic_error < chosen.platt_error / 2
    probability = chosen.calibration.probability(said)
    assert average_precision_score(fraud, probability) == pytest.approx(average_precision_score(fraud, margin), rel=1e-6)
    assert len(np.unique(probability)) > 0.99 * ROWS


def test_an_isotonic_curve_without_a_fraud_at_its_lower_end_still_ranks_there():
    margin = np.arange(100.0)
    fraud = margin >= 90
    said = Members(margin, np.full(100, 0.4), None)
    probability = fit_isotonic(Calibration(0.3, 0.0, -20.0), said, fraud).probability(said)
    assert (np.diff(probability[:40]) > 0).all()


def test_calibration_error_is_what_scikit_learn_s_bins_give(truth):
    signal, fraud = truth
    probability = sigmoid(signal - 3)
    observed, predicted = calibration_curve(fraud, probability, n_bins=10, strategy="quantile")
    assert expected_calibration_error(fraud, probability) == pytest.approx(np.mean(np.abs(observed - predicted)), rel=1e-3)


def test_a_reliability_table_covers_every_decision_in_bins_of_equal_expectation(truth):
    signal, fraud = truth
    probability = sigmoid(signal - 4)
    table = reliability(fraud, probability)
    assert sum(each.decisions for each in table) == ROWS
    assert sum(each.decisions * each.predicted for each in table) == pytest.approx(probability.sum())
    assert sum(each.decisions * each.observed for each in table) == pytest.approx(fraud.sum())
    expected = [each.decisions * each.predicted for each in table]
    assert max(expected) < 1.1 * min(expected)
    last = table[-1]
    interval = binomtest(round(last.observed * last.decisions), last.decisions).proportion_ci(0.95, "wilson")
    assert (last.observed_low, last.observed_high) == pytest.approx((interval.low, interval.high), abs=1e-4)


def test_intervals_hold_their_figures_and_a_gain_is_of_the_same_draws(truth):
    signal, fraud = truth
    judged = judge(fraud, sigmoid(signal - 4), alert_share=0.01, seed=1)
    for interval in judged.intervals.values():
        assert interval.low <= interval.value <= interval.high
    assert judged.values["frauds"] == fraud.sum()
    nothing = gain(average_precision_score, fraud, signal, signal, seed=1)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)
