"""Where everything lies: one word (int64) layout of counters, keys and events, shared by kernels, growth and snapshots.

State is a handful of flat arrays. Each is reserved at its bound (address space, no memory) and used from the front, so that
growing never copies a large array and a snapshot is the used prefixes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from feature_store.vocabulary import LATEST_EVENTS

ENTITIES = 12
SINGLES = 7  # entities that an event names; the others are pairs of these
MAX_FIELDS = 7  # kinds of values that one entity's events keep
NEVER = -(2**62)
NO_KEY = -1
UNKNOWN_KEY = -2

# counters[...]
LOG_TOP, LOG_BOUND, TABLE_TOP, TABLE_BOUND, ARENA_TOP, ARENA_BOUND = range(6)
KEY_BOUND, LATENESS, HASH_MASK, EVENTS_PER_KEY, LATE_EVENTS, TRUNCATED_EVENTS, RENUMBER_AT = range(6, 13)
CATEGORIES_USED, CATEGORY_BOUND = 13, 14
KEYS_USED, FREE_KEY, SWEEP_AT, KEYS_LIVE = 16, 32, 48, 64
FREE_LOG, FREE_TABLE, FREE_ARENA = 80, 128, 176

COUNTERS = 192

# A day of a tenant's merchant category: days[bucket + ...], in half words. The number of the pair (tenant, mcc) lies in the
# table of pairs, under an entity of its own.
DAY, DAY_EVENTS, DAY_FRAUDS = 0, 1, 2
BUCKET_HALVES = 4
CATEGORY = ENTITIES

# A key: heads[key + ...] in words, heads32[2 * key + ...] in half words; its lanes follow.
LOG_AT, LAST_MS, DROPPED_MS, KEY_HASH, KEY_LINK = 0, 1, 2, 6, 7
BASE, TAIL, MAX_TOP, MIN_TOP, RING_MASK, TENANT = 6, 7, 8, 9, 10, 11
KEY_WORDS = 8
FREE_MARK = -1
IN_USE = -2

# An event in a key's log: log[event + ...] in words, log32[2 * event + ...] in half words. How many words it has, and where its
# links, place and values lie, is the entity's (`plan`); a value has two half words, its number and where it was before.
EVENT_MS, AMOUNT = 0, 1
BITS = 4
EVENT_WORDS = 3
BELOW, ABOVE = 0, 1  # from MAX_LINK or MIN_LINK on
LATITUDE, LONGITUDE = 0, 1  # from PLACE_IN on
IS_LAST = 1 << 16  # << field: the latest event with this value
KNOWN_FRAUD = 1 << 24
HAS_PLACE = 1 << 15
FIRST_RING = 4
LARGEST_RECORD_WORDS = 16
SMALLEST_RECORD_WORDS = 4

# Two open-addressing tables, each of PARTS parts that double on their own: a growth moves 1/256 of the entries.
PARTS = 256
PART_WORDS = 4
KEY_TABLE, PAIR_TABLE = 0, PARTS * PART_WORDS
KEY_ENTRY, PAIR_ENTRY = 4, 2
PART_AT, PART_MASK, PART_COUNT = 0, 1, 2
FIRST_PART = 8
MAX_ID_BYTES = 64
PAIR_ID_BYTES = 8

# The plan, PLAN_WIDTH words a row: entities, lanes, filters, features. Kernels name a row by its first word.
# An entity's row.
LANES_FROM, LANES_TO, FEATURES_FROM, FEATURES_TO, HEADS_AT, STRIDE, RECORD, LONGEST_MS = range(8)
MAX_LINK, MIN_LINK, PLACE_IN, FIELDS, FIELDS_IN, FIRST_PART_OF, SECOND_PART_OF = range(8, 15)
SOURCE = 16  # + field: the value's number in `vocabulary.Value`
# Where a key's header keeps the latest amounts and the last known place, so that no event is read again for them.
AMOUNTS_AT, PLACE_AT = 24, 25
PLACE_POSITION, PLACE_MS, PLACE_E5 = 0, 1, 2  # words from PLACE_AT on; the last holds latitude and longitude
# Features of labels, their delay, the lane whose head is the first event that is not as old, and where the header keeps the
# list of known frauds: the place of its ring, then half words of how many there are and for how many it has room.
LABELS_FROM, LABELS_TO, DELAY_MS, DELAY_LANE, FRAUDS_AT = 26, 27, 28, 29, 30
FRAUDS_RING, FRAUDS_COUNT = 0, 1
FIRST_FRAUDS = 4
# The rows of lanes and of their filters. What is not kept is -1; COUNT_AT is a half word.
WHERE, COUNT_AT, SUM_AT, SQUARES_AT, SINCE_AT, ROW_FEATURES_FROM, ROW_FEATURES_TO = range(7)
# A lane's row alone. DISTINCT_AT is the first of its half words, one a field.
WINDOW_MS, LANE_AT, EXTREMES_AT, DISTINCT_AT, FILTERS_FROM, FILTERS_TO = range(8, 14)
WANTS_MEDIAN, WANTS_PLACE, WANTS_RISING = 14, 15, 16
# Bits of the fields that the lane counts different values of, and of those whose latest same value it asks for.
DISTINCT_FIELDS, SAME_FIELDS = 17, 18
# A feature's row.
AGGREGATION, COLUMN, ITSELF, FIELD = range(4)
LOOKS_BACK_MS = 4  # the window of a feature of labels
DAYS, DELAY_DAYS = 4, 5  # of a feature of a category
# The row after the entities' is the categories': the place of their features, and whether anything is kept for them.
KEEPS_CATEGORIES = 31
PLAN_WIDTH = 32

# scratch[row + ...], for lanes and filters: the window without the event itself. Medians are kept twice and MADs four times as
# large, which makes whole numbers of them.
S_COUNT, S_SUM, S_LOW, S_HIGH, S_MAX, S_MIN, S_LAST_MS, S_FIRST_MS = range(8)
S_DISTINCT, S_SAME_MS = 8, 16  # + field
S_LATEST, S_MEDIAN_2, S_MAD_4, S_PLACE_MS, S_LATITUDE, S_LONGITUDE, S_RISING = range(24, 31)
S_NOTHING_UNTIL = S_LAST_MS  # the words before it are 0 when there is nothing
HASHES = 16

# work[...]: what belongs to the event and the key at hand. Each field's value, and where it was before; the event's own values
# in the order of `vocabulary.Value` from PLACE on; entries; room for sorting.
W_VALUE, W_BEFORE, W_SAME, W_NEW = 0, 8, 16, 24
W_OF_EVENT = 32
W_LATITUDE, W_LONGITUDE = 40, 41
W_ENTRY = 48  # each field's entry in the pair table, as it was found; -1 where there was none
W_SORT = 56
WORK_WORDS = W_SORT + LATEST_EVENTS

# What a kernel answers.
OK, KEYS_FULL, LOG_FULL, TABLES_FULL, ID_TOO_LONG, CATEGORIES_FULL = range(6)


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
    days: NDArray[np.int32]
    arena: NDArray[np.uint64]
    scratch: NDArray[np.int64]
    work: NDArray[np.int64]
    pair_ids: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
