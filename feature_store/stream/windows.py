"""In-order windows of one key: a head pointer and running whole-number moments a lane, monotonic stacks for extremes.

Positions count events of the key since its log was last numbered; `position & ring mask` is the place in its ring. `row` is the
entity's row of the plan, `at` the key's header, `event` the first word of an event's record.
"""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, multiply, subtract
from feature_store.kernels import Word, part
from feature_store.stream.extremes import push
from feature_store.stream.frauds import forget_fraud
from feature_store.stream.keys import forget_values, give_ring, head_of, take_ring
from feature_store.stream.latest import keep_latest
from feature_store.stream.layout import (
    ABOVE,
    AMOUNT,
    BASE,
    BITS,
    COUNT_AT,
    DISTINCT_AT,
    DISTINCT_FIELDS,
    DROPPED_MS,
    EVENT_MS,
    EVENTS_PER_KEY,
    EXTREMES_AT,
    FIELDS,
    FIELDS_IN,
    FILTERS_FROM,
    FILTERS_TO,
    IS_LAST,
    KNOWN_FRAUD,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LATITUDE,
    LOG_AT,
    LOG_FULL,
    LONGITUDE,
    MAX_LINK,
    MAX_TOP,
    MIN_LINK,
    MIN_TOP,
    OK,
    PLACE_IN,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    SINCE_AT,
    SQUARES_AT,
    SUM_AT,
    TAIL,
    W_BEFORE,
    W_ENTRY,
    W_LATITUDE,
    W_LONGITUDE,
    W_NEW,
    W_VALUE,
    WHERE,
    WINDOW_MS,
    Memory,
)
from feature_store.stream.tables import find_pair, pair_of, put_pair

_U = np.uint64


@part
def event_at(m: Memory, row: Word, at: Word, position: Word) -> Any:
    """The first word of a key's event."""
    return m.heads[at + LOG_AT] + m.plan[row + RECORD] * (position & np.int64(m.heads32[2 * at + RING_MASK]))


@part
def _leave_moments(m: Memory, at: Word, row: Word, amount: Word) -> Any:
    """Take an amount out of the moments of a lane or filter."""
    m.heads32[2 * at + m.plan[row + COUNT_AT]] -= 1
    if m.plan[row + SUM_AT] >= 0:
        m.heads[at + m.plan[row + SUM_AT]] -= amount
    if m.plan[row + SQUARES_AT] >= 0:
        low = at + m.plan[row + SQUARES_AT]
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, rest = subtract(_U(m.heads[low + 1]), _U(m.heads[low]), square_high, square_low)
        m.heads[low], m.heads[low + 1] = np.int64(rest), np.int64(high)


@part
def join_moments(m: Memory, at: Word, row: Word, amount: Word) -> Any:
    """Add an amount to the moments of a lane or filter."""
    m.heads32[2 * at + m.plan[row + COUNT_AT]] += 1
    if m.plan[row + SUM_AT] >= 0:
        m.heads[at + m.plan[row + SUM_AT]] += amount
    if m.plan[row + SQUARES_AT] >= 0:
        low = at + m.plan[row + SQUARES_AT]
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, rest = add(_U(m.heads[low + 1]), _U(m.heads[low]), square_high, square_low)
        m.heads[low], m.heads[low + 1] = np.int64(rest), np.int64(high)


@part
def _leave(m: Memory, row: Word, at: Word, lane: Word, event: Word, position: Word) -> Any:
    """Take one event out of a lane's moments and of those of its filters."""
    bits, amount = m.log32[2 * event + BITS], m.log[event + AMOUNT]
    _leave_moments(m, at, lane, amount)
    for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
        if (bits >> m.plan[passing + WHERE]) & 1:
            _leave_moments(m, at, passing, amount)
    if m.plan[lane + DISTINCT_AT] >= 0:
        half, fields = 2 * (at + m.plan[lane + DISTINCT_AT]), m.plan[lane + DISTINCT_FIELDS]
        for field in range(m.plan[row + FIELDS]):
            m.heads32[half + field] -= np.int32((fields >> field) & ((bits & (IS_LAST << field)) != 0))
    if m.plan[lane + EXTREMES_AT] >= 0:
        half = 2 * (at + m.plan[lane + EXTREMES_AT])
        if m.heads32[half] == position:
            m.heads32[half] = m.log32[2 * event + m.plan[row + MAX_LINK] + ABOVE]
        if m.heads32[half + 1] == position:
            m.heads32[half + 1] = m.log32[2 * event + m.plan[row + MIN_LINK] + ABOVE]


@part
def advance(m: Memory, entity: Word, key: Word, event_ms: Word) -> Any:
    """Move every lane's head past the events that `event_ms` no longer sees."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    ring, mask, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), m.plan[row + RECORD]
    tail = np.int64(m.heads32[2 * at + TAIL])
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        limit = event_ms - m.plan[lane + WINDOW_MS]
        word = at + m.plan[lane + LANE_AT]
        head = np.int64(m.heads32[2 * word])
        while head < tail:
            event = ring + record * (head & mask)
            if m.log[event + EVENT_MS] > limit:
                break
            _leave(m, row, at, lane, event, head)
            head += 1
        m.heads32[2 * word] = head


@part
def drop_first(m: Memory, entity: Word, key: Word) -> Any:
    """Take the oldest event out of the log, and out of the lanes that still hold it."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base = np.int64(m.heads32[2 * at + BASE])
    event = event_at(m, row, at, base)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        word = at + m.plan[lane + LANE_AT]
        if m.heads32[2 * word] == base:
            _leave(m, row, at, lane, event, base)
            m.heads32[2 * word] = base + 1
    forget_values(m, entity, key, base)
    if m.log32[2 * event + BITS] & KNOWN_FRAUD:
        forget_fraud(m, row, at, m.log[event + EVENT_MS])
    m.heads32[2 * at + BASE] = base + 1


@part
def expire(m: Memory, entity: Word, key: Word, limit_ms: Word) -> Any:
    """Drop the events that no event within the lateness can see."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    while base < tail and m.log[event_at(m, row, at, base) + EVENT_MS] <= limit_ms:
        drop_first(m, entity, key)
        base += 1


@part
def _grow(m: Memory, row: Word, at: Word) -> Any:
    """Double the ring. Answers OK or LOG_FULL."""
    ring, size, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]) + 1, m.plan[row + RECORD]
    bigger = take_ring(m, 2 * size * record)
    if bigger < 0:
        return LOG_FULL
    for position in range(m.heads32[2 * at + BASE], m.heads32[2 * at + TAIL]):
        old = ring + record * (position & (size - 1))
        new = bigger + record * (position & (2 * size - 1))
        for word in range(record):
            m.log[new + word] = m.log[old + word]
    give_ring(m, ring, size * record)
    m.heads[at + LOG_AT] = bigger
    m.heads32[2 * at + RING_MASK] = 2 * size - 1
    return OK


@part
def make_place(m: Memory, entity: Word, key: Word) -> Any:
    """Make sure that one more event fits: drop the oldest of a hot key, or double the ring."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    live = np.int64(m.heads32[2 * at + TAIL]) - np.int64(m.heads32[2 * at + BASE])
    if live >= m.counters[EVENTS_PER_KEY]:
        oldest = event_at(m, row, at, np.int64(m.heads32[2 * at + BASE]))
        m.heads[at + DROPPED_MS] = max(m.heads[at + DROPPED_MS], m.log[oldest + EVENT_MS])
        drop_first(m, entity, key)
        live -= 1
    return _grow(m, row, at) if live > m.heads32[2 * at + RING_MASK] else OK


@part
def position_of(m: Memory, entity: Word, field: Word, key: Word, value: Word) -> Any:
    """(position of the latest event with this value or -1, its pair entry or -1)."""
    if value < 0:
        return np.int64(-1), np.int64(-1)
    entry = find_pair(m, pair_of(entity, field, key, value))
    return (np.int64(m.tables[entry + 1]), entry) if entry >= 0 else (np.int64(-1), np.int64(-1))


@part
def _remember(m: Memory, entity: Word, field: Word, key: Word, value: Word, position: Word, trusts: Word) -> Any:
    """Make `position` the latest event with this value. Returns (answer, bit to set, position before).

    `trusts`: no pair was put since the entries were read. One that was dropped leaves no copy behind; a table that grew does.
    """
    if value < 0:
        return OK, np.int64(0), np.int64(-1)
    bit = np.int64(IS_LAST << field)
    pair, entry = pair_of(entity, field, key, value), m.work[W_ENTRY + field]
    if not trusts or entry < 0 or m.tables[entry] != pair:
        entry = find_pair(m, pair)
    if entry < 0:
        return put_pair(m, pair, position), bit, np.int64(-1)
    before = np.int64(m.tables[entry + 1])
    at = head_of(m, entity, key)
    m.log32[2 * event_at(m, entity * PLAN_WIDTH, at, before) + BITS] &= np.int32(~bit)
    m.tables[entry + 1] = _U(position)
    return OK, bit, before


@part
def write_event(m: Memory, row: Word, event: Word, event_ms: Word, amount: Word, bits: Word) -> Any:
    """Fill an event's words from `work`; its places on the stacks are set by pushing it."""
    m.log[event + EVENT_MS] = event_ms
    m.log[event + AMOUNT] = amount
    half = 2 * event
    m.log32[half + BITS] = bits
    m.log32[half + BITS + 1] = 0
    if m.plan[row + PLACE_IN] >= 0:
        m.log32[half + m.plan[row + PLACE_IN] + LATITUDE] = m.work[W_LATITUDE]
        m.log32[half + m.plan[row + PLACE_IN] + LONGITUDE] = m.work[W_LONGITUDE]
    fields = half + m.plan[row + FIELDS_IN]
    for field in range(m.plan[row + FIELDS]):
        m.log32[fields + 2 * field] = m.work[W_VALUE + field]
        m.log32[fields + 2 * field + 1] = m.work[W_BEFORE + field]


@part
def join_values(m: Memory, row: Word, at: Word, lane: Word, head: Word) -> Any:
    """Count the values that an event brings into a lane: it is the last event with them, and none from `head` on had them."""
    half, fields = 2 * (at + m.plan[lane + DISTINCT_AT]), m.plan[lane + DISTINCT_FIELDS]
    for field in range(m.plan[row + FIELDS]):
        if (fields >> field) & 1:
            m.heads32[half + field] += np.int32(m.work[W_NEW + field] != 0 and m.work[W_BEFORE + field] < head)


@part
def _join(
    m: Memory, row: Word, at: Word, lane: Word, position: Word, event_ms: Word, amount: Word, bits: Word, lowest_max: Word,
    lowest_min: Word,
) -> Any:  # fmt: skip
    """Put the newest event into a lane's moments."""
    head = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
    join_moments(m, at, lane, amount)
    for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
        if (bits >> m.plan[passing + WHERE]) & 1:
            join_moments(m, at, passing, amount)
            if m.plan[passing + SINCE_AT] >= 0:
                m.heads[at + m.plan[passing + SINCE_AT]] = event_ms
    if m.plan[lane + DISTINCT_AT] >= 0:
        join_values(m, row, at, lane, head)
    if m.plan[lane + EXTREMES_AT] >= 0:
        half = 2 * (at + m.plan[lane + EXTREMES_AT])
        if m.heads32[half] >= lowest_max or m.heads32[half] < head:
            m.heads32[half] = position
        if m.heads32[half + 1] >= lowest_min or m.heads32[half + 1] < head:
            m.heads32[half + 1] = position


@part
def append(m: Memory, entity: Word, key: Word, event_ms: Word, amount: Word, bits: Word) -> Any:
    """Insert an event that is not before any of its key's; the lanes have been advanced to it. Answers OK or what is full."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    answer = make_place(m, entity, key)
    if answer != OK:
        return answer
    position = np.int64(m.heads32[2 * at + TAIL])
    kept, trusts = bits, True
    for field in range(m.plan[row + FIELDS]):
        remembered, bit, before = _remember(m, entity, np.int64(field), key, m.work[W_VALUE + field], position, trusts)
        trusts = trusts and (before >= 0 or bit == 0)
        if remembered != OK:
            answer = remembered
        kept |= bit
        m.work[W_BEFORE + field] = before
        m.work[W_NEW + field] = bit
    lowest_max, lowest_min = position, position
    if m.plan[row + MAX_LINK] >= 0:
        lowest_max = push(m, row, at, position, amount, MAX_TOP, m.plan[row + MAX_LINK], 1)
    if m.plan[row + MIN_LINK] >= 0:
        lowest_min = push(m, row, at, position, amount, MIN_TOP, m.plan[row + MIN_LINK], -1)
    write_event(m, row, event_at(m, row, at, position), event_ms, amount, kept)
    keep_latest(m, row, at, position, event_ms, amount, bits)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        _join(m, row, at, lane, position, event_ms, amount, kept, lowest_max, lowest_min)
    m.heads32[2 * at + TAIL] = position + 1
    m.heads[at + LAST_MS] = event_ms
    return answer
