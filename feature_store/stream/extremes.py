"""The largest and smallest amount of every window: monotonic stacks over a key's log, linked by position."""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    AMOUNT,
    BASE,
    EXTREMES_AT,
    HEADS_AT,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LOG_AT,
    MAX_BELOW,
    MAX_TOP,
    PLAN_WIDTH,
    RECORD_WORDS,
    RING_MASK,
    STRIDE,
    TAIL,
    WANTS_MAX,
    Memory,
)


@part
def push(m: Memory, at: Word, position: Word, amount: Word, top_at: Word, below_at: Word, sign: Word) -> Any:
    """Put an event on a monotonic stack (sign 1: max, -1: min). Returns the lowest position that it displaced."""
    ring, mask, base = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK]), np.int64(m.heads32[2 * at + BASE])
    top, lowest = np.int64(m.heads32[2 * at + top_at]), position
    while top >= base and sign * m.log[RECORD_WORDS * (ring + (top & mask)) + AMOUNT] <= sign * amount:
        lowest = top
        top = np.int64(m.log32[2 * RECORD_WORDS * (ring + (top & mask)) + below_at])
    if top >= base:
        m.log32[2 * RECORD_WORDS * (ring + (top & mask)) + below_at + 1] = position
    else:
        top = np.int64(-1)
    half = 2 * RECORD_WORDS * (ring + (position & mask))
    m.log32[half + below_at] = top
    m.log32[half + below_at + 1] = position + 1
    m.heads32[2 * at + top_at] = position
    return lowest


@part
def restack(m: Memory, entity: Word, key: Word) -> Any:
    """Build a key's stacks and every lane's extremes afresh, after an event was put before others."""
    row = entity * PLAN_WIDTH
    at = m.plan[row + HEADS_AT] + key * m.plan[row + STRIDE]
    ring, mask = m.heads[at + LOG_AT], np.int64(m.heads32[2 * at + RING_MASK])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    for side in range(2):
        if m.plan[row + WANTS_MAX + side] == 0:
            continue
        top_at, below_at, sign = MAX_TOP + side, MAX_BELOW + 2 * side, 1 - 2 * side
        m.heads32[2 * at + top_at] = -1
        for position in range(base, tail):
            push(m, at, position, m.log[RECORD_WORDS * (ring + (position & mask)) + AMOUNT], top_at, below_at, sign)
        for lane in range(m.plan[row + LANES_FROM], m.plan[row + LANES_TO], PLAN_WIDTH):
            if m.plan[lane + EXTREMES_AT] < 0:
                continue
            head, lowest = np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])]), np.int64(m.heads32[2 * at + top_at])
            below = lowest
            while below >= max(head, base):
                lowest = below
                below = np.int64(m.log32[2 * RECORD_WORDS * (ring + (below & mask)) + below_at])
            m.heads32[2 * (at + m.plan[lane + EXTREMES_AT]) + side] = lowest
