"""Inserting an event where it belongs, before others of its key, and numbering a log afresh."""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.extremes import restack
from feature_store.stream.keys import head_of
from feature_store.stream.latest import gather_latest
from feature_store.stream.layout import (
    ABOVE,
    BASE,
    BELOW,
    BITS,
    COUNT_AT,
    DISTINCT_AT,
    DROPPED_MS,
    EVENTS_PER_KEY,
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
    MAX_LINK,
    MAX_TOP,
    MIN_LINK,
    MIN_TOP,
    OK,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    SINCE_AT,
    TAIL,
    W_BEFORE,
    W_NEW,
    W_VALUE,
    WHERE,
    WINDOW_MS,
    Memory,
)
from feature_store.stream.reading import first_after
from feature_store.stream.tables import pair_of, put_pair
from feature_store.stream.windows import event_at, join_moments, join_values, make_place, position_of, write_event

_U = np.uint64


@part
def _shift_up(m: Memory, entity: Word, key: Word, place: Word) -> Any:
    """Move the events from `place` on up by one, and every position that names one of them."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    tail = np.int64(m.heads32[2 * at + TAIL])
    fields = m.plan[row + FIELDS_IN]
    for position in range(tail - 1, place - 1, -1):
        old, new = event_at(m, row, at, np.int64(position)), event_at(m, row, at, np.int64(position) + 1)
        for word in range(m.plan[row + RECORD]):
            m.log[new + word] = m.log[old + word]
        for field in range(m.plan[row + FIELDS]):
            half = 2 * new + fields + 2 * field
            if m.log32[half + 1] >= place:
                m.log32[half + 1] += 1
            if m.log32[2 * new + BITS] & (IS_LAST << field):
                _, entry = position_of(m, entity, np.int64(field), key, np.int64(m.log32[half]))
                m.tables[entry + 1] = _U(position + 1)
    m.heads32[2 * at + TAIL] = tail + 1


@part
def _link(m: Memory, entity: Word, field: Word, key: Word, value: Word, place: Word) -> Any:
    """Put the event at `place` into its value's chain.

    Returns (OK or what is full, bit to set, position before, whether the value comes again).
    """
    if value < 0:
        return OK, np.int64(0), np.int64(-1), False
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    bit = np.int64(IS_LAST << field)
    latest, entry = position_of(m, entity, field, key, value)
    if entry < 0:
        return put_pair(m, pair_of(entity, field, key, value), place), bit, np.int64(-1), False
    if latest < place:
        m.log32[2 * event_at(m, row, at, latest) + BITS] &= np.int32(~bit)
        m.tables[entry + 1] = _U(place)
        return OK, bit, latest, False
    while True:
        after = 2 * event_at(m, row, at, latest) + m.plan[row + FIELDS_IN] + 2 * field + 1
        before = np.int64(m.log32[after])
        if before < place:
            m.log32[after] = place
            return OK, np.int64(0), before, True
        latest = before


@part
def _join_late(m: Memory, row: Word, at: Word, lane: Word, event_ms: Word, amount: Word, bits: Word) -> Any:
    """Put an event that is not the newest into a lane's moments, or step past it where the lane no longer sees it."""
    word = at + m.plan[lane + LANE_AT]
    head = np.int64(m.heads32[2 * word])
    if event_ms <= m.heads[at + LAST_MS] - m.plan[lane + WINDOW_MS]:
        m.heads32[2 * word] = head + 1
        return
    join_moments(m, at, lane, amount)
    for passing in range(m.plan[lane + FILTERS_FROM], m.plan[lane + FILTERS_TO], PLAN_WIDTH):
        if (bits >> m.plan[passing + WHERE]) & 1:
            join_moments(m, at, passing, amount)
            since = at + m.plan[passing + SINCE_AT]
            alone = m.heads32[2 * at + m.plan[passing + COUNT_AT]] == 1
            if m.plan[passing + SINCE_AT] >= 0 and (alone or m.heads[since] < event_ms):
                m.heads[since] = event_ms
    if m.plan[lane + DISTINCT_AT] >= 0:
        join_values(m, row, at, lane, head)


@part
def insert(m: Memory, entity: Word, key: Word, event_ms: Word, amount: Word, bits: Word) -> Any:
    """Insert an event before others of its key, after its ties. Answers OK or what is full."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    place = first_after(m, row, at, event_ms, base, tail)
    if place == base and tail - base >= m.counters[EVENTS_PER_KEY]:
        m.heads[at + DROPPED_MS] = max(m.heads[at + DROPPED_MS], event_ms)
        return OK
    answer = make_place(m, entity, key)
    if answer != OK:
        return answer
    _shift_up(m, entity, key, place)
    kept = bits
    for field in range(m.plan[row + FIELDS]):
        linked, bit, before, again = _link(m, entity, np.int64(field), key, m.work[W_VALUE + field], place)
        if linked != OK:
            answer = linked
        kept |= bit
        m.work[W_BEFORE + field] = before
        m.work[W_NEW + field] = m.work[W_VALUE + field] >= 0 and not again
    write_event(m, row, event_at(m, row, at, place), event_ms, amount, kept)
    for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
        _join_late(m, row, at, lane, event_ms, amount, bits)
    if m.plan[row + MAX_LINK] >= 0 or m.plan[row + MIN_LINK] >= 0:
        restack(m, entity, key)
    gather_latest(m, row, at)
    return answer


@part
def _renumber_event(m: Memory, entity: Word, key: Word, position: Word, less: Word) -> Any:
    row = entity * PLAN_WIDTH
    half = 2 * event_at(m, row, head_of(m, entity, key), position)
    for side in range(2):
        link = m.plan[row + MAX_LINK + side]
        if link >= 0:
            m.log32[half + link + BELOW] = max(m.log32[half + link + BELOW] - less, -1)
            m.log32[half + link + ABOVE] = max(m.log32[half + link + ABOVE] - less, -1)
    for field in range(m.plan[row + FIELDS]):
        of_field = half + m.plan[row + FIELDS_IN] + 2 * field
        m.log32[of_field + 1] = max(m.log32[of_field + 1] - less, -1)
        if m.log32[half + BITS] & (IS_LAST << field):
            _, entry = position_of(m, entity, np.int64(field), key, np.int64(m.log32[of_field]))
            m.tables[entry + 1] = _U(position - less)


@part
def renumber(m: Memory, entity: Word, key: Word) -> Any:
    """Count a key's positions from near zero again; a multiple of the ring's size keeps every event where it lies."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    mask = np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    less = np.int32(base & ~mask)
    for position in range(base, tail):
        _renumber_event(m, entity, key, np.int64(position), less)
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
    gather_latest(m, row, at)
