"""A key's list of known frauds: their event times in ascending order, in a ring of the log; nothing for a key that has none.

The list says how many there are and when; which events they are is a bit of theirs, which travels with them wherever they move.
"""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.keys import give_frauds, take_ring
from feature_store.stream.layout import FIRST_FRAUDS, FRAUDS_AT, FRAUDS_COUNT, FRAUDS_RING, LOG_FULL, OK, Memory


@part
def fraud_count(m: Memory, row: Word, at: Word) -> Any:
    """How many known frauds a key has in its log."""
    return np.int64(m.heads32[2 * (at + m.plan[row + FRAUDS_AT] + FRAUDS_COUNT)])


@part
def fraud_ms(m: Memory, row: Word, at: Word, number: Word) -> Any:
    """When a key's `number`-th known fraud happened, counted from the oldest."""
    return m.log[m.heads[at + m.plan[row + FRAUDS_AT] + FRAUDS_RING] + number]


@part
def frauds_until(m: Memory, row: Word, at: Word, limit_ms: Word) -> Any:
    """How many of a key's known frauds happened up to `limit_ms`."""
    start, stop = np.int64(0), fraud_count(m, row, at)
    while start < stop:
        middle = (start + stop) // 2
        if fraud_ms(m, row, at, middle) > limit_ms:
            stop = middle
        else:
            start = middle + 1
    return start


@part
def remember_fraud(m: Memory, row: Word, at: Word, event_ms: Word) -> Any:
    """Put a time into the list. Answers OK or LOG_FULL."""
    frauds = at + m.plan[row + FRAUDS_AT]
    half = 2 * (frauds + FRAUDS_COUNT)
    count, room = np.int64(m.heads32[half]), np.int64(m.heads32[half + 1])
    if count == room:
        bigger = max(2 * room, np.int64(FIRST_FRAUDS))
        ring = take_ring(m, bigger)
        if ring < 0:
            return LOG_FULL
        for number in range(count):
            m.log[ring + number] = m.log[m.heads[frauds + FRAUDS_RING] + number]
        give_frauds(m, frauds)
        m.heads[frauds + FRAUDS_RING] = ring
        m.heads32[half + 1] = bigger
    ring = m.heads[frauds + FRAUDS_RING]
    place = count
    while place > 0 and m.log[ring + place - 1] > event_ms:
        m.log[ring + place] = m.log[ring + place - 1]
        place -= 1
    m.log[ring + place] = event_ms
    m.heads32[half] = count + 1
    return OK


@part
def forget_fraud(m: Memory, row: Word, at: Word, event_ms: Word) -> Any:
    """Take one of a time that is in the list out of it."""
    frauds = at + m.plan[row + FRAUDS_AT]
    half = 2 * (frauds + FRAUDS_COUNT)
    count, ring = np.int64(m.heads32[half]), m.heads[frauds + FRAUDS_RING]
    for number in range(frauds_until(m, row, at, event_ms), count):
        m.log[ring + number - 1] = m.log[ring + number]
    m.heads32[half] = count - 1
    if count == 1:
        give_frauds(m, frauds)
