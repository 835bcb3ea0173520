"""The largest and smallest amount of every window: monotonic stacks over a key's log, linked by position."""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.keys import head_of
from feature_store.stream.layout import (
    ABOVE,
    AMOUNT,
    BASE,
    BELOW,
    EXTREMES_AT,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LOG_AT,
    MAX_LINK,
    MAX_TOP,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    TAIL,
    Memory,
)


@part
def push(m: Memory, row: Word, at: Word, position: Word, amount: Word, top_at: Word, link: Word, sign: Word) -> Any:
    """Put an event on a monotonic stack (sign 1: max, -1: min). Returns the lowest position that it displaced."""
    ring, mask, base = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), np.int64(m.heads32[2 * at + BASE])
    record = m.plan[row + RECORD]
    top, lowest = np.int64(m.heads32[2 * at + top_at]), position
    while top >= base and sign * m.log[ring + record * (top & mask) + AMOUNT] <= sign * amount:
        lowest = top
        top = np.int64(m.log32[2 * (ring + record * (top & mask)) + link + BELOW])
    if top >= base:
        m.log32[2 * (ring + record * (top & mask)) + link + ABOVE] = position
    else:
        top = np.int64(-1)
    half = 2 * (ring + record * (position & mask)) + link
    m.log32[half + BELOW] = top
    m.log32[half + ABOVE] = position + 1
    m.heads32[2 * at + top_at] = position
    return lowest


@part
def restack(m: Memory, entity: Word, key: Word) -> Any:
    """Build a key's stacks and every lane's extremes afresh, after an event was put before others."""
    row = entity * PLAN_WIDTH
    at = head_of(m, entity, key)
    ring, mask, record = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), m.plan[row + RECORD]
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    for side in range(2):
        link = m.plan[row + MAX_LINK + side]
        if link < 0:
            continue
        top_at, sign = MAX_TOP + side, 1 - 2 * side
        m.heads32[2 * at + top_at] = -1
        for position in range(base, tail):
            push(m, row, at, position, m.log[ring + record * (position & mask) + AMOUNT], top_at, link, sign)
        for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
            if m.plan[lane + EXTREMES_AT] < 0:
                continue
            head, lowest = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])]), np.int64(m.heads32[2 * at + top_at])
            below = lowest
            while below >= max(head, base):
                lowest = below
                below = np.int64(m.log32[2 * (ring + record * (below & mask)) + link + BELOW])
            m.heads32[2 * (at + m.plan[lane + EXTREMES_AT]) + side] = lowest
