"""Probabilities that are right stay under the limits, and what is wrong with others is named."""

import numpy as np
import pytest
from scipy.stats import chi2

from pipelines.training.metrics import expected_calibration_error
from risk.drift.calibration import calibration, dispersion

COUNT, DAYS = 60_000, 28


def world(seed: int, *, count: int = COUNT) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities as a model of rare frauds gives them, what turns out where they are right, and days."""
    generator = np.random.default_rng(seed)
    probability = np.where(generator.random(count) < 0.01, generator.beta(2, 3, count), generator.beta(1, 400, count))
    return generator.random(count) < probability, probability, generator.integers(0, DAYS, count)


def test_right_probabilities_are_seldom_called_wrong():
    called = [calibration(*world(seed), seed=seed) for seed in range(60)]
    assert sum(found.off for found in called) <= 2
    covered = sum(found.whole.low <= 1.0 <= found.whole.high for found in called)
    assert covered >= 53  # of 57 that are expected


def test_the_error_is_the_one_that_training_logs():
    fraud, probability, day = world(1)
    assert calibration(fraud, probability, day, seed=1).error == pytest.approx(expected_calibration_error(fraud, probability))


def test_the_interval_is_garwoods_where_frauds_are_independent():
    fraud, probability, _ = world(2, count=2_000)
    found = calibration(fraud, probability, np.zeros(2_000, np.int64), seed=1)
    assert found.dispersion == 1.0
    observed, expected = int(fraud.sum()), probability.sum()
    assert found.whole.low == pytest.approx(chi2.ppf(0.025, 2 * observed) / 2 / expected)
    assert found.whole.high == pytest.approx(chi2.ppf(0.975, 2 * observed + 2) / 2 / expected)


@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_probabilities_that_are_too_low_or_too_high_are_found(factor):
    fraud, probability, day = world(3)
    found = calibration(fraud, probability * factor, day, seed=1)
    assert found.whole.off
    assert found.whole.ratio == pytest.approx(fraud.sum() / (probability.sum() * factor))


def test_probabilities_that_are_right_together_and_wrong_by_height_are_found():
    fraud, probability, day = world(4)
    wrong = np.sqrt(probability * 0.002)
    wrong *= probability.sum() / wrong.sum()
    found = calibration(fraud, wrong, day, seed=1)
    assert not found.whole.off
    assert found.off
    assert found.parts[0].ratio < 0.7 < 1.5 < found.parts[-1].ratio


def test_a_burst_of_frauds_in_a_day_widens_the_interval():
    fraud, probability, day = world(5)
    burst = fraud | ((day == 3) & (np.random.default_rng(1).random(COUNT) < 0.15))
    assert dispersion(fraud, probability, day) < 1.8
    assert dispersion(burst, probability, day) > 5
    found = calibration(burst, probability, day, seed=1).whole
    independent = chi2.ppf(0.975, 2 * found.observed + 2) / chi2.ppf(0.025, 2 * found.observed)
    assert np.log(found.high / found.low) > 2 * np.log(independent)


def test_probabilities_of_nought_cannot_be_judged():
    fraud, _, day = world(5)
    with pytest.raises(ValueError, match="no fraud is expected"):
        calibration(fraud, np.zeros(COUNT), day, seed=1)


def test_no_fraud_at_all_is_a_ratio_of_nought_with_an_upper_end():
    _, probability, day = world(6, count=3_000)
    found = calibration(np.zeros(3_000, np.bool_), probability, day, seed=1)
    assert (found.whole.ratio, found.whole.low) == (0.0, 0.0)
    assert 0.0 < found.whole.high < 1.0
    assert found.whole.off
