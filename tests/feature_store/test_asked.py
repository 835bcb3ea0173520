"""What is asked for has the values of the whole vector, the rest is unknown, and what is kept depends on no question."""

import numpy as np
import pytest

from feature_store.columns import TenantNumbers, columns_from_transactions
from feature_store.definitions import BY_NAME, CATALOGUE, FEATURE_COUNT, FEATURE_NAMES
from feature_store.stream.state import FeatureState
from feature_store.vocabulary import DAY_MS, EventFeature, QuotientFeature
from tests.feature_store.events import random_events

BATCH = 64
QUOTIENT = next(feature for feature in CATALOGUE if isinstance(feature, QuotientFeature))
ALWAYS = {column for column, feature in enumerate(CATALOGUE) if isinstance(feature, EventFeature | QuotientFeature)}


@pytest.fixture(scope="module")
def events():
    """Some late, some tied."""
    found = random_events(7, 1_500, span_ms=40 * DAY_MS, jitter_ms=2 * DAY_MS, customers=12, tenants=2)
    return columns_from_transactions(found, TenantNumbers())


def applied(events, questions) -> np.ndarray:
    """The vectors of all events, with a question asked before each batch."""
    state = FeatureState()
    out, flags = np.empty((len(events), FEATURE_COUNT), np.float32), np.empty(len(events), np.uint8)
    for number, start in enumerate(range(0, len(events), BATCH)):
        state.ask(questions[number % len(questions)])
        rows = slice(start, min(start + BATCH, len(events)))
        state.apply(events.rows(rows.start, rows.stop), out[rows], flags[rows])
    return out


@pytest.fixture(scope="module")
def whole(events) -> np.ndarray:
    return applied(events, [None])


@pytest.mark.parametrize("seed", range(4))
def test_what_is_asked_for_is_as_in_the_whole_vector_and_the_rest_is_unknown(events, whole, seed):
    asked = set(np.random.default_rng(seed).permutation(FEATURE_COUNT)[: (0, 1, 40, 200)[seed]].tolist())
    found = applied(events, [asked])
    np.testing.assert_array_equal(found[:, sorted(asked)], whole[:, sorted(asked)])
    divided = {
        FEATURE_NAMES.index(name)
        for c in asked
        if isinstance(q := CATALOGUE[c], QuotientFeature)
        for name in (q.dividend, q.divisor)
    }
    silent = sorted(set(range(FEATURE_COUNT)) - asked - divided - ALWAYS)
    assert np.isnan(found[:, silent]).all()


@pytest.mark.parametrize("name", [feature.name for feature in CATALOGUE][:: FEATURE_COUNT // 24])
def test_a_feature_alone_is_as_in_the_whole_vector(events, whole, name):
    column = FEATURE_NAMES.index(name)
    np.testing.assert_array_equal(applied(events, [[column]])[:, column], whole[:, column])


def test_a_quotient_brings_what_it_divides(events, whole):
    column = FEATURE_NAMES.index(QUOTIENT.name)
    found = applied(events, [[column]])
    for name in (QUOTIENT.name, QUOTIENT.dividend, QUOTIENT.divisor):
        at = FEATURE_NAMES.index(name)
        np.testing.assert_array_equal(found[:, at], whole[:, at])
    assert BY_NAME[QUOTIENT.dividend] is not QUOTIENT


def test_another_question_between_batches_is_answered_as_if_it_had_always_been_asked(events, whole):
    first, second = list(range(0, 100)), list(range(100, 300))
    found = applied(events, [first, second, None])
    for number, start in enumerate(range(0, len(events), BATCH)):
        columns = (first, second, list(range(FEATURE_COUNT)))[number % 3]
        rows = slice(start, start + BATCH)
        np.testing.assert_array_equal(found[rows][:, columns], whole[rows][:, columns])


def test_a_what_if_shows_the_whole_vector_whatever_is_asked_for(events):
    asked_for_all, asked_for_one = FeatureState(), FeatureState()
    asked_for_one.ask([3])
    head, last = events.rows(0, 1_000), events.rows(1_000, 1_001)
    vectors = []
    for state in (asked_for_all, asked_for_one):
        out, flags = np.empty((1_000, FEATURE_COUNT), np.float32), np.empty(1_000, np.uint8)
        state.apply(head, out, flags)
        seen = np.empty((1, FEATURE_COUNT), np.float32)
        state.peek(last, seen, np.empty(1, np.uint8))
        vectors.append(seen)
    np.testing.assert_array_equal(*vectors)
    assert not np.isnan(vectors[0]).all()


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(IndexError):
        FeatureState().ask([FEATURE_COUNT])
