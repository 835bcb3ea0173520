"""Tuning stays within its bound, never sees later days, and is never worse on its own days than no tuning."""

import itertools

import numpy as np
import pytest

from feature_store.vocabulary import DAY_MS
from pipelines.training.bound import MOST_TRIALS, Bound
from pipelines.training.dataset import TrainingSet
from pipelines.training.slices import FEWEST_FRAUDS, origins
from pipelines.training.trees import TREES
from pipelines.training.tuning import ORIGIN_DAYS, ORIGINS, TUNED, tune
from tests.pipelines.training.sets import made_up_set

COLUMNS = np.arange(12)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return made_up_set(rows=6_000, days=60)


def said(_line: str) -> None:
    """Progress that nobody reads."""


def test_no_more_trials_than_asked_for_and_the_first_is_what_is_used_without_tuning(data):
    found = tune(data, train=np.arange(len(data)), columns=COLUMNS, bound=Bound(trials=3, minutes=60), progress=said)
    assert [trial.number for trial in found.trials] == [0, 1, 2]
    assert found.trials[0].parameters == {name: TREES[name] for name in TUNED}
    assert found.best.average_precision == max(trial.average_precision for trial in found.trials)
    assert found.best.average_precision >= found.trials[0].average_precision
    assert found.parameters == {**TREES, **found.best.parameters}
    assert [row["number"] for row in found.history()] == [0, 1, 2]
    assert all(set(TUNED) <= row.keys() for row in found.history())


def test_when_the_time_is_up_only_the_first_trial_is_finished(data):
    """Each look at this clock takes a second, and a trial looks at it once a round."""
    clock = itertools.count()
    bound = Bound(trials=50, minutes=1)
    found = tune(
        data, train=np.arange(len(data)), columns=COLUMNS, bound=bound, progress=said, seconds=lambda: float(next(clock))
    )
    assert [trial.number for trial in found.trials] == [0]
    assert found.parameters == dict(TREES)


def test_a_trial_that_runs_out_of_time_is_cut_and_not_judged(data):
    clock = itertools.count()
    # The first trial takes a few seconds on this clock whose looks are short; the second reaches the end of a minute.
    found = tune(
        data, train=np.arange(len(data)), columns=COLUMNS, bound=Bound(trials=50, minutes=1), progress=said,
        seconds=lambda: next(clock) / 10,
    )  # fmt: skip
    assert len(found.trials) < 50
    assert found.trials[-1].average_precision is None
    assert found.best.average_precision is not None


def test_the_same_days_are_tuned_to_the_same_parameters(data):
    first, again = (
        tune(data, train=np.arange(len(data)), columns=COLUMNS, bound=Bound(trials=3), progress=said) for _ in range(2)
    )
    assert first.parameters == again.parameters


def test_each_origin_judges_by_days_after_those_it_learns_from(data):
    found = origins(data, np.arange(len(data)), count=ORIGINS, days=ORIGIN_DAYS)
    assert len(found) == ORIGINS
    for older, younger in found:
        assert data.event_time_ms[older].max() < data.event_time_ms[younger].min()
        assert np.ptp(data.event_time_ms[younger]) < ORIGIN_DAYS * DAY_MS
        assert min(data.fraud[older].sum(), data.fraud[younger].sum()) >= FEWEST_FRAUDS
    assert all(first[0].size < second[0].size for first, second in itertools.pairwise(found))


def test_days_without_frauds_are_not_tuned_on(data):
    honest = np.flatnonzero(~data.fraud)
    assert tune(data, train=honest, columns=COLUMNS, bound=Bound(trials=2), progress=said) is None


@pytest.mark.parametrize(("trials", "minutes"), [(0, 1), (MOST_TRIALS + 1, 1), (1, 0), (1, -1), (1, 1e9)])
def test_what_is_no_bound_is_refused(trials, minutes):
    with pytest.raises(ValueError, match="tuning is bounded"):
        Bound(trials=trials, minutes=minutes)
