"""A tenant's events by merchant category and day of UTC: how many there were, and how many of them are known frauds.

A category has far more events than a key's log holds, so only days are kept: a ring of `CATEGORY_DAYS` of them, whose places a
later day takes over. A category's number is never given to another one.
"""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AGGREGATION,
    BUCKET_HALVES,
    CATEGORIES_FULL,
    CATEGORIES_USED,
    CATEGORY,
    CATEGORY_BOUND,
    COLUMN,
    DAY,
    DAY_EVENTS,
    DAY_FRAUDS,
    DAYS,
    DELAY_DAYS,
    ENTITIES,
    FEATURES_FROM,
    FEATURES_TO,
    KEEPS_CATEGORIES,
    NO_KEY,
    OK,
    PLAN_WIDTH,
    Memory,
)
from feature_store.stream.tables import find_pair, pair_of, put_pair
from feature_store.vocabulary import CATEGORY_DAYS, DAY_MS, Aggregation

_COUNT, _SHARE = int(Aggregation.COUNT), int(Aggregation.FRAUD_SHARE)
_ROW = ENTITIES * PLAN_WIDTH


@part
def category_of(m: Memory, tenant: Word, mcc: Word) -> Any:
    """The number of a tenant's category, or NO_KEY while none of its events came."""
    if tenant < 0 or mcc < 0 or not m.plan[_ROW + KEEPS_CATEGORIES]:
        return np.int64(NO_KEY)
    entry = find_pair(m, pair_of(CATEGORY, np.int64(0), tenant, mcc))
    return np.int64(m.tables[entry + 1]) if entry >= 0 else np.int64(NO_KEY)


@part
def count_event(m: Memory, tenant: Word, mcc: Word, category: Word, event_ms: Word) -> Any:
    """Count an event on its day. Returns (OK or what is full, the category's number)."""
    if mcc < 0 or not m.plan[_ROW + KEEPS_CATEGORIES]:
        return OK, np.int64(NO_KEY)
    if category < 0:
        category = m.counters[CATEGORIES_USED]
        if category == m.counters[CATEGORY_BOUND]:
            return CATEGORIES_FULL, np.int64(NO_KEY)
        answer = put_pair(m, pair_of(CATEGORY, np.int64(0), tenant, mcc), category)
        if answer != OK:
            return answer, np.int64(NO_KEY)
        m.counters[CATEGORIES_USED] = category + 1
    day = event_ms // DAY_MS
    bucket = _bucket(category, day)
    if m.days[bucket + DAY] < day:
        m.days[bucket + DAY], m.days[bucket + DAY_EVENTS], m.days[bucket + DAY_FRAUDS] = day, 0, 0
    if m.days[bucket + DAY] == day:
        m.days[bucket + DAY_EVENTS] += 1
    return OK, category


@part
def count_fraud(m: Memory, category: Word, event_ms: Word, change: Word) -> Any:
    """Count a known fraud on its day, or (`change` -1) no longer; nothing where the day's place has been taken over."""
    if category < 0:
        return
    day = event_ms // DAY_MS
    bucket = _bucket(category, day)
    if m.days[bucket + DAY] == day:
        m.days[bucket + DAY_FRAUDS] += change


@part
def emit_category(m: Memory, mcc: Word, category: Word, event_ms: Word, high_ms: Word, place: Word, out: Word) -> Any:
    """Write the features of an event's category to out[place:]; days that lie as far behind `high_ms` as are kept are over."""
    today, oldest = event_ms // DAY_MS, high_ms // DAY_MS - (CATEGORY_DAYS - 1)
    for feature in range(m.plan[_ROW + FEATURES_FROM], m.plan[_ROW + FEATURES_TO], PLAN_WIDTH):
        aggregation, delay = m.plan[feature + AGGREGATION], m.plan[feature + DELAY_DAYS]
        last = today - delay - (1 if delay > 0 else 0)
        events, frauds = _sums(m, category, max(last - m.plan[feature + DAYS] + 1, oldest), last)
        value = np.float64(events if aggregation == _COUNT else frauds)
        if aggregation == _SHARE:
            value = value / np.float64(events) if events > 0 else np.float64(np.nan)
        out[place + m.plan[feature + COLUMN]] = np.float32(value) if mcc >= 0 else np.nan


@part
def _bucket(category: Word, day: Word) -> Any:
    """Where a day of a category lies, if it is there."""
    return (category * CATEGORY_DAYS + day % CATEGORY_DAYS) * BUCKET_HALVES


@part
def _sums(m: Memory, category: Word, first: Word, last: Word) -> Any:
    """(events, known frauds) of the days `first` to `last`, both included."""
    events, frauds = np.int64(0), np.int64(0)
    if category < 0:
        return events, frauds
    for day in range(first, last + 1):
        bucket = _bucket(category, day)
        if m.days[bucket + DAY] == day:
            events += m.days[bucket + DAY_EVENTS]
            frauds += m.days[bucket + DAY_FRAUDS]
    return events, frauds
