"""Where everything lies: one word (int64) layout of counters, keys and events, shared by kernels, growth and snapshots.

State is a handful of flat arrays. Each is reserved at its bound (address space, no memory) and used from the front, so that
growing never copies a large array and a snapshot is the used prefixes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ENTITIES = 4
NEVER = -(2**62)
NO_KEY = -1
UNKNOWN_KEY = -2

# counters[...]
LOG_TOP, LOG_BOUND, TABLE_TOP, TABLE_BOUND, ARENA_TOP, ARENA_BOUND = range(6)
KEY_BOUND, LATENESS, HASH_MASK, EVENTS_PER_KEY, LATE_EVENTS, TRUNCATED_EVENTS = range(6, 12)
KEYS_USED, FREE_KEY, SWEEP_AT, KEYS_LIVE, RENUMBER_AT = 12, 16, 20, 24, 28
FREE_LOG, FREE_TABLE, FREE_ARENA = 32, 64, 112
COUNTERS = 128

# A key: heads[key + ...] in words, heads32[2 * key + ...] in half words; its lanes follow.
LOG_AT, LAST_MS, DROPPED_MS, KEY_HASH, KEY_LINK = 0, 1, 2, 6, 7
BASE, TAIL, MAX_TOP, MIN_TOP, RING_MASK, TENANT = 6, 7, 8, 9, 10, 11
KEY_WORDS = 8
FREE_MARK = -1
IN_USE = -2

# An event in a key's log: log[RECORD_WORDS * event + ...] in words, log32[2 * RECORD_WORDS * event + ...] in half words.
RECORD_WORDS = 8
EVENT_MS, AMOUNT = 0, 1
VALUE, BEFORE = 4, 6  # + 0 or 1: the value's key, and where the same value was before
MAX_BELOW, MAX_ABOVE, MIN_BELOW, MIN_ABOVE, BITS = 8, 9, 10, 11, 12
IS_LAST = 16  # << 0 or 1: the latest event with this value
FIRST_RING = 4

# Two open-addressing tables, each of PARTS parts that double on their own: a growth moves 1/256 of the entries.
PARTS = 256
PART_WORDS = 4
KEY_TABLE, PAIR_TABLE = 0, PARTS * PART_WORDS
KEY_ENTRY, PAIR_ENTRY = 4, 2
PART_AT, PART_MASK, PART_COUNT = 0, 1, 2
FIRST_PART = 8
MAX_ID_BYTES = 64

# The plan, PLAN_WIDTH words a row: entities, then lanes, then features. Kernels name lanes and features by their first word.
LANES_FROM, LANES_TO, FEATURES_FROM, FEATURES_TO, HEADS_AT, STRIDE = range(6)
VALUE_ENTITY, WANTS_MAX, WANTS_MIN, LONGEST_MS = 6, 8, 9, 10
WINDOW_MS, WHERE, LANE_AT, SUM_AT, SQUARES_AT, EXTREMES_AT, DISTINCT_AT = range(7)
AGGREGATION, LANE, COLUMN, ITSELF, VALUE_AT = range(5)
PLAN_WIDTH = 12

# scratch[lane + ...]: the window without the event itself.
S_COUNT, S_SUM, S_LOW, S_HIGH, S_MAX, S_MIN, S_DISTINCT, S_LAST_MS, S_SAME_MS = 0, 1, 2, 3, 4, 5, 6, 8, 9
HASHES = 16

# What a kernel answers.
OK, KEYS_FULL, LOG_FULL, TABLES_FULL, ID_TOO_LONG = range(5)


class Memory(NamedTuple):
    """All arrays of a state, flat; the `32` ones are half-word views. Kernels hold bare pointers in the same places."""

    plan: NDArray[np.int64]
    counters: NDArray[np.int64]
    highs: NDArray[np.int64]
    heads: NDArray[np.int64]
    heads32: NDArray[np.int32]
    log: NDArray[np.int64]
    log32: NDArray[np.int32]
    tables: NDArray[np.uint64]
    parts: NDArray[np.int64]
    arena: NDArray[np.uint64]
    scratch: NDArray[np.int64]
    hashes: NDArray[np.uint64]
