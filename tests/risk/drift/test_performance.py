"""The measures are those of scikit-learn, and their intervals those of a bootstrap that draws each decision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from pipelines.training.metrics import recall_at_share
from risk.drift.performance import Ranked, loss

SHARE = 0.006


def world(seed: int, *, count: int = 20_000, skill: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    fraud = generator.random(count) < 0.01
    return fraud, generator.normal(size=count) + skill * fraud


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60))
def test_points_are_those_of_scikit_learn_ties_too(rows):
    fraud, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.float64)
    if fraud.all() or not fraud.any():
        with pytest.raises(ValueError, match="known frauds and others"):
            Ranked(fraud, scores)
        return
    found = Ranked(fraud, scores).performance(alert_share=0.3, seed=1)
    assert found.average_precision.value == pytest.approx(average_precision_score(fraud, scores))
    assert found.auc.value == pytest.approx(roc_auc_score(fraud, scores))
    assert (found.decisions, found.frauds) == (len(fraud), fraud.sum())


def test_recall_is_that_of_training_where_scores_differ():
    fraud, scores = world(1)
    found = Ranked(fraud, scores).performance(alert_share=SHARE, seed=1)
    assert found.recall.value == pytest.approx(recall_at_share(fraud, scores, share=SHARE))


def test_decisions_that_score_the_same_are_flagged_as_far_as_there_is_room():
    fraud = np.array([True, False, True, False, False, False])
    found = Ranked(fraud, np.array([2.0, 2.0, 1.0, 1.0, 1.0, 0.0])).performance(alert_share=0.5, seed=1)
    assert found.recall.value == pytest.approx((1 + 1 / 3) / 2)


def test_intervals_are_those_of_drawing_each_decision():
    fraud, scores = world(2, count=6_000, skill=2.0)
    found = Ranked(fraud, scores).performance(alert_share=SHARE, seed=1)
    generator = np.random.default_rng(3)
    drawn = []
    for _ in range(400):
        rows = np.concatenate(
            [generator.choice(np.flatnonzero(fraud == side), (fraud == side).sum()) for side in (True, False)]
        )
        drawn.append((average_precision_score(fraud[rows], scores[rows]), roc_auc_score(fraud[rows], scores[rows])))
    for place, measure in enumerate((found.average_precision, found.auc)):
        low, high = np.percentile([each[place] for each in drawn], [2.5, 97.5])
        assert measure.low == pytest.approx(low, abs=0.15 * (high - low))
        assert measure.high == pytest.approx(high, abs=0.15 * (high - low))


def test_a_model_that_ranks_as_before_is_seldom_called_worse_and_one_that_lost_its_skill_is():
    called = [
        loss(Ranked(*world(seed)), Ranked(*world(1_000 + seed)), alert_share=SHARE, seed=seed).worse for seed in range(60)
    ]
    assert sum(called) <= 4
    found = loss(Ranked(*world(1)), Ranked(*world(2, skill=1.5)), alert_share=SHARE, seed=1)
    assert found.worse
    assert found.loss.low < found.loss.value < found.loss.high
