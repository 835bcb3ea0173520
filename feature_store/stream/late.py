"""What is not in order: reading a window by looking at its events, and inserting an event where it belongs."""

from typing import Any

import numpy as np

from feature_store.arithmetic import add, multiply
from feature_store.kernels import Word, part
from feature_store.stream.keys import clear_key, forget_values
from feature_store.stream.layout import (
    AMOUNT,
    BASE,
    BEFORE,
    BITS,
    DROPPED_MS,
    EVENT_MS,
    EVENTS_PER_KEY,
    HEADS_AT,
    IS_LAST,
    LANES_FROM,
    LANES_TO,
    LOG_AT,
    NEVER,
    OK,
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
    STRIDE,
    TAIL,
    VALUE,
    WHERE,
    WINDOW_MS,
    WORK_WIDTH,
    Memory,
)
from feature_store.stream.windows import advance, append

_U = np.uint64
_ALL_BITS = IS_LAST - 1


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
def read_nothing(m: Memory, entity: Word, scratch: Word) -> Any:
    """Fill the scratch rows of an entity's lanes as for a key that has no events."""
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        for word in range(S_LAST_MS):
            scratch[lane + word] = 0
        for word in range(S_LAST_MS, S_SAME_MS + 2):
            scratch[lane + word] = NEVER


@part
def _read_event(m: Memory, event: Word, lane: Word, head: Word, value_0: Word, value_1: Word, scratch: Word) -> Any:
    bits, amount, event_ms = m.log32[2 * event + BITS], m.log[event + AMOUNT], m.log[event + EVENT_MS]
    if (bits >> m.plan[lane + WHERE]) & 1:
        count = scratch[lane + S_COUNT]
        scratch[lane + S_MAX] = max(scratch[lane + S_MAX], amount) if count else amount
        scratch[lane + S_MIN] = min(scratch[lane + S_MIN], amount) if count else amount
        scratch[lane + S_COUNT] = count + 1
        scratch[lane + S_SUM] += amount
        square_high, square_low = multiply(_U(amount), _U(amount))
        high, low = add(_U(scratch[lane + S_HIGH]), _U(scratch[lane + S_LOW]), square_high, square_low)
        scratch[lane + S_HIGH], scratch[lane + S_LOW] = np.int64(high), np.int64(low)
    scratch[lane + S_LAST_MS] = event_ms
    for field in range(2):
        value = np.int64(m.log32[2 * event + VALUE + field])
        if value >= 0:
            scratch[lane + S_DISTINCT + field] += m.log32[2 * event + BEFORE + field] < head
            if value == (value_0 if field == 0 else value_1):
                scratch[lane + S_SAME_MS + field] = event_ms


@part
def read_log(
    m: Memory,
    entity: Word,
    key: Word,
    event_ms: Word,
    oldest_ms: Word,
    value_0: Word,
    value_1: Word,
    scratch: Word,
) -> Any:
    """Fill the scratch rows from the key's log for an event at any time; events up to `oldest_ms` count as expired."""
    read_nothing(m, entity, scratch)
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    end = first_after(m, at, event_ms, base, tail)
    for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
        head = first_after(m, at, max(event_ms - m.plan[lane + WINDOW_MS], oldest_ms), base, end)
        for position in range(head, end):
            _read_event(m, RECORD_WORDS * (ring + (position & mask)), lane, head, value_0, value_1, scratch)


@part
def rebuild(m: Memory, entity: Word, key: Word, event_ms: Word, amount: Word, bits: Word, value_0: Word, value_1: Word) -> Any:
    """Number a key's log afresh by way of the work area, with one more event in its place (after its ties) unless `bits` is 0.

    Answers OK or what is full.
    """
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    place = first_after(m, at, event_ms, base, tail) - base if bits else np.int64(-1)
    count = tail - base + (1 if bits else 0)
    events = m.work
    row = 0
    for position in range(base, tail):
        row += row == place
        event = RECORD_WORDS * (ring + (position & mask))
        events[row * WORK_WIDTH + 0], events[row * WORK_WIDTH + 1] = m.log[event + EVENT_MS], m.log[event + AMOUNT]
        events[row * WORK_WIDTH + 2] = m.log32[2 * event + BITS] & _ALL_BITS
        events[row * WORK_WIDTH + 3], events[row * WORK_WIDTH + 4] = m.log32[2 * event + VALUE], m.log32[2 * event + VALUE + 1]
        forget_values(m, entity, key, position)
        row += 1
    if bits:
        events[place * WORK_WIDTH + 0], events[place * WORK_WIDTH + 1], events[place * WORK_WIDTH + 2] = event_ms, amount, bits
        events[place * WORK_WIDTH + 3], events[place * WORK_WIDTH + 4] = value_0, value_1
    clear_key(m, entity, key)
    first = np.int64(0)
    if count > m.counters[EVENTS_PER_KEY]:
        m.heads[at + DROPPED_MS] = max(m.heads[at + DROPPED_MS], events[0])
        first = np.int64(1)
    for row in range(first, count):
        advance(m, entity, key, events[row * WORK_WIDTH + 0])
        answer = append(
            m,
            entity,
            key,
            events[row * WORK_WIDTH + 0],
            events[row * WORK_WIDTH + 1],
            events[row * WORK_WIDTH + 2],
            events[row * WORK_WIDTH + 3],
            events[row * WORK_WIDTH + 4],
        )
        if answer != OK:
            return answer
    return OK
