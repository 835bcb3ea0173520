"""From moments to a vector's values: the last step, shared by the in-order path, the late path and the what-if."""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, mean, multiply, ratio_to_mean, standard_deviation, z_score
from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AGGREGATION,
    COLUMN,
    FEATURES_FROM,
    FEATURES_TO,
    ITSELF,
    LANE,
    NEVER,
    NO_KEY,
    PLAN_WIDTH,
    S_COUNT,
    S_DISTINCT,
    S_HIGH,
    S_LAST_MS,
    S_LOW,
    S_MAX,
    S_MIN,
    S_SAME_MS,
    S_SUM,
    VALUE_AT,
    WHERE,
    Memory,
)
from feature_store.vocabulary import Aggregation

_U = np.uint64
_COUNT, _SUM, _MEAN, _STD, _MIN, _MAX, _DISTINCT, _LAST, _SAME, _IS_NEW, _TO_MEAN, _TO_MAX, _Z_SCORE = map(int, Aggregation)


@part
def _moments(scratch: Word, lane: Word, itself: Word, amount: Word) -> Any:
    """Count, sum and sum of squares (high, low), with the event itself when it counts."""
    count, total = scratch[lane + S_COUNT], scratch[lane + S_SUM]
    high, low = _U(scratch[lane + S_HIGH]), _U(scratch[lane + S_LOW])
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
def _of_value(aggregation: Word, lane: Word, field: Word, itself: Word, value: Word, event_ms: Word, scratch: Word) -> Any:
    """Distinct, same-value and newness features."""
    same_ms = scratch[lane + S_SAME_MS + field]
    if aggregation == _DISTINCT:
        adds = itself and value != NO_KEY and same_ms == NEVER
        return np.float64(scratch[lane + S_DISTINCT + field] + (1 if adds else 0))
    if value == NO_KEY:
        return np.nan
    if aggregation == _IS_NEW:
        return 1.0 if same_ms == NEVER else 0.0
    return np.nan if same_ms == NEVER else np.float64(event_ms - same_ms) / 1000.0


@part
def _of_amount(aggregation: Word, lane: Word, itself: Word, amount: Word, scratch: Word) -> Any:
    """Counts, sums, moments and extremes."""
    if aggregation == _COUNT:
        return np.float64(scratch[lane + S_COUNT] + (1 if itself else 0))
    if aggregation == _SUM:
        return np.float64(scratch[lane + S_SUM] + (amount if itself else 0))
    count, total, high, low = _moments(scratch, lane, itself, amount)
    if aggregation == _MEAN:
        return mean(count, total)
    if aggregation == _STD:
        return standard_deviation(count, total, high, low)
    if aggregation == _TO_MEAN:
        return ratio_to_mean(amount, count, total)
    if aggregation == _Z_SCORE:
        return z_score(amount, count, total, high, low)
    earlier = scratch[lane + S_COUNT]
    if aggregation == _MAX:
        return _extreme(scratch[lane + S_MAX], earlier, itself, amount, 1)
    if aggregation == _MIN:
        return _extreme(scratch[lane + S_MIN], earlier, itself, amount, -1)
    return np.float64(amount) / np.float64(scratch[lane + S_MAX]) if earlier > 0 else np.nan


@part
def emit(
    m: Memory,
    entity: Word,
    event_ms: Word,
    amount: Word,
    bits: Word,
    value_0: Word,
    value_1: Word,
    scratch: Word,
    place: Word,
    out: Word,
) -> Any:
    """Write an entity's features of one event to out[place:] from the scratch rows of its lanes."""
    for feature in range(m.plan[entity * PLAN_WIDTH + FEATURES_FROM], m.plan[entity * PLAN_WIDTH + FEATURES_TO], PLAN_WIDTH):
        aggregation, lane = m.plan[feature + AGGREGATION], m.plan[feature + LANE]
        itself = m.plan[feature + ITSELF] != 0 and ((bits >> m.plan[lane + WHERE]) & 1) != 0
        if aggregation == _LAST:
            last_ms = scratch[lane + S_LAST_MS]
            value = np.nan if last_ms == NEVER else np.float64(event_ms - last_ms) / 1000.0
        elif aggregation in (_DISTINCT, _SAME, _IS_NEW):
            field = m.plan[feature + VALUE_AT]
            other = value_0 if field == 0 else value_1
            value = _of_value(aggregation, lane, field, itself, other, event_ms, scratch)
        else:
            value = _of_amount(aggregation, lane, itself, amount, scratch)
        out[place + m.plan[feature + COLUMN]] = np.float32(value)


@part
def emit_unknown(m: Memory, entity: Word, place: Word, out: Word) -> Any:
    """Write NaN to out[place:] for all features of an entity whose key is missing."""
    for feature in range(m.plan[entity * PLAN_WIDTH + FEATURES_FROM], m.plan[entity * PLAN_WIDTH + FEATURES_TO], PLAN_WIDTH):
        out[place + m.plan[feature + COLUMN]] = np.nan
