"""Inserting an event where it belongs, before others of its key, and numbering a log afresh."""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.extremes import restack
from feature_store.stream.layout import (
    BASE,
    BEFORE,
    BITS,
    DISTINCT_AT,
    DROPPED_MS,
    EVENTS_PER_KEY,
    EXTREMES_AT,
    HEADS_AT,
    IS_LAST,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LOG_AT,
    MAX_TOP,
    MIN_TOP,
    OK,
    PLAN_WIDTH,
    RECORD_WORDS,
    RING_MASK,
    STRIDE,
    TAIL,
    VALUE,
    WANTS_MAX,
    WANTS_MIN,
    WHERE,
    WINDOW_MS,
    Memory,
)
from feature_store.stream.reading import first_after
from feature_store.stream.tables import pair_of, put_pair
from feature_store.stream.windows import add_amount, make_place, position_of, write_event

_U = np.uint64


@part
def _shift_up(m: Memory, entity: Word, key: Word, place: Word) -> Any:
    """Move the events from `place` on up by one, and every position that names one of them."""
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    tail = np.int64(m.heads32[2 * at + TAIL])
    for position in range(tail - 1, place - 1, -1):
        old, new = RECORD_WORDS * (ring + (position & mask)), RECORD_WORDS * (ring + ((position + 1) & mask))
        for word in range(RECORD_WORDS):
            m.log[new + word] = m.log[old + word]
        for field in range(2):
            if m.log32[2 * new + BEFORE + field] >= place:
                m.log32[2 * new + BEFORE + field] += 1
            if m.log32[2 * new + BITS] & (IS_LAST << field):
                _, entry = position_of(m, entity, field, key, np.int64(m.log32[2 * new + VALUE + field]))
                m.tables[entry + 1] = _U(position + 1)
    m.heads32[2 * at + TAIL] = tail + 1


@part
def _link(m: Memory, entity: Word, field: Word, key: Word, value: Word, place: Word) -> Any:
    """Put the event at `place` into its value's chain.

    Returns (OK or what is full, bit to set, position before, whether the value comes again).
    """
    if value < 0:
        return OK, np.int32(0), np.int64(-1), False
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    bit = np.int32(IS_LAST << field)
    latest, entry = position_of(m, entity, field, key, value)
    if entry < 0:
        return put_pair(m, pair_of(entity, field, key, value), place), bit, np.int64(-1), False
    if latest < place:
        m.log32[2 * RECORD_WORDS * (ring + (latest & mask)) + BITS] &= ~bit
        m.tables[entry + 1] = _U(place)
        return OK, bit, latest, False
    while True:
        after = 2 * RECORD_WORDS * (ring + (latest & mask))
        before = np.int64(m.log32[after + BEFORE + field])
        if before < place:
            m.log32[after + BEFORE + field] = place
            return OK, np.int32(0), before, True
        latest = before


@part
def _join_late(
    m: Memory, at: Word, lane: Word, event_ms: Word, amount: Word, bits: Word, new_0: Word, new_1: Word,
    before_0: Word, before_1: Word,
) -> Any:  # fmt: skip
    """Put an event that is not the newest into a lane's moments, or step past it where the lane no longer sees it."""
    word = at + m.plan[lane + LANE_AT]
    head = np.int64(m.heads32[2 * word])
    if event_ms <= m.heads[at + LAST_MS] - m.plan[lane + WINDOW_MS]:
        m.heads32[2 * word] = head + 1
        return
    if (bits >> m.plan[lane + WHERE]) & 1:
        m.heads32[2 * word + 1] += 1
        add_amount(m, at, lane, amount)
    if m.plan[lane + DISTINCT_AT] >= 0:
        half = 2 * (at + m.plan[lane + DISTINCT_AT])
        m.heads32[half] += np.int32(new_0 and before_0 < head)
        m.heads32[half + 1] += np.int32(new_1 and before_1 < head)


@part
def insert(m: Memory, entity: Word, key: Word, event_ms: Word, amount: Word, bits: Word, value_0: Word, value_1: Word) -> Any:
    """Insert an event before others of its key, after its ties. Answers OK or what is full."""
    row = entity * PLAN_WIDTH
    at = m.plan[row + HEADS_AT] + key * m.plan[row + STRIDE]
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    place = first_after(m, at, event_ms, base, tail)
    if place == base and tail - base >= m.counters[EVENTS_PER_KEY]:
        m.heads[at + DROPPED_MS] = max(m.heads[at + DROPPED_MS], event_ms)
        return OK
    answer = make_place(m, entity, key)
    if answer != OK:
        return answer
    _shift_up(m, entity, key, place)
    answer_0, bit_0, before_0, again_0 = _link(m, entity, 0, key, value_0, place)
    answer_1, bit_1, before_1, again_1 = _link(m, entity, 1, key, value_1, place)
    event = RECORD_WORDS * (m.heads[at + LOG_AT] + (place & m.heads32[2 * at + RING_MASK]))
    write_event(m, event, event_ms, amount, np.int32(bits) | bit_0 | bit_1, value_0, value_1, before_0, before_1)
    new_0, new_1 = value_0 >= 0 and not again_0, value_1 >= 0 and not again_1
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        _join_late(m, at, lane, event_ms, amount, bits, new_0, new_1, before_0, before_1)
    if m.plan[row + WANTS_MAX] or m.plan[row + WANTS_MIN]:
        restack(m, entity, key)
    return answer_0 if answer_0 != OK else answer_1


@part
def renumber(m: Memory, entity: Word, key: Word) -> Any:
    """Count a key's positions from near zero again; a multiple of the ring's size keeps every event where it lies."""
    row = entity * PLAN_WIDTH
    at = m.plan[row + HEADS_AT] + key * m.plan[row + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    less = np.int32(base & ~mask)
    for position in range(base, tail):
        event = 2 * RECORD_WORDS * (ring + (position & mask))
        for half in range(BEFORE, BITS):
            m.log32[event + half] = max(m.log32[event + half] - less, -1)
        for field in range(2):
            if m.log32[event + BITS] & (IS_LAST << field):
                _, entry = position_of(m, entity, field, key, np.int64(m.log32[event + VALUE + field]))
                m.tables[entry + 1] = _U(position - less)
    for half in (BASE, TAIL):
        m.heads32[2 * at + half] -= less
    for half in (MAX_TOP, MIN_TOP):
        m.heads32[2 * at + half] = max(m.heads32[2 * at + half] - less, -1)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        m.heads32[2 * (at + m.plan[lane + LANE_AT])] -= less
        if m.plan[lane + EXTREMES_AT] >= 0:
            for side in range(2):
                half = 2 * (at + m.plan[lane + EXTREMES_AT]) + side
                m.heads32[half] = max(m.heads32[half] - less, -1)
