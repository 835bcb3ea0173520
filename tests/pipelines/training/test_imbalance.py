"""Ways to learn from few frauds are compared on later days, and the usual one stays unless another is better beyond chance."""

import numpy as np
import pytest

from feature_store.vocabulary import DAY_MS
from pipelines.training import imbalance
from pipelines.training.dataset import TrainingSet
from pipelines.training.imbalance import FOCAL, FRAUDS_UP, SCHEMES, UNWEIGHTED, USUAL, compare, focal, weights
from pipelines.training.trees import Sample
from tests.pipelines.training.sets import made_up_set


class Labels:
    """What LightGBM hands to an objective."""

    def __init__(self, fraud: np.ndarray) -> None:
        self._fraud = fraud

    def get_label(self) -> np.ndarray:
        return self._fraud


def focal_loss(margin: np.ndarray, fraud: np.ndarray) -> np.ndarray:
    right = np.where(fraud == 1, 1 / (1 + np.exp(-margin)), 1 / (1 + np.exp(margin)))
    return -((1 - right) ** imbalance.FOCUS) * np.log(right)


@pytest.mark.parametrize("fraud", [0, 1])
def test_the_focal_gradient_is_the_loss_s_own(fraud):
    margin, step = np.linspace(-4, 4, 33), 1e-4
    labels = np.full(33, fraud)
    gradient, curvature = focal(margin, Labels(labels))
    before, here, after = (focal_loss(margin + shift, labels) for shift in (-step, 0, step))
    np.testing.assert_allclose(gradient, (after - before) / (2 * step), atol=1e-7)
    wanted = (after - 2 * here + before) / step**2
    np.testing.assert_allclose(curvature[wanted > 0], wanted[wanted > 0], atol=1e-5)
    assert (curvature > 0).all()


def test_the_usual_weights_give_back_the_odds_and_the_others_do_not():
    sample = Sample(np.zeros((101, 1), np.float32), np.arange(101) // 100, np.where(np.arange(101) < 100, 4.0, 1.0))
    assert weights(USUAL, sample).sum() == 401
    assert weights(UNWEIGHTED, sample).sum() == 101
    assert weights(FRAUDS_UP, sample)[100] == pytest.approx(20)
    assert weights(FOCAL, sample).tolist() == weights(UNWEIGHTED, sample).tolist()


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return made_up_set(rows=8_000, days=60)


def compared(data: TrainingSet) -> list[imbalance.Compared]:
    middle = int(data.event_time_ms.min()) + 40 * DAY_MS
    older, later = (np.flatnonzero(side) for side in (data.event_time_ms < middle, data.event_time_ms >= middle))
    return compare(data, train=older, later=later, columns=np.arange(12), generator=np.random.default_rng(1))


def test_each_way_is_judged_and_the_usual_one_has_no_gain_over_itself(data):
    found = compared(data)
    assert [each.scheme for each in found] == list(SCHEMES)
    assert found[0].gain.low == found[0].gain.high == 0
    assert all(0 < each.average_precision < 1 for each in found)
    assert sum(each.taken for each in found) == 1
    assert all(each.gain.low > 0 for each in found if each.taken and each.scheme != USUAL)


def test_what_ruins_learning_is_not_taken_and_what_heals_it_is(data, monkeypatch):
    """The usual way is broken on purpose: as good as no weight on any fraud."""
    real = imbalance.weights

    def broken(scheme: str, sample: Sample) -> np.ndarray:
        return np.where(sample.fraud == 1, 1e-9, sample.weight) if scheme == USUAL else real(scheme, sample)

    monkeypatch.setattr(imbalance, "weights", broken)
    [taken] = [each for each in compared(data) if each.taken]
    assert taken.scheme != USUAL
    assert taken.gain.low > 0
