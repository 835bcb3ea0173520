"""In-order windows of one key: a head pointer and running whole-number moments a lane, monotonic stacks for extremes.

Positions count events of the key since its log was last numbered; `position & ring mask` is the place in its ring.
"""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, multiply, subtract
from feature_store.kernels import Word, part
from feature_store.stream.extremes import push
from feature_store.stream.keys import forget_values, give_ring, take_ring
from feature_store.stream.layout import (
    AMOUNT,
    BASE,
    BEFORE,
    BITS,
    DISTINCT_AT,
    DROPPED_MS,
    EVENT_MS,
    EVENTS_PER_KEY,
    EXTREMES_AT,
    HEADS_AT,
    IS_LAST,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LOG_AT,
    LOG_FULL,
    MAX_ABOVE,
    MAX_BELOW,
    MAX_TOP,
    MIN_ABOVE,
    MIN_BELOW,
    MIN_TOP,
    OK,
    PLAN_WIDTH,
    RECORD_WORDS,
    RING_MASK,
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
from feature_store.stream.tables import find_pair, pair_of, put_pair

_U = np.uint64


@part
def _leave(m: Memory, at: Word, lane: Word, event: Word, position: Word) -> Any:
    """Take one event out of a lane's moments."""
    word = at + m.plan[lane + LANE_AT]
    bits = m.log32[2 * event + BITS]
    if (bits >> m.plan[lane + WHERE]) & 1:
        amount = m.log[event + AMOUNT]
        m.heads32[2 * word + 1] -= 1
        if m.plan[lane + SUM_AT] >= 0:
            m.heads[at + m.plan[lane + SUM_AT]] -= amount
        if m.plan[lane + SQUARES_AT] >= 0:
            low = at + m.plan[lane + SQUARES_AT]
            square_high, square_low = multiply(_U(amount), _U(amount))
            high, rest = subtract(_U(m.heads[low + 1]), _U(m.heads[low]), square_high, square_low)
            m.heads[low], m.heads[low + 1] = np.int64(rest), np.int64(high)
    if m.plan[lane + DISTINCT_AT] >= 0:
        half = 2 * (at + m.plan[lane + DISTINCT_AT])
        m.heads32[half] -= np.int32((bits // IS_LAST) & 1)
        m.heads32[half + 1] -= np.int32((bits // (2 * IS_LAST)) & 1)
    if m.plan[lane + EXTREMES_AT] >= 0:
        half = 2 * (at + m.plan[lane + EXTREMES_AT])
        if m.heads32[half] == position:
            m.heads32[half] = m.log32[2 * event + MAX_ABOVE]
        if m.heads32[half + 1] == position:
            m.heads32[half + 1] = m.log32[2 * event + MIN_ABOVE]


@part
def advance(m: Memory, entity: Word, key: Word, event_ms: Word) -> Any:
    """Move every lane's head past the events that `event_ms` no longer sees."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    tail = np.int64(m.heads32[2 * at + TAIL])
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        limit = event_ms - m.plan[lane + WINDOW_MS]
        word = at + m.plan[lane + LANE_AT]
        head = np.int64(m.heads32[2 * word])
        while head < tail:
            event = RECORD_WORDS * (ring + (head & mask))
            if m.log[event + EVENT_MS] > limit:
                break
            _leave(m, at, lane, event, head)
            head += 1
        m.heads32[2 * word] = head


@part
def drop_first(m: Memory, entity: Word, key: Word) -> Any:
    """Take the oldest event out of the log, and out of the lanes that still hold it."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    base = np.int64(m.heads32[2 * at + BASE])
    event = RECORD_WORDS * (m.heads[at + LOG_AT] + (base & m.heads32[2 * at + RING_MASK]))
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        word = at + m.plan[lane + LANE_AT]
        if m.heads32[2 * word] == base:
            _leave(m, at, lane, event, base)
            m.heads32[2 * word] = base + 1
    forget_values(m, entity, key, base)
    m.heads32[2 * at + BASE] = base + 1


@part
def expire(m: Memory, entity: Word, key: Word, limit_ms: Word) -> Any:
    """Drop the events that no event within the lateness can see."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    while base < tail and m.log[RECORD_WORDS * (ring + (base & mask)) + EVENT_MS] <= limit_ms:
        drop_first(m, entity, key)
        base += 1


@part
def _grow(m: Memory, at: Word) -> Any:
    """Double the ring. Answers OK or LOG_FULL."""
    ring, size = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]) + 1
    bigger = take_ring(m, 2 * size)
    if bigger < 0:
        return LOG_FULL
    for position in range(m.heads32[2 * at + BASE], m.heads32[2 * at + TAIL]):
        old = RECORD_WORDS * (ring + (position & (size - 1)))
        new = RECORD_WORDS * (bigger + (position & (2 * size - 1)))
        for word in range(RECORD_WORDS):
            m.log[new + word] = m.log[old + word]
    give_ring(m, ring, size)
    m.heads[at + LOG_AT] = bigger
    m.heads32[2 * at + RING_MASK] = 2 * size - 1
    return OK


@part
def make_place(m: Memory, entity: Word, key: Word) -> Any:
    """Make sure that one more event fits: drop the oldest of a hot key, or double the ring."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    live = np.int64(m.heads32[2 * at + TAIL]) - np.int64(m.heads32[2 * at + BASE])
    if live >= m.counters[EVENTS_PER_KEY]:
        base = np.int64(m.heads32[2 * at + BASE])
        oldest = RECORD_WORDS * (m.heads[at + LOG_AT] + (base & m.heads32[2 * at + RING_MASK]))
        m.heads[at + DROPPED_MS] = max(m.heads[at + DROPPED_MS], m.log[oldest + EVENT_MS])
        drop_first(m, entity, key)
        live -= 1
    return _grow(m, at) if live > m.heads32[2 * at + RING_MASK] else OK


@part
def position_of(m: Memory, entity: Word, field: Word, key: Word, value: Word) -> Any:
    """(position of the latest event with this value or -1, its pair entry or -1)."""
    if value < 0:
        return np.int64(-1), np.int64(-1)
    entry = find_pair(m, pair_of(entity, field, key, value))
    return (np.int64(m.tables[entry + 1]), entry) if entry >= 0 else (np.int64(-1), np.int64(-1))


@part
def _remember(m: Memory, entity: Word, field: Word, key: Word, value: Word, position: Word) -> Any:
    """Make `position` the latest event with this value. Returns (answer, bit to set, position before)."""
    if value < 0:
        return OK, np.int32(0), np.int64(-1)
    bit = np.int32(IS_LAST << field)
    before, entry = position_of(m, entity, field, key, value)
    if entry < 0:
        return put_pair(m, pair_of(entity, field, key, value), position), bit, before
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    half = 2 * RECORD_WORDS * (m.heads[at + LOG_AT] + (before & m.heads32[2 * at + RING_MASK]))
    m.log32[half + BITS] &= ~bit
    m.tables[entry + 1] = _U(position)
    return OK, bit, before


@part
def add_amount(m: Memory, at: Word, lane: Word, amount: Word) -> Any:
    """Add an amount to those moments that the lane keeps."""
    if m.plan[lane + SUM_AT] >= 0:
        m.heads[at + m.plan[lane + SUM_AT]] += amount
    if m.plan[lane + SQUARES_AT] >= 0:
        low = at + m.plan[lane + SQUARES_AT]
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, rest = add(_U(m.heads[low + 1]), _U(m.heads[low]), square_high, square_low)
        m.heads[low], m.heads[low + 1] = np.int64(rest), np.int64(high)


@part
def write_event(
    m: Memory, event: Word, event_ms: Word, amount: Word, bits: Word, value_0: Word, value_1: Word, before_0: Word,
    before_1: Word,
) -> Any:  # fmt: skip
    """Fill an event's words; its places on the stacks are set by pushing it."""
    m.log[event + EVENT_MS] = event_ms
    m.log[event + AMOUNT] = amount
    m.log32[2 * event + VALUE] = value_0
    m.log32[2 * event + VALUE + 1] = value_1
    m.log32[2 * event + BEFORE] = before_0
    m.log32[2 * event + BEFORE + 1] = before_1
    m.log32[2 * event + BITS] = bits


@part
def _join(
    m: Memory,
    at: Word,
    lane: Word,
    position: Word,
    amount: Word,
    bits: Word,
    before_0: Word,
    before_1: Word,
    lowest_max: Word,
    lowest_min: Word,
) -> Any:
    """Put the newest event into a lane's moments."""
    word = at + m.plan[lane + LANE_AT]
    head = np.int64(m.heads32[2 * word])
    if (bits >> m.plan[lane + WHERE]) & 1:
        m.heads32[2 * word + 1] += 1
        add_amount(m, at, lane, amount)
    if m.plan[lane + DISTINCT_AT] >= 0:
        half = 2 * (at + m.plan[lane + DISTINCT_AT])
        m.heads32[half] += np.int32(before_0 < head and (bits & IS_LAST) != 0)
        m.heads32[half + 1] += np.int32(before_1 < head and (bits & (2 * IS_LAST)) != 0)
    if m.plan[lane + EXTREMES_AT] >= 0:
        half = 2 * (at + m.plan[lane + EXTREMES_AT])
        if m.heads32[half] >= lowest_max or m.heads32[half] < head:
            m.heads32[half] = position
        if m.heads32[half + 1] >= lowest_min or m.heads32[half + 1] < head:
            m.heads32[half + 1] = position


@part
def append(m: Memory, entity: Word, key: Word, event_ms: Word, amount: Word, bits: Word, value_0: Word, value_1: Word) -> Any:
    """Insert an event that is not before any of its key's; the lanes have been advanced to it. Answers OK or what is full."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    answer = make_place(m, entity, key)
    if answer != OK:
        return answer
    position = np.int64(m.heads32[2 * at + TAIL])
    answer_0, bit_0, before_0 = _remember(m, entity, 0, key, value_0, position)
    answer_1, bit_1, before_1 = _remember(m, entity, 1, key, value_1, position)
    lowest_max, lowest_min = position, position
    if m.plan[entity * PLAN_WIDTH + WANTS_MAX]:
        lowest_max = push(m, at, position, amount, MAX_TOP, MAX_BELOW, 1)
    if m.plan[entity * PLAN_WIDTH + WANTS_MIN]:
        lowest_min = push(m, at, position, amount, MIN_TOP, MIN_BELOW, -1)
    event = RECORD_WORDS * (m.heads[at + LOG_AT] + (position & m.heads32[2 * at + RING_MASK]))
    kept = np.int32(bits) | bit_0 | bit_1
    write_event(m, event, event_ms, amount, kept, value_0, value_1, before_0, before_1)
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        _join(m, at, lane, position, amount, kept, before_0, before_1, lowest_max, lowest_min)
    m.heads32[2 * at + TAIL] = position + 1
    m.heads[at + LAST_MS] = event_ms
    return answer_0 if answer_0 != OK else answer_1
