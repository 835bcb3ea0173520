"""What an event sees: the moments of its windows, from running ones in order, or from those and the log at any other time."""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, multiply, subtract
from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AMOUNT,
    BASE,
    BEFORE,
    BITS,
    DISTINCT_AT,
    EVENT_MS,
    EXTREMES_AT,
    HEADS_AT,
    IS_LAST,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LOG_AT,
    NEVER,
    PLAN_WIDTH,
    RECORD_WORDS,
    RING_MASK,
    S_COUNT,
    S_DISTINCT,
    S_HIGH,
    S_LAST_MS,
    S_LOW,
    S_MAX,
    S_MIN,
    S_SAME_MS,
    S_SUM,
    SQUARES_AT,
    STRIDE,
    SUM_AT,
    TAIL,
    VALUE,
    WANTS_MAX,
    WANTS_MIN,
    WHERE,
    WINDOW_MS,
    Memory,
)
from feature_store.stream.windows import position_of

_U = np.uint64


@part
def read_lanes(m: Memory, entity: Word, key: Word, value_0: Word, value_1: Word, scratch: Word) -> Any:
    """Fill the scratch rows of an entity's lanes from the running moments, as they stand before the event joins."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    tail = np.int64(m.heads32[2 * at + TAIL])
    same_0, _ = position_of(m, entity, 0, key, value_0)
    same_1, _ = position_of(m, entity, 1, key, value_1)
    same_ms_0 = m.log[RECORD_WORDS * (ring + (same_0 & mask)) + EVENT_MS] if same_0 >= 0 else np.int64(NEVER)
    same_ms_1 = m.log[RECORD_WORDS * (ring + (same_1 & mask)) + EVENT_MS] if same_1 >= 0 else np.int64(NEVER)
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        word = at + m.plan[lane + LANE_AT]
        head = np.int64(m.heads32[2 * word])
        scratch[lane + S_COUNT] = m.heads32[2 * word + 1]
        if m.plan[lane + SUM_AT] >= 0:
            scratch[lane + S_SUM] = m.heads[at + m.plan[lane + SUM_AT]]
        if m.plan[lane + SQUARES_AT] >= 0:
            scratch[lane + S_LOW] = m.heads[at + m.plan[lane + SQUARES_AT]]
            scratch[lane + S_HIGH] = m.heads[at + m.plan[lane + SQUARES_AT] + 1]
        if m.plan[lane + DISTINCT_AT] >= 0:
            scratch[lane + S_DISTINCT] = m.heads32[2 * (at + m.plan[lane + DISTINCT_AT])]
            scratch[lane + S_DISTINCT + 1] = m.heads32[2 * (at + m.plan[lane + DISTINCT_AT]) + 1]
        if m.plan[lane + EXTREMES_AT] >= 0 and head < tail:
            half = 2 * (at + m.plan[lane + EXTREMES_AT])
            if m.plan[entity * PLAN_WIDTH + WANTS_MAX]:
                scratch[lane + S_MAX] = m.log[RECORD_WORDS * (ring + (np.int64(m.heads32[half]) & mask)) + AMOUNT]
            if m.plan[entity * PLAN_WIDTH + WANTS_MIN]:
                scratch[lane + S_MIN] = m.log[RECORD_WORDS * (ring + (np.int64(m.heads32[half + 1]) & mask)) + AMOUNT]
        scratch[lane + S_LAST_MS] = m.heads[at + LAST_MS] if head < tail else NEVER
        scratch[lane + S_SAME_MS] = same_ms_0 if same_0 >= head else NEVER
        scratch[lane + S_SAME_MS + 1] = same_ms_1 if same_1 >= head else NEVER


@part
def read_nothing(m: Memory, entity: Word, scratch: Word) -> Any:
    """Fill the scratch rows of an entity's lanes as for a key that has no events."""
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        for word in range(S_LAST_MS):
            scratch[lane + word] = 0
        for word in range(S_LAST_MS, S_SAME_MS + 2):
            scratch[lane + word] = NEVER


@part
def first_after(m: Memory, at: Word, limit_ms: Word, start: Word, stop: Word) -> Any:
    """The first position in [start, stop) whose event is later than `limit_ms`, else `stop`."""
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    while start < stop:
        middle = (start + stop) // 2
        if m.log[RECORD_WORDS * (ring + (middle & mask)) + EVENT_MS] > limit_ms:
            stop = middle
        else:
            start = middle + 1
    return start


@part
def _same_before(m: Memory, entity: Word, field: Word, key: Word, value: Word, end: Word) -> Any:
    """The latest position before `end` with this value, or -1."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base = np.int64(m.heads32[2 * at + BASE])
    position, _ = position_of(m, entity, field, key, value)
    while position >= max(end, base):
        position = np.int64(m.log32[2 * RECORD_WORDS * (ring + (position & mask)) + BEFORE + field])
    return position if position >= base else np.int64(-1)


@part
def _comes_again(m: Memory, entity: Word, field: Word, key: Word, position: Word, end: Word) -> Any:
    """Whether the value of the event at `position` is there again before `end`."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    event = 2 * RECORD_WORDS * (ring + (position & mask))
    if m.log32[event + BITS] & (IS_LAST << field):
        return False
    later, _ = position_of(m, entity, field, key, np.int64(m.log32[event + VALUE + field]))
    while True:
        before = np.int64(m.log32[2 * RECORD_WORDS * (ring + (later & mask)) + BEFORE + field])
        if before <= position:
            return later < end
        later = before


@part
def _shift(m: Memory, lane: Word, event: Word, sign: Word, scratch: Word) -> Any:
    """Put an event into a lane's scratch moments (sign 1), or take it out (-1)."""
    if (m.log32[2 * event + BITS] >> m.plan[lane + WHERE]) & 1:
        amount = m.log[event + AMOUNT]
        scratch[lane + S_COUNT] += sign
        scratch[lane + S_SUM] += sign * amount
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, low = _U(scratch[lane + S_HIGH]), _U(scratch[lane + S_LOW])
        if sign > 0:
            high, low = add(high, low, square_high, square_low)
        else:
            high, low = subtract(high, low, square_high, square_low)
        scratch[lane + S_HIGH], scratch[lane + S_LOW] = np.int64(high), np.int64(low)


@part
def _scan_extremes(m: Memory, at: Word, lane: Word, start: Word, end: Word, scratch: Word) -> Any:
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    for position in range(start, end):
        amount = m.log[RECORD_WORDS * (ring + (position & mask)) + AMOUNT]
        scratch[lane + S_MAX] = amount if position == start else max(scratch[lane + S_MAX], amount)
        scratch[lane + S_MIN] = amount if position == start else min(scratch[lane + S_MIN], amount)


@part
def _move_lane(m: Memory, entity: Word, key: Word, lane: Word, limit_ms: Word, end: Word, scratch: Word) -> Any:
    """Turn a lane's scratch moments, as of the key's last event, into those of (limit_ms, end). Returns its first position."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
    counts_values = m.plan[lane + DISTINCT_AT] >= 0
    for position in range(max(head, end), tail):
        event = RECORD_WORDS * (ring + (position & mask))
        _shift(m, lane, event, -1, scratch)
        for field in range(2):
            if counts_values and m.log32[2 * event + VALUE + field] >= 0 and m.log32[2 * event + BEFORE + field] < head:
                scratch[lane + S_DISTINCT + field] -= 1
    start = min(head, end)
    while start < end and m.log[RECORD_WORDS * (ring + (start & mask)) + EVENT_MS] <= limit_ms:
        event = RECORD_WORDS * (ring + (start & mask))
        _shift(m, lane, event, -1, scratch)
        for field in range(2):
            if counts_values and m.log32[2 * event + VALUE + field] >= 0:
                scratch[lane + S_DISTINCT + field] -= not _comes_again(m, entity, field, key, start, end)
        start += 1
    while start > base and m.log[RECORD_WORDS * (ring + ((start - 1) & mask)) + EVENT_MS] > limit_ms:
        start -= 1
        event = RECORD_WORDS * (ring + (start & mask))
        _shift(m, lane, event, 1, scratch)
        for field in range(2):
            if counts_values and m.log32[2 * event + VALUE + field] >= 0:
                scratch[lane + S_DISTINCT + field] += not _comes_again(m, entity, field, key, start, end)
    return start


@part
def read_at(
    m: Memory, entity: Word, key: Word, event_ms: Word, oldest_ms: Word, value_0: Word, value_1: Word, scratch: Word
) -> Any:
    """Fill the scratch rows for an event at any time, before or after the key's last, and change nothing.

    Starts from the running moments and visits only the events that the two windows do not share. Events up to `oldest_ms` count
    as expired.
    """
    row = entity * PLAN_WIDTH
    at = m.plan[row + HEADS_AT] + key * m.plan[row + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    end = tail if event_ms >= m.heads[at + LAST_MS] else first_after(m, at, event_ms, base, tail)
    read_lanes(m, entity, key, value_0, value_1, scratch)
    same_0 = _same_before(m, entity, 0, key, value_0, end)
    same_1 = _same_before(m, entity, 1, key, value_1, end)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
        start = _move_lane(m, entity, key, lane, max(event_ms - m.plan[lane + WINDOW_MS], oldest_ms), end, scratch)
        if m.plan[lane + EXTREMES_AT] >= 0 and (start != head or end != tail):
            _scan_extremes(m, at, lane, start, end, scratch)
        latest = m.log[RECORD_WORDS * (ring + ((end - 1) & mask)) + EVENT_MS] if start < end else np.int64(NEVER)
        scratch[lane + S_LAST_MS] = latest
        for field in range(2):
            same = same_0 if field == 0 else same_1
            seen = m.log[RECORD_WORDS * (ring + (same & mask)) + EVENT_MS] if same >= start else np.int64(NEVER)
            scratch[lane + S_SAME_MS + field] = seen
