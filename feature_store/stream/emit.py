"""From moments to a vector's values: the last step, shared by the in-order path, the late path and the what-if."""

from typing import Any

import numpy as np

from feature_store.arithmetic import (
    add,
    great_circle_km,
    mean,
    multiply,
    ratio_to_mean,
    robust_z_score,
    speed_kmh,
    standard_deviation,
    z_score,
)
from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AGGREGATION,
    COLUMN,
    FEATURES_FROM,
    FEATURES_TO,
    FIELD,
    FILTERS_FROM,
    FILTERS_TO,
    HAS_PLACE,
    ITSELF,
    LANES_FROM,
    LANES_TO,
    NEVER,
    NO_KEY,
    PLAN_WIDTH,
    ROW_FEATURES_FROM,
    ROW_FEATURES_TO,
    S_COUNT,
    S_DISTINCT,
    S_FIRST_MS,
    S_HIGH,
    S_LAST_MS,
    S_LATEST,
    S_LATITUDE,
    S_LONGITUDE,
    S_LOW,
    S_MAD_4,
    S_MAX,
    S_MEDIAN_2,
    S_MIN,
    S_PLACE_MS,
    S_RISING,
    S_SAME_MS,
    S_SUM,
    W_LATITUDE,
    W_LONGITUDE,
    W_VALUE,
    WHERE,
    Memory,
)
from feature_store.vocabulary import OF_LABELS, Aggregation

_U = np.uint64
(
    _COUNT, _SUM, _MEAN, _STD, _MIN, _MAX, _DISTINCT, _LAST, _SAME, _IS_NEW, _TO_MEAN, _TO_MAX, _Z_SCORE, _TO_MIN, _FIRST,
    _MEDIAN, _MAD, _TO_MEDIAN, _ROBUST_Z, _DISTANCE, _SPEED, _RISING,
) = (int(each) for each in Aggregation if each not in OF_LABELS)  # fmt: skip


@part
def _moments(m: Memory, lane: Word, itself: Word, amount: Word) -> Any:
    """Count, sum and sum of squares (high, low), with the event itself when it counts."""
    count, total = m.scratch[lane + S_COUNT], m.scratch[lane + S_SUM]
    high, low = _U(m.scratch[lane + S_HIGH]), _U(m.scratch[lane + S_LOW])
    if itself:
        count += 1
        total += amount
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, low = add(high, low, square_high, square_low)
    return count, total, high, low


@part
def _extreme(kept: Word, count: Word, itself: Word, amount: Word, sign: Word) -> Any:
    if count == 0:
        return np.float64(amount) if itself else np.nan
    if itself and sign * amount > sign * kept:
        return np.float64(amount)
    return np.float64(kept)


@part
def _seconds_since(event_ms: Word, then_ms: Word) -> Any:
    return np.nan if then_ms == NEVER else np.float64(event_ms - then_ms) / 1000.0


@part
def _of_value(m: Memory, aggregation: Word, lane: Word, field: Word, itself: Word, event_ms: Word) -> Any:
    """Distinct, same-value and newness features."""
    value, same_ms = m.work[W_VALUE + field], m.scratch[lane + S_SAME_MS + field]
    if aggregation == _DISTINCT:
        adds = itself and value != NO_KEY and same_ms == NEVER
        return np.float64(m.scratch[lane + S_DISTINCT + field] + (1 if adds else 0))
    if value == NO_KEY:
        return np.nan
    if aggregation == _IS_NEW:
        return 1.0 if same_ms == NEVER else 0.0
    return _seconds_since(event_ms, same_ms)


@part
def _of_latest(m: Memory, aggregation: Word, lane: Word, amount: Word) -> Any:
    """Features of the latest earlier amounts."""
    if aggregation == _RISING:
        return np.float64(m.scratch[lane + S_RISING])
    if m.scratch[lane + S_LATEST] == 0:
        return np.nan
    median_2, mad_4 = m.scratch[lane + S_MEDIAN_2], m.scratch[lane + S_MAD_4]
    if aggregation == _MEDIAN:
        return np.float64(median_2) / 2.0
    if aggregation == _MAD:
        return np.float64(mad_4) / 4.0
    if aggregation == _TO_MEDIAN:
        return np.float64(2 * amount) / np.float64(median_2)
    return robust_z_score(amount, median_2, mad_4)


@part
def _of_place(m: Memory, aggregation: Word, lane: Word, event_ms: Word, bits: Word) -> Any:
    """How far, and how fast, from the last known place."""
    then_ms = m.scratch[lane + S_PLACE_MS]
    if then_ms == NEVER or not bits & HAS_PLACE:
        return np.nan
    distance_km = great_circle_km(
        m.scratch[lane + S_LATITUDE], m.scratch[lane + S_LONGITUDE], m.work[W_LATITUDE], m.work[W_LONGITUDE]
    )
    return distance_km if aggregation == _DISTANCE else speed_kmh(distance_km, event_ms - then_ms)


@part
def _of_amount(m: Memory, aggregation: Word, lane: Word, itself: Word, amount: Word) -> Any:
    """Sums, moments and extremes."""
    if aggregation == _SUM:
        return np.float64(m.scratch[lane + S_SUM] + (amount if itself else 0))
    earlier = m.scratch[lane + S_COUNT]
    if aggregation == _MAX:
        return _extreme(m.scratch[lane + S_MAX], earlier, itself, amount, 1)
    if aggregation == _MIN:
        return _extreme(m.scratch[lane + S_MIN], earlier, itself, amount, -1)
    if aggregation == _TO_MAX:
        return np.float64(amount) / np.float64(m.scratch[lane + S_MAX]) if earlier > 0 else np.nan
    if aggregation == _TO_MIN:
        return np.float64(amount) / np.float64(m.scratch[lane + S_MIN]) if earlier > 0 else np.nan
    count, total, high, low = _moments(m, lane, itself, amount)
    if aggregation == _MEAN:
        return mean(count, total)
    if aggregation == _STD:
        return standard_deviation(count, total, high, low)
    if aggregation == _TO_MEAN:
        return ratio_to_mean(amount, count, total)
    return z_score(amount, count, total, high, low)


@part
def _value(m: Memory, feature: Word, lane: Word, event_ms: Word, amount: Word, bits: Word, passes: Word) -> Any:
    """One feature's value."""
    aggregation = m.plan[feature + AGGREGATION]
    itself = m.plan[feature + ITSELF] != 0 and passes
    if aggregation == _COUNT:
        return np.float64(m.scratch[lane + S_COUNT] + (1 if itself else 0))
    if aggregation == _LAST:
        return _seconds_since(event_ms, m.scratch[lane + S_LAST_MS])
    if aggregation == _FIRST:
        return _seconds_since(event_ms, m.scratch[lane + S_FIRST_MS])
    if aggregation in (_DISTINCT, _SAME, _IS_NEW):
        return _of_value(m, aggregation, lane, m.plan[feature + FIELD], itself, event_ms)
    if aggregation in (_MEDIAN, _MAD, _TO_MEDIAN, _ROBUST_Z, _RISING):
        return _of_latest(m, aggregation, lane, amount)
    if aggregation in (_DISTANCE, _SPEED):
        return _of_place(m, aggregation, lane, event_ms, bits)
    return _of_amount(m, aggregation, lane, itself, amount)


@part
def _emit_row(m: Memory, row: Word, event_ms: Word, amount: Word, bits: Word, place: Word, out: Word) -> Any:
    """Write the features of a lane or filter."""
    passes = ((bits >> m.plan[row + WHERE]) & 1) != 0
    for feature in range(m.plan[row + ROW_FEATURES_FROM], m.plan[row + ROW_FEATURES_TO], PLAN_WIDTH):
        value = _value(m, feature, row, event_ms, amount, bits, passes)
        out[place + m.plan[feature + COLUMN]] = np.float32(value)


@part
def emit(m: Memory, entity: Word, event_ms: Word, amount: Word, bits: Word, place: Word, out: Word) -> Any:
    """Write an entity's features of one event to out[place:] from the scratch rows of its lanes and their filters."""
    row = entity * PLAN_WIDTH
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        _emit_row(m, lane, event_ms, amount, bits, place, out)
        for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
            _emit_row(m, passing, event_ms, amount, bits, place, out)


@part
def emit_unknown(m: Memory, entity: Word, place: Word, out: Word) -> Any:
    """Write NaN to out[place:] for all features of an entity whose key is missing."""
    for feature in range(m.plan[entity * PLAN_WIDTH + FEATURES_FROM], m.plan[entity * PLAN_WIDTH + FEATURES_TO], PLAN_WIDTH):
        out[place + m.plan[feature + COLUMN]] = np.nan
