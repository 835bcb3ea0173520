"""The Polars engine, the fold and the oracle agree where their views are equal; the settled view is the oracle's own."""

import numpy as np
import polars as pl
import pytest

from contracts.transactions import Transaction
from feature_store.batch.engine import SETTLED_FEATURES, window_features
from feature_store.columns import TEXT_FIELDS, TenantNumbers, columns_from_transactions
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from feature_store.frames import columns_from_frame
from feature_store.vocabulary import DAY_MS, HOUR_MS, SETTLED, Aggregation, Entity, Value, Where, WindowFeature
from tests.feature_store.events import START_MS, random_events, small_state, transaction
from tests.feature_store.oracle import settled


def as_frame(events: list[Transaction]) -> pl.DataFrame:
    names = ("tenant_id", "amount_minor", "mcc", "latitude_e5", "longitude_e5", "balance_minor", *TEXT_FIELDS)
    rows = [
        {name: getattr(event, name) for name in names}
        | {"event_time_ms": event.event_time, "channel": event.channel.value, "direction": event.direction.value}
        for event in events
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def differences(found: np.ndarray, expected: np.ndarray) -> list[str]:
    wrong = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))
    return sorted({SETTLED_FEATURES[column].name for column in np.nonzero(wrong)[1]})


SETTLED_COLUMNS = [FEATURE_NAMES.index(feature.name) for feature in SETTLED_FEATURES]


@pytest.mark.parametrize(
    ("seed", "span_ms", "jitter_ms"),
    [(1, 5 * HOUR_MS, 0), (2, 80 * DAY_MS, 3 * HOUR_MS), (3, 20, 5)],
    ids=["a burst", "shuffled months", "mostly ties"],
)
def test_polars_equals_the_settled_oracle(seed: int, span_ms: int, jitter_ms: int) -> None:
    events = random_events(seed, 220, span_ms=span_ms, jitter_ms=jitter_ms, tenants=2)
    assert differences(window_features(as_frame(events)).to_numpy(), settled(events, SETTLED_FEATURES)) == []


def test_polars_equals_the_fold_on_ordered_events_of_different_milliseconds() -> None:
    n = 8_000
    events = as_frame(random_events(5, n, span_ms=100 * DAY_MS, customers=600, tenants=2))
    times = np.sort(np.random.default_rng(6).choice(100 * DAY_MS, n, replace=False)) + START_MS
    events = events.with_columns(event_time_ms=pl.Series(times))
    out, flags = np.empty((n, FEATURE_COUNT), np.float32), np.empty(n, np.uint8)
    small_state(keys=20_000).apply(columns_from_frame(events, TenantNumbers()), out, flags)
    assert differences(window_features(events).to_numpy(), out[:, SETTLED_COLUMNS]) == []
    assert not flags.any()


def test_every_aggregation_and_both_ways_of_counting_itself_equal_the_oracle() -> None:
    features = []
    for aggregation in SETTLED:
        for itself in (False, True):
            for where in Where:
                try:
                    feature = WindowFeature(
                        name=f"f{len(features)}",
                        entity=Entity.CUSTOMER,
                        aggregation=aggregation,
                        window_ms=2 * HOUR_MS,
                        counts_itself=itself,
                        sentence="",
                        reason="x",
                        owner="x",
                        of=Value.PAYEE if aggregation in (Aggregation.DISTINCT, Aggregation.IS_NEW) else None,
                        where=where,
                    )
                except ValueError:
                    continue
                features.append(feature)
    assert {feature.aggregation for feature in features} >= SETTLED - {Aggregation.TIME_SINCE_SAME}
    events = random_events(8, 200, span_ms=DAY_MS, customers=3)
    found = window_features(as_frame(events), features).to_numpy()
    expected = settled(events, features)
    np.testing.assert_array_equal(found, expected)


def test_columns_from_a_frame_are_the_columns_of_its_transactions() -> None:
    events = random_events(9, 200, span_ms=DAY_MS, tenants=3)
    ours, theirs = columns_from_transactions(events, TenantNumbers()), columns_from_frame(as_frame(events), TenantNumbers())
    for name in (
        "tenant",
        "event_time_ms",
        "amount_minor",
        "channel",
        "direction",
        "mcc",
        "latitude_e5",
        "longitude_e5",
        "balance_minor",
    ):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype
    texts = [
        [columns.text(row, field) for row in range(200) for field in range(len(TEXT_FIELDS))] for columns in (ours, theirs)
    ]
    assert texts[0] == texts[1]


def test_a_frame_with_an_unknown_word_or_a_missing_amount_is_refused() -> None:
    frame = as_frame([transaction(START_MS)])
    with pytest.raises(ValueError, match="channel holds a word"):
        columns_from_frame(frame.with_columns(channel=pl.lit("pigeon")), TenantNumbers())
    with pytest.raises(ValueError, match="amount_minor is missing in 1 rows"):
        columns_from_frame(frame.with_columns(amount_minor=pl.lit(None, pl.Int64)), TenantNumbers())


def test_an_empty_frame_gives_empty_columns() -> None:
    frame = as_frame([transaction(START_MS, customer_id="c")]).clear()
    assert len(columns_from_frame(frame, TenantNumbers())) == 0
