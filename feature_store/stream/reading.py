"""What an event sees: the moments of its windows, from running ones in order, or from those and the log at any other time."""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, multiply, subtract
from feature_store.kernels import Word, part
from feature_store.stream.keys import head_of
from feature_store.stream.latest import read_latest
from feature_store.stream.layout import (
    AMOUNT,
    BASE,
    BITS,
    COUNT_AT,
    DISTINCT_AT,
    DISTINCT_FIELDS,
    EVENT_MS,
    EXTREMES_AT,
    FIELDS,
    FIELDS_IN,
    FILTERS_FROM,
    FILTERS_TO,
    IS_LAST,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LOG_AT,
    MAX_LINK,
    MIN_LINK,
    NEVER,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    S_COUNT,
    S_DISTINCT,
    S_FIRST_MS,
    S_HIGH,
    S_LAST_MS,
    S_LATEST,
    S_LOW,
    S_MAX,
    S_MIN,
    S_PLACE_MS,
    S_RISING,
    S_SAME_MS,
    S_SUM,
    SAME_FIELDS,
    SINCE_AT,
    SQUARES_AT,
    SUM_AT,
    TAIL,
    W_ENTRY,
    W_SAME,
    W_VALUE,
    WHERE,
    WINDOW_MS,
    Memory,
)
from feature_store.stream.windows import event_at, position_of

_U = np.uint64


@part
def read_lanes(m: Memory, entity: Word, key: Word, amount: Word) -> Any:
    """Fill the scratch rows of an entity's lanes from the running moments, as they stand before the event joins."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    tail = np.int64(m.heads32[2 * at + TAIL])
    for field in range(m.plan[row + FIELDS]):
        same, entry = position_of(m, entity, np.int64(field), key, m.work[W_VALUE + field])
        m.work[W_SAME + field] = same
        m.work[W_ENTRY + field] = entry
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
        _read_lane(m, row, at, lane, head, tail)
        _read_times(m, row, at, lane, head, tail, m.heads[at + LAST_MS])
        for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
            if m.plan[passing + SINCE_AT] >= 0:
                known = m.scratch[passing + S_COUNT] > 0
                m.scratch[passing + S_LAST_MS] = m.heads[at + m.plan[passing + SINCE_AT]] if known else NEVER
        read_latest(m, row, at, lane, head, tail, amount)


@part
def _read_moments(m: Memory, at: Word, row: Word) -> Any:
    """Copy the running moments of a lane or filter to its scratch row."""
    m.scratch[row + S_COUNT] = m.heads32[2 * at + m.plan[row + COUNT_AT]]
    if m.plan[row + SUM_AT] >= 0:
        m.scratch[row + S_SUM] = m.heads[at + m.plan[row + SUM_AT]]
    if m.plan[row + SQUARES_AT] >= 0:
        m.scratch[row + S_LOW] = m.heads[at + m.plan[row + SQUARES_AT]]
        m.scratch[row + S_HIGH] = m.heads[at + m.plan[row + SQUARES_AT] + 1]


@part
def _read_lane(m: Memory, row: Word, at: Word, lane: Word, head: Word, tail: Word) -> Any:
    """Copy the running moments of a lane and its filters to their scratch rows."""
    _read_moments(m, at, lane)
    for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
        _read_moments(m, at, passing)
    if m.plan[lane + DISTINCT_AT] >= 0:
        half, fields = 2 * (at + m.plan[lane + DISTINCT_AT]), m.plan[lane + DISTINCT_FIELDS]
        for field in range(m.plan[row + FIELDS]):
            if (fields >> field) & 1:
                m.scratch[lane + S_DISTINCT + field] = m.heads32[half + field]
    if m.plan[lane + EXTREMES_AT] >= 0 and head < tail:
        half = 2 * (at + m.plan[lane + EXTREMES_AT])
        if m.plan[row + MAX_LINK] >= 0:
            m.scratch[lane + S_MAX] = m.log[event_at(m, row, at, np.int64(m.heads32[half])) + AMOUNT]
        if m.plan[row + MIN_LINK] >= 0:
            m.scratch[lane + S_MIN] = m.log[event_at(m, row, at, np.int64(m.heads32[half + 1])) + AMOUNT]


@part
def _read_times(m: Memory, row: Word, at: Word, lane: Word, start: Word, end: Word, last_ms: Word) -> Any:
    """When the first and the latest event of [start, end) were, and the latest with each of the event's values."""
    m.scratch[lane + S_FIRST_MS] = m.log[event_at(m, row, at, start) + EVENT_MS] if start < end else NEVER
    m.scratch[lane + S_LAST_MS] = last_ms if start < end else NEVER
    fields = m.plan[lane + SAME_FIELDS]
    if fields == 0:
        return
    for field in range(m.plan[row + FIELDS]):
        if not (fields >> field) & 1:
            continue
        same = m.work[W_SAME + field]
        seen = m.log[event_at(m, row, at, same) + EVENT_MS] if same >= start and same >= 0 else np.int64(NEVER)
        m.scratch[lane + S_SAME_MS + field] = seen


@part
def read_nothing(m: Memory, entity: Word) -> Any:
    """Fill the scratch rows of an entity's lanes as for a key that has no events."""
    row = entity * PLAN_WIDTH
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        _clear_moments(m, lane)
        for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
            _clear_moments(m, passing)
        for field in range(m.plan[row + FIELDS]):
            m.scratch[lane + S_DISTINCT + field] = 0
            m.scratch[lane + S_SAME_MS + field] = NEVER
        m.scratch[lane + S_LATEST] = 0
        m.scratch[lane + S_PLACE_MS] = NEVER
        m.scratch[lane + S_RISING] = 0


@part
def _clear_moments(m: Memory, row: Word) -> Any:
    for word in range(S_LAST_MS):
        m.scratch[row + word] = 0
    m.scratch[row + S_LAST_MS] = NEVER
    m.scratch[row + S_FIRST_MS] = NEVER


@part
def first_after(m: Memory, row: Word, at: Word, limit_ms: Word, start: Word, stop: Word) -> Any:
    """The first position in [start, stop) whose event is later than `limit_ms`, else `stop`."""
    ring, mask, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), m.plan[row + RECORD]
    while start < stop:
        middle = (start + stop) // 2
        if m.log[ring + record * (middle & mask) + EVENT_MS] > limit_ms:
            stop = middle
        else:
            start = middle + 1
    return start


@part
def _before(m: Memory, row: Word, at: Word, field: Word, position: Word) -> Any:
    """Where the value of the event at `position` was before."""
    return np.int64(m.log32[2 * event_at(m, row, at, position) + m.plan[row + FIELDS_IN] + 2 * field + 1])


@part
def _same_before(m: Memory, entity: Word, field: Word, key: Word, value: Word, end: Word) -> Any:
    """The latest position before `end` with this value, or -1."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base = np.int64(m.heads32[2 * at + BASE])
    position, _ = position_of(m, entity, field, key, value)
    while position >= max(end, base):
        position = _before(m, row, at, field, position)
    return position if position >= base else np.int64(-1)


@part
def _comes_again(m: Memory, entity: Word, field: Word, key: Word, position: Word, end: Word) -> Any:
    """Whether the value of the event at `position` is there again before `end`."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    half = 2 * event_at(m, row, at, position)
    if m.log32[half + BITS] & (IS_LAST << field):
        return False
    later, _ = position_of(m, entity, field, key, np.int64(m.log32[half + m.plan[row + FIELDS_IN] + 2 * field]))
    while True:
        before = _before(m, row, at, field, later)
        if before <= position:
            return later < end
        later = before


@part
def _shift_moments(m: Memory, row: Word, amount: Word, sign: Word) -> Any:
    """Put an amount into the scratch moments of a lane or filter (sign 1), or take it out (-1)."""
    scratch = m.scratch
    scratch[row + S_COUNT] += sign
    scratch[row + S_SUM] += sign * amount
    square_high, square_low = multiply(_U(amount), _U(amount))
    high, low = _U(scratch[row + S_HIGH]), _U(scratch[row + S_LOW])
    if sign > 0:
        high, low = add(high, low, square_high, square_low)
    else:
        high, low = subtract(high, low, square_high, square_low)
    scratch[row + S_HIGH], scratch[row + S_LOW] = np.int64(high), np.int64(low)


@part
def _shift(m: Memory, lane: Word, event: Word, sign: Word) -> Any:
    """Put an event into the scratch moments of a lane and its filters (sign 1), or take it out (-1)."""
    bits, amount = m.log32[2 * event + BITS], m.log[event + AMOUNT]
    _shift_moments(m, lane, amount, sign)
    for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
        if (bits >> m.plan[passing + WHERE]) & 1:
            _shift_moments(m, passing, amount, sign)


@part
def _scan_extremes(m: Memory, row: Word, at: Word, lane: Word, start: Word, end: Word) -> Any:
    scratch = m.scratch
    for position in range(start, end):
        amount = m.log[event_at(m, row, at, np.int64(position)) + AMOUNT]
        scratch[lane + S_MAX] = amount if position == start else max(scratch[lane + S_MAX], amount)
        scratch[lane + S_MIN] = amount if position == start else min(scratch[lane + S_MIN], amount)


@part
def _scan_since(m: Memory, row: Word, at: Word, passing: Word, start: Word, end: Word) -> Any:
    """When the latest event of [start, end) that passes the filter was."""
    for back in range(end - start):
        event = event_at(m, row, at, np.int64(end - 1 - back))
        if (m.log32[2 * event + BITS] >> m.plan[passing + WHERE]) & 1:
            return m.log[event + EVENT_MS]
    return np.int64(NEVER)


@part
def _move_lane(m: Memory, entity: Word, key: Word, lane: Word, limit_ms: Word, end: Word) -> Any:
    """Turn a lane's scratch moments, as of the key's last event, into those of (limit_ms, end). Returns its first position."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
    fields = m.plan[row + FIELDS] if m.plan[lane + DISTINCT_AT] >= 0 else np.int64(0)
    values = m.plan[row + FIELDS_IN]
    for position in range(max(head, end), tail):
        event = event_at(m, row, at, np.int64(position))
        _shift(m, lane, event, -1)
        for field in range(fields):
            half = 2 * event + values + 2 * field
            if m.log32[half] >= 0 and m.log32[half + 1] < head:
                m.scratch[lane + S_DISTINCT + field] -= 1
    start = min(head, end)
    while start < end:
        event = event_at(m, row, at, start)
        if m.log[event + EVENT_MS] > limit_ms:
            break
        _shift(m, lane, event, -1)
        for field in range(fields):
            if m.log32[2 * event + values + 2 * field] >= 0:
                m.scratch[lane + S_DISTINCT + field] -= not _comes_again(m, entity, np.int64(field), key, start, end)
        start += 1
    while start > base:
        event = event_at(m, row, at, start - 1)
        if m.log[event + EVENT_MS] <= limit_ms:
            break
        start -= 1
        _shift(m, lane, event, 1)
        for field in range(fields):
            if m.log32[2 * event + values + 2 * field] >= 0:
                m.scratch[lane + S_DISTINCT + field] += not _comes_again(m, entity, np.int64(field), key, start, end)
    return start


@part
def read_at(m: Memory, entity: Word, key: Word, event_ms: Word, oldest_ms: Word, amount: Word) -> Any:
    """Fill the scratch rows for an event at any time, before or after the key's last, and change nothing.

    Starts from the running moments and visits only the events that the two windows do not share. Events up to `oldest_ms` count
    as expired.
    """
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    end = tail if event_ms >= m.heads[at + LAST_MS] else first_after(m, row, at, event_ms, base, tail)
    for field in range(m.plan[row + FIELDS]):
        m.work[W_SAME + field] = _same_before(m, entity, np.int64(field), key, m.work[W_VALUE + field], end)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
        _read_lane(m, row, at, lane, head, tail)
        start = _move_lane(m, entity, key, lane, max(event_ms - m.plan[lane + WINDOW_MS], oldest_ms), end)
        if m.plan[lane + EXTREMES_AT] >= 0 and (start != head or end != tail):
            _scan_extremes(m, row, at, lane, start, end)
        last_ms = m.log[event_at(m, row, at, end - 1) + EVENT_MS] if start < end else np.int64(NEVER)
        _read_times(m, row, at, lane, start, end, last_ms)
        for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
            if m.plan[passing + SINCE_AT] >= 0:
                m.scratch[passing + S_LAST_MS] = _scan_since(m, row, at, passing, start, end)
        read_latest(m, row, at, lane, start, end, amount)
