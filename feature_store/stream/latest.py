"""What only the latest events of a window say: median and spread of their amounts, the last known place, a run of rises.

A key's header keeps the latest amounts, at `position % LATEST_EVENTS`, and the last known place, so that events in order read
no event again. At any other time they are read from the log.
"""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AMOUNT,
    AMOUNTS_AT,
    BASE,
    BITS,
    EVENT_MS,
    HAS_PLACE,
    LATITUDE,
    LOG_AT,
    LONGITUDE,
    NEVER,
    PLACE_AT,
    PLACE_E5,
    PLACE_IN,
    PLACE_MS,
    PLACE_POSITION,
    RECORD,
    RING_MASK,
    S_LATEST,
    S_LATITUDE,
    S_LONGITUDE,
    S_MAD_4,
    S_MEDIAN_2,
    S_PLACE_MS,
    S_RISING,
    TAIL,
    W_LATITUDE,
    W_LONGITUDE,
    W_SORT,
    WANTS_MEDIAN,
    WANTS_PLACE,
    WANTS_RISING,
    Memory,
)
from feature_store.vocabulary import LATEST_EVENTS


@part
def keep_latest(m: Memory, row: Word, at: Word, position: Word, event_ms: Word, amount: Word, bits: Word) -> Any:
    """Keep the newest event's amount and place in the header."""
    if m.plan[row + AMOUNTS_AT] >= 0:
        m.heads[at + m.plan[row + AMOUNTS_AT] + position % LATEST_EVENTS] = amount
    if m.plan[row + PLACE_AT] >= 0 and bits & HAS_PLACE:
        place = at + m.plan[row + PLACE_AT]
        # One more than the position: zero, as a key begins, is no place.
        m.heads[place + PLACE_POSITION] = position + 1
        m.heads[place + PLACE_MS] = event_ms
        m.heads32[2 * (place + PLACE_E5) + LATITUDE] = m.work[W_LATITUDE]
        m.heads32[2 * (place + PLACE_E5) + LONGITUDE] = m.work[W_LONGITUDE]


@part
def gather_latest(m: Memory, row: Word, at: Word) -> Any:
    """Fill the header's latest amounts and place from the log, after positions changed."""
    if m.plan[row + AMOUNTS_AT] < 0 and m.plan[row + PLACE_AT] < 0:
        return
    ring, mask, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), m.plan[row + RECORD]
    tail = np.int64(m.heads32[2 * at + TAIL])
    place = at + m.plan[row + PLACE_AT]
    if m.plan[row + PLACE_AT] >= 0:
        m.heads[place + PLACE_POSITION] = 0
    for position in range(max(np.int64(m.heads32[2 * at + BASE]), tail - LATEST_EVENTS), tail):
        event = ring + record * (position & mask)
        if m.plan[row + AMOUNTS_AT] >= 0:
            m.heads[at + m.plan[row + AMOUNTS_AT] + position % LATEST_EVENTS] = m.log[event + AMOUNT]
        if m.plan[row + PLACE_AT] >= 0 and m.log32[2 * event + BITS] & HAS_PLACE:
            m.heads[place + PLACE_POSITION] = position + 1
            m.heads[place + PLACE_MS] = m.log[event + EVENT_MS]
            for half in range(2):
                m.heads32[2 * (place + PLACE_E5) + half] = m.log32[2 * event + m.plan[row + PLACE_IN] + half]


@part
def _amount(m: Memory, row: Word, at: Word, position: Word, newest: Word) -> Any:
    """An event's amount: from the header when the newest events are asked for, else from the log."""
    if newest:
        return m.heads[at + m.plan[row + AMOUNTS_AT] + position % LATEST_EVENTS]
    mask = np.int64(m.heads32[2 * at + RING_MASK])
    return m.log[m.heads[at + LOG_AT] + m.plan[row + RECORD] * (position & mask) + AMOUNT]


@part
def _read_medians(m: Memory, row: Word, at: Word, lane: Word, end: Word, count: Word, newest: Word) -> Any:
    """Sort the amounts, and take the distances from their middle outwards: they grow on both sides."""
    for number in range(count):
        amount = _amount(m, row, at, end - 1 - number, newest)
        place = W_SORT + number
        while place > W_SORT and m.work[place - 1] > amount:
            m.work[place] = m.work[place - 1]
            place -= 1
        m.work[place] = amount
    median_2 = m.work[W_SORT + (count - 1) // 2] + m.work[W_SORT + count // 2]
    above = W_SORT + count // 2
    below = above - 1
    one, other = np.int64(0), np.int64(0)
    for _ in range(count // 2 + 1):  # the distances in order, up to the two in the middle
        from_above = 2 * m.work[above] - median_2 if above < W_SORT + count else np.int64(2**62)
        from_below = median_2 - 2 * m.work[below] if below >= W_SORT else np.int64(2**62)
        one = other
        if from_above <= from_below:
            other = from_above
            above += 1
        else:
            other = from_below
            below -= 1
    m.scratch[lane + S_MEDIAN_2] = median_2
    m.scratch[lane + S_MAD_4] = 2 * other if count % 2 else one + other


@part
def _read_place(m: Memory, row: Word, at: Word, lane: Word, end: Word, count: Word, newest: Word) -> Any:
    m.scratch[lane + S_PLACE_MS] = NEVER
    if newest:
        place = at + m.plan[row + PLACE_AT]
        if m.heads[place + PLACE_POSITION] > end - count:
            m.scratch[lane + S_PLACE_MS] = m.heads[place + PLACE_MS]
            m.scratch[lane + S_LATITUDE] = m.heads32[2 * (place + PLACE_E5) + LATITUDE]
            m.scratch[lane + S_LONGITUDE] = m.heads32[2 * (place + PLACE_E5) + LONGITUDE]
        return
    ring, mask, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), m.plan[row + RECORD]
    for back in range(count):
        event = ring + record * ((end - 1 - back) & mask)
        if m.log32[2 * event + BITS] & HAS_PLACE:
            m.scratch[lane + S_PLACE_MS] = m.log[event + EVENT_MS]
            m.scratch[lane + S_LATITUDE] = m.log32[2 * event + m.plan[row + PLACE_IN] + LATITUDE]
            m.scratch[lane + S_LONGITUDE] = m.log32[2 * event + m.plan[row + PLACE_IN] + LONGITUDE]
            return


@part
def _read_rising(m: Memory, row: Word, at: Word, lane: Word, end: Word, count: Word, amount: Word, newest: Word) -> Any:
    next_amount, run = amount, np.int64(0)
    for back in range(count):
        earlier = _amount(m, row, at, end - 1 - back, newest)
        if earlier >= next_amount:
            break
        next_amount = earlier
        run += 1
    m.scratch[lane + S_RISING] = run


@part
def read_latest(m: Memory, row: Word, at: Word, lane: Word, start: Word, end: Word, amount: Word) -> Any:
    """Fill a lane's scratch row with what the latest events of [start, end) say, where a feature asks for it."""
    wants_median, wants_place = m.plan[lane + WANTS_MEDIAN] > 0, m.plan[lane + WANTS_PLACE] > 0
    if not (wants_median or wants_place or m.plan[lane + WANTS_RISING] > 0):
        return
    newest = end == np.int64(m.heads32[2 * at + TAIL])
    count = max(min(end - start, np.int64(LATEST_EVENTS)), np.int64(0))
    m.scratch[lane + S_LATEST] = count
    if wants_median and count > 0:
        _read_medians(m, row, at, lane, end, count, newest)
    if wants_place:
        _read_place(m, row, at, lane, end, count, newest)
    if m.plan[lane + WANTS_RISING] > 0:
        _read_rising(m, row, at, lane, end, count, amount, newest)
