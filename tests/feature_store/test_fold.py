"""The fold against the oracle, always bit for bit, in the as_scored view."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.transactions import Channel, Direction, Transaction
from feature_store.columns import TenantNumbers, columns_from_transactions
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES, MAX_EVENTS_PER_KEY, MAX_LATENESS_MS, WINDOW_FEATURES
from feature_store.stream.state import LATE, TRUNCATED, Bounds, FeatureState, StateFull
from feature_store.vocabulary import DAY_MS, HOUR_MS, MINUTE_MS, Entity
from kit.money import MAX_AMOUNT_MINOR
from tests.feature_store.events import SMALL, START_MS, random_events, small_state, transaction, vectors
from tests.feature_store.oracle import Oracle, as_array

WINDOWS_MS = sorted({feature.window_ms for feature in WINDOW_FEATURES})


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    wrong = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))
    told = [(int(r), FEATURE_NAMES[c], found[r, c], expected[r, c]) for r, c in zip(*np.nonzero(wrong), strict=True)]
    assert not told, told[:10]


def assert_fold_is_oracle(events: list[Transaction], *, batch: int = 17, **bounds: Any) -> FeatureState:
    state, tenants = small_state(**bounds), TenantNumbers()
    oracle = Oracle(
        max_lateness_ms=bounds.get("max_lateness_ms", MAX_LATENESS_MS),
        events_per_key=bounds.get("events_per_key", MAX_EVENTS_PER_KEY),
    )
    for part in _batched(events, batch):
        peeked, _ = vectors(state, part[:1], tenants, peek=True)
        rows = []
        flags = []
        for event in part:
            values, truncated, late = oracle.apply(event)
            rows.append(values)
            flags.append(TRUNCATED * truncated | LATE * late)
        found, found_flags = vectors(state, part, tenants)
        expected = as_array(rows)
        assert_same(found, expected)
        assert_same(peeked, expected[:1])
        assert found_flags.tolist() == flags
    return state


def _batched(events: list[Transaction], size: int) -> list[list[Transaction]]:
    return [events[start : start + size] for start in range(0, len(events), size)]


SCENARIOS = {
    "a burst": (random_events(1, 166, span_ms=2 * HOUR_MS), {}),
    "months in order": (random_events(2, 300, span_ms=90 * DAY_MS), {}),
    "out of order by an hour": (random_events(3, 300, span_ms=90 * DAY_MS, jitter_ms=HOUR_MS), {}),
    "out of order past the lateness, several tenants": (
        random_events(4, 300, span_ms=90 * DAY_MS, jitter_ms=2 * DAY_MS, tenants=3), {},
    ),
    "nearly every hash collides": (
        random_events(5, 233, span_ms=2 * DAY_MS, jitter_ms=5_000, tenants=3, customers=40), {"hash_bits": 1},
    ),
    "hot keys are cut, and events come late": (
        random_events(6, 300, span_ms=90 * DAY_MS, jitter_ms=2 * DAY_MS, tenants=2), {"hash_bits": 3, "events_per_key": 5},
    ),
    "everything in twenty milliseconds": (random_events(7, 166, span_ms=20, jitter_ms=4, tenants=2), {"events_per_key": 50}),
    "no lateness at all": (random_events(8, 166, span_ms=DAY_MS, jitter_ms=60_000), {"max_lateness_ms": 0}),
    "keys come and go": (random_events(9, 500, span_ms=900 * DAY_MS, customers=400, tenants=2), {}),
    "one at a time": (random_events(10, 150, span_ms=3 * DAY_MS, jitter_ms=1_000), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_fold_equals_the_oracle_over(name: str) -> None:
    events, bounds = SCENARIOS[name]
    assert_fold_is_oracle(events, batch=1 if name == "one at a time" else 17, **bounds)


STEPS_MS = st.sampled_from(
    [0, 0, 0, 1, 2, 999, MINUTE_MS, *WINDOWS_MS, *[w - 1 for w in WINDOWS_MS], *[w + 1 for w in WINDOWS_MS], -1, -5 * MINUTE_MS,
     -HOUR_MS, -DAY_MS, -DAY_MS - 1]
)  # fmt: skip


def _ids(prefix: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, f"{prefix}1", f"{prefix}2", f"{prefix}-with-a-name-longer-than-a-word"])


EVENTS = st.builds(
    lambda step, amount, **fields: (step, amount, fields),
    step=STEPS_MS,
    amount=st.one_of(st.integers(1, 50), st.integers(1, MAX_AMOUNT_MINOR)),
    tenant_id=st.sampled_from(["t0", "t0", "t1"]),
    customer_id=_ids("x"),
    account_id=_ids("x"),
    card_id=_ids("x"),
    device_id=_ids("x"),
    ip=_ids("x"),
    payee_id=_ids("x"),
    merchant_id=_ids("x"),
    latitude_e5=st.sampled_from([None, 0, -2_355_052, 9_000_000]),
    longitude_e5=st.sampled_from([None, 0, -4_663_331, 18_000_000, -18_000_000]),
    channel=st.sampled_from(list(Channel)),
    direction=st.sampled_from(list(Direction)),
    country=st.sampled_from([None, "BR", "US"]),
    mcc=st.sampled_from([None, 7995, 5411]),
    entry_mode=st.sampled_from([None, "ecommerce", "chip"]),
    balance_minor=st.one_of(st.none(), st.integers(-50, 500), st.integers(-(2**53), 2**53)),
)


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(EVENTS, min_size=1, max_size=40),
    batch=st.integers(1, 12),
    hash_bits=st.sampled_from([1, 64]),
    events_per_key=st.sampled_from([2, 7, 64]),
    max_lateness_ms=st.sampled_from([0, HOUR_MS, DAY_MS]),
)
def test_the_fold_equals_the_oracle_for_any_stream(
    drawn: list[Any], batch: int, hash_bits: int, events_per_key: int, max_lateness_ms: int
) -> None:
    now, events = START_MS, []
    for step, amount, fields in drawn:
        now += step
        events.append(transaction(now, amount, **fields))
    bounds = {"hash_bits": hash_bits, "events_per_key": events_per_key, "max_lateness_ms": max_lateness_ms}
    assert_fold_is_oracle(events, batch=batch, **bounds)


def test_an_event_exactly_one_window_ago_is_outside() -> None:
    state, tenants = small_state(), TenantNumbers()
    ids = {"customer_id": "c"}
    apart = [transaction(START_MS, **ids), transaction(START_MS + 10 * MINUTE_MS - 1, **ids)]
    found, _ = vectors(state, apart, tenants)
    assert found[:, FEATURE_NAMES.index("customer_count_10m")].tolist() == [1, 2]
    found, _ = vectors(state, [transaction(START_MS + 20 * MINUTE_MS - 1, **ids)], tenants)
    assert found[0, FEATURE_NAMES.index("customer_count_10m")] == 1


def test_a_late_event_changes_what_comes_after_and_nothing_before() -> None:
    state, tenants = small_state(), TenantNumbers()
    count = FEATURE_NAMES.index("customer_count_1h")
    on_time = [transaction(START_MS, customer_id="c"), transaction(START_MS + 1_000, customer_id="c")]
    assert vectors(state, on_time, tenants)[0][:, count].tolist() == [1, 2]
    late, flags = vectors(state, [transaction(START_MS + 500, customer_id="c")], tenants)
    assert (late[0, count], flags[0]) == (2, 0)
    after, _ = vectors(state, [transaction(START_MS + 1_000, customer_id="c")], tenants)
    assert after[0, count] == 4


def test_an_event_later_than_the_lateness_is_scored_marked_and_forgotten() -> None:
    state, tenants = small_state(), TenantNumbers()
    count = FEATURE_NAMES.index("customer_count_30d")
    vectors(state, [transaction(START_MS, customer_id="c"), transaction(START_MS + 3 * DAY_MS, customer_id="c")], tenants)
    late, flags = vectors(state, [transaction(START_MS + DAY_MS, customer_id="c")], tenants)
    assert (late[0, count], flags[0]) == (2, LATE)
    after, flags = vectors(state, [transaction(START_MS + 3 * DAY_MS, customer_id="c")], tenants)
    assert (after[0, count], flags[0]) == (3, 0)
    assert state.stats().late_events == 1


def test_lateness_is_counted_from_its_own_tenant() -> None:
    state, tenants = small_state(), TenantNumbers()
    vectors(state, [transaction(START_MS, tenant_id="today")], tenants)
    _, flags = vectors(state, [transaction(START_MS - 9_000 * DAY_MS, tenant_id="history")], tenants)
    assert flags[0] == 0


def test_a_missing_key_touches_no_state_and_is_unknown() -> None:
    state, tenants = small_state(), TenantNumbers()
    found, _ = vectors(state, [transaction(START_MS)] * 3, tenants)
    assert np.isnan(found[:, : len(WINDOW_FEATURES)]).all()
    assert state.stats().keys == {entity.name.lower(): 0 for entity in Entity}


def test_a_what_if_changes_nothing() -> None:
    events = random_events(11, 300, span_ms=5 * DAY_MS, jitter_ms=MINUTE_MS, tenants=2)
    asked, plain = small_state(), small_state()
    tenants = TenantNumbers(["t0", "t1"])
    for event in events:
        before = {name: part.copy() for name, part in asked.parts().items()}
        what_if, what_if_flags = vectors(asked, [event], tenants, peek=True)
        assert all(np.array_equal(part, before[name]) for name, part in asked.parts().items())
        found, flags = vectors(asked, [event], tenants)
        again, _ = vectors(plain, [event], tenants)
        assert_same(found, again)
        assert_same(what_if, found)
        assert what_if_flags.tolist() == flags.tolist()


def test_a_what_if_of_an_unknown_tenant_finds_empty_windows() -> None:
    state = small_state()
    columns = columns_from_transactions([transaction(START_MS, customer_id="c")], TenantNumbers())
    columns.tenant[:] = -1
    out, flags = np.empty((1, FEATURE_COUNT), np.float32), np.empty(1, np.uint8)
    state.peek(columns, out, flags)
    assert out[0, FEATURE_NAMES.index("customer_count_30d")] == 1


def test_the_size_of_a_batch_never_matters() -> None:
    events = random_events(12, 400, span_ms=40 * DAY_MS, jitter_ms=HOUR_MS, tenants=2)
    results = []
    for size in (1, 7, 400):
        state, tenants = small_state(), TenantNumbers()
        results.append(np.concatenate([vectors(state, part, tenants)[0] for part in _batched(events, size)]))
    assert_same(results[0], results[1])
    assert_same(results[0], results[2])


def test_a_restored_state_goes_on_where_the_other_stopped() -> None:
    events = random_events(13, 600, span_ms=60 * DAY_MS, jitter_ms=HOUR_MS, tenants=2, customers=50)
    first, tenants = small_state(), TenantNumbers()
    vectors(first, events[:300], tenants)
    kept = {name: part.copy() for name, part in first.parts().items()}
    second = FeatureState(Bounds(**(SMALL | {"keys": 9_000, "tenants": 20})))
    second.restore(kept)
    expected, _ = vectors(first, events[300:], tenants)
    found, _ = vectors(second, events[300:], TenantNumbers(tenants.names))
    assert_same(found, expected)


def test_a_snapshot_under_another_lateness_is_refused() -> None:
    with pytest.raises(ValueError, match="another lateness"):
        small_state(max_lateness_ms=1).restore(small_state().parts())


def test_expired_keys_make_room_for_new_ones() -> None:
    state, tenants = small_state(keys=700), TenantNumbers()
    for day in range(300):
        batch = [transaction(START_MS + day * DAY_MS, customer_id=f"c{day}-{k}", payee_id=f"p{day}-{k}") for k in range(5)]
        vectors(state, batch * 3, tenants)
    assert 91 * 5 <= state.stats().keys["customer"] <= 700


def test_too_many_keys_stop_the_state_with_a_clear_error() -> None:
    state, tenants = small_state(keys=3), TenantNumbers()
    with pytest.raises(StateFull, match="more than 3 live keys"):
        vectors(state, [transaction(START_MS, customer_id=f"c{k}") for k in range(4)], tenants)
    with pytest.raises(StateFull, match="more than 3 live keys"):
        vectors(state, [transaction(START_MS, customer_id="c0")], tenants)


def test_too_many_events_stop_the_state_with_a_clear_error() -> None:
    state, tenants = small_state(log_bytes=4_096), TenantNumbers()
    with pytest.raises(StateFull, match="log_bytes=4096"):
        vectors(state, [transaction(START_MS + k, customer_id="c", payee_id="p") for k in range(100)], tenants)


def test_an_id_that_is_too_long_is_refused() -> None:
    with pytest.raises(StateFull, match="longer than 64 bytes"):
        vectors(small_state(), [transaction(START_MS, customer_id="c" * 65)], TenantNumbers())


def test_columns_of_another_type_or_length_are_refused() -> None:
    columns = columns_from_transactions([transaction(START_MS)], TenantNumbers())
    flags = np.empty(1, np.uint8)
    with pytest.raises(TypeError):
        small_state().apply(columns, np.empty((1, FEATURE_COUNT), np.float64), flags)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one row an event"):
        small_state().apply(columns, np.empty((2, FEATURE_COUNT), np.float32), flags)
    with pytest.raises(ValueError, match="out is float32"):
        small_state().apply(columns, np.empty((1, 3), np.float32), flags)


def test_numbering_a_log_afresh_changes_no_answer() -> None:
    seed, day = random_events(15, 700, span_ms=DAY_MS, jitter_ms=60_000, customers=2), DAY_MS
    events = [msgspec.structs.replace(event, event_time=event.event_time + turn * day) for turn in range(60) for event in seed]
    bounds = {"events_per_key": 700}
    found, found_flags = vectors(small_state(renumber_at=16_384, **bounds), events, TenantNumbers())
    expected, flags = vectors(small_state(**bounds), events, TenantNumbers())
    assert_same(found, expected)
    assert (found_flags == flags).all()


def test_presizing_changes_no_answer() -> None:
    events = random_events(14, 200, span_ms=DAY_MS)
    plain, presized = small_state(), small_state()
    assert presized.populate_ahead(2**20)
    assert_same(vectors(presized, events, TenantNumbers())[0], vectors(plain, events, TenantNumbers())[0])


def test_the_largest_amounts_fill_a_hot_key_without_overflow() -> None:
    state, tenants = small_state(), TenantNumbers()
    n = MAX_EVENTS_PER_KEY + 10
    columns = columns_from_transactions([transaction(START_MS, MAX_AMOUNT_MINOR, customer_id="c")] * n, tenants)
    out, flags = np.empty((n, FEATURE_COUNT), np.float32), np.empty(n, np.uint8)
    state.apply(columns, out, flags)
    assert out[-1, FEATURE_NAMES.index("customer_mean_30d")] == np.float32(MAX_AMOUNT_MINOR)
    assert out[-1, FEATURE_NAMES.index("customer_std_30d")] == 0
    assert (flags[:MAX_EVENTS_PER_KEY] == 0).all()
    assert flags[-1] == TRUNCATED
