"""The simulated training set is one log: each label lies where a scorer would have got it, and only known frauds are frauds."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from bench import simulated_set
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from feature_store.vocabulary import LABEL_DELAY_MS
from pipelines.training.dataset import TrainingSet
from simulator.bank import Plan
from simulator.calendar import day_start_ms

PLAN = Plan(customers=400, days=40, seed=3, until_ms=day_start_ms(date(2026, 4, 1)))


@pytest.fixture(scope="module")
def history() -> tuple[pl.DataFrame, pl.DataFrame]:
    return simulated_set.history(PLAN)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> TrainingSet:
    return simulated_set.simulated_set(PLAN, tmp_path_factory.mktemp("rows"))


def test_events_and_labels_share_one_numbering(history):
    events, told = history
    assert np.sort(np.concatenate([events["n"], told["n"]])).tolist() == list(range(len(events) + len(told)))
    assert events["n"].is_sorted()
    assert told["n"].is_sorted()


def test_a_label_lies_after_what_was_known_before_it_and_before_what_was_known_later(history):
    events, told = history
    n, known = events["n"].to_numpy(), events["known_at_ms"].cum_max().to_numpy()
    for label_n, label_known in told.select("n", "known_at").iter_rows():
        before = np.searchsorted(n, label_n)
        assert before == 0 or known[before - 1] <= label_known
        assert before == len(n) or known[before] > label_known


def test_only_what_is_old_enough_is_learned_from_and_only_known_frauds_are_frauds(history, data):
    events, told = history
    old = events.filter(pl.col("event_time_ms") < PLAN.until_ms - LABEL_DELAY_MS)
    assert data.rows.shape == (len(old), FEATURE_COUNT)
    newest = {row["transaction_id"]: row["fraud"] for row in told.iter_rows(named=True) if row["known_at"] <= PLAN.until_ms}
    assert data.fraud.tolist() == [newest.get(number, False) for number in old["transaction_id"]]
    assert data.fraud.any()
    assert data.amount_minor.tolist() == old["amount_minor"].to_list()


def test_vectors_know_labels_that_came_before_them(data):
    frauds_before = [name for name in FEATURE_NAMES if "_frauds_" in name]
    assert frauds_before
    assert max(np.nanmax(data.rows[:, FEATURE_NAMES.index(name)]) for name in frauds_before) > 0
