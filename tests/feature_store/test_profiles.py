"""Profiles, read from the fold between two events, against the oracle, always bit for bit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from contracts.transactions import Transaction
from feature_store.columns import TenantNumbers
from feature_store.definitions import CATALOGUE, MAX_EVENTS_PER_KEY, MAX_LATENESS_MS, WINDOW_FEATURES
from feature_store.profiles import PROFILE_FEATURES, PROFILED, as_moment, day_of, days_between, end_ms, over_nothing
from feature_store.stream.state import FeatureState
from feature_store.vocabulary import DAY_MS, HOUR_MS, ID_FIELDS, LABELLED, Entity, WindowFeature
from orchestration import days
from tests.feature_store.events import START_MS, random_events, small_state, transaction, vectors
from tests.feature_store.oracle import Oracle, as_array

# An event that counts in no window, so that what the oracle says of it is what was there before it.
UNCOUNTED = tuple(replace(each, counts_itself=False) if isinstance(each, WindowFeature) else each for each in CATALOGUE)


def profile_of(state: FeatureState, entity: Entity, *, tenant: int, moment_ms: int) -> dict[str, np.ndarray]:
    """All profiles of an entity by id."""
    found = [
        (name, values)
        for names, rows in state.profiles(entity, tenant=tenant, moment_ms=moment_ms)
        for name, values in zip(names, rows.copy(), strict=True)
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def assert_profiles_are_the_oracle_s(
    state: FeatureState, oracle: Oracle, tenants: TenantNumbers, events: list[Transaction], *, moment_ms: int
) -> int:
    """Compare every key that was ever met; return how many had a profile."""
    compared = 0
    for entity in PROFILED:
        columns = [CATALOGUE.index(feature) for feature in PROFILE_FEATURES[entity]]
        for number, tenant in enumerate(tenants.names):
            found = profile_of(state, entity, tenant=number, moment_ms=moment_ms)
            met = {getattr(each, ID_FIELDS[entity]) for each in events if each.tenant_id == tenant} - {None}
            assert found.keys() <= met
            for name in met:
                event: dict[str, Any] = {"tenant_id": tenant, ID_FIELDS[entity]: name}
                values, _, _ = oracle.score(transaction(moment_ms, **event))
                expected = as_array([values])[0][columns]
                values = found.get(name, over_nothing(PROFILE_FEATURES[entity]))
                np.testing.assert_array_equal(values, expected, err_msg=f"{entity.name} {name}")
            compared += len(found)
    return compared


SCENARIOS = {
    "months in order": (random_events(21, 300, span_ms=90 * DAY_MS), {}),
    "out of order past the lateness, several tenants": (
        random_events(22, 300, span_ms=60 * DAY_MS, jitter_ms=2 * DAY_MS, tenants=3), {},
    ),
    "hot keys are cut": (random_events(23, 300, span_ms=60 * DAY_MS, jitter_ms=HOUR_MS), {"hash_bits": 3, "events_per_key": 5}),
    "keys come and go": (random_events(24, 400, span_ms=400 * DAY_MS, customers=200, tenants=2), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_profile_is_what_the_next_event_would_see_without_itself(name: str) -> None:
    events, bounds = SCENARIOS[name]
    state, tenants = small_state(**bounds), TenantNumbers()
    oracle = Oracle(UNCOUNTED, max_lateness_ms=MAX_LATENESS_MS, events_per_key=bounds.get("events_per_key", MAX_EVENTS_PER_KEY))
    compared = 0
    for start in range(0, len(events), 100):
        part = events[start : start + 100]
        vectors(state, part, tenants)
        for event in part:
            oracle.apply(event)
        newest_ms = max(event.event_time for event in part)
        for moment_ms in (newest_ms - HOUR_MS, newest_ms, newest_ms + 5 * DAY_MS, newest_ms + 89 * DAY_MS):
            compared += assert_profiles_are_the_oracle_s(state, oracle, tenants, events, moment_ms=moment_ms)
    assert compared > 100


def test_a_profile_knows_the_frauds_that_were_told_of_the_entity() -> None:
    events = [
        transaction(
            START_MS + number * HOUR_MS, 1_000 + number, customer_id="c1", card_id="k1", merchant_id="m1", payee_id="p1"
        )
        for number in range(40)
    ]
    state, tenants = small_state(), TenantNumbers()
    vectors(state, events, tenants)
    keys = state.keys(len(events))
    for number in (3, 38, 39):
        state.label(
            tenant=0, keys=keys[number], event_time_ms=events[number].event_time, amount_minor=1_000 + number, fraud=True
        )
    moment_ms = events[-1].event_time + 8 * DAY_MS
    for entity in LABELLED:
        (values,) = profile_of(state, entity, tenant=0, moment_ms=moment_ms).values()
        named = dict(zip([feature.name for feature in PROFILE_FEATURES[entity]], values.tolist(), strict=True))
        name = entity.name.lower()
        assert named[f"{name}_frauds_30d"] == 3.0
        assert named[f"{name}_fraud_share_30d"] == np.float32(3 / 40)
        longest = 30 if f"{name}_fraud_streak_30d" in named else 90
        assert named[f"{name}_fraud_streak_{longest}d"] == 2.0


def test_more_keys_than_one_reading_has_room_for_are_all_read() -> None:
    events = [transaction(START_MS + number, customer_id=f"c{number % 4_500}") for number in range(5_000)]
    state, tenants = small_state(), TenantNumbers()
    vectors(state, events, tenants)
    found = profile_of(state, Entity.CUSTOMER, tenant=0, moment_ms=START_MS + HOUR_MS - 1)
    assert len(found) == 4_500
    counts = {name: values[2] for name, values in found.items()}
    assert PROFILE_FEATURES[Entity.CUSTOMER][2].name == "customer_count_1h"
    assert counts == {f"c{number}": 2.0 if number < 500 else 1.0 for number in range(4_500)}


def test_reading_profiles_changes_nothing() -> None:
    events = random_events(25, 300, span_ms=60 * DAY_MS, jitter_ms=HOUR_MS)
    watched, alone, tenants = small_state(), small_state(), TenantNumbers()
    for start in range(0, len(events), 50):
        part = events[start : start + 50]
        for entity in PROFILED:
            profile_of(watched, entity, tenant=0, moment_ms=part[0].event_time)
        seen, _ = vectors(watched, part, tenants)
        unseen, _ = vectors(alone, part, tenants)
        np.testing.assert_array_equal(seen.view(np.uint32), unseen.view(np.uint32))


def test_every_window_feature_of_one_entity_is_in_its_profile_unless_it_needs_an_event() -> None:
    profiled = [feature for features in PROFILE_FEATURES.values() for feature in features]
    left_out = [each for each in WINDOW_FEATURES if each.entity in PROFILED and each not in profiled]
    assert len(profiled) > 200
    assert {each.aggregation.name for each in left_out} == {
        "RATIO_TO_MEAN", "RATIO_TO_MAX", "RATIO_TO_MIN", "RATIO_TO_MEDIAN", "Z_SCORE", "ROBUST_Z_SCORE", "TIME_SINCE_SAME",
        "IS_NEW", "DISTANCE_KM", "SPEED_KMH", "RISING",
    }  # fmt: skip


def test_a_day_ends_where_the_schedules_say_that_it_ends() -> None:
    for day in days_between(date(2025, 1, 1), date(2027, 12, 31)):
        assert end_ms(day) == days.end_ms(day)
        assert day_of(end_ms(day) - 1) == day
        assert day_of(end_ms(day)) == day + timedelta(1)
    assert as_moment(end_ms(date(2026, 3, 10))) == datetime(2026, 3, 11, 3, tzinfo=UTC)
