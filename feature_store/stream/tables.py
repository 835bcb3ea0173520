"""Open-addressing tables in parts that double on their own, with backward-shift deletion (no tombstones).

A key entry is (hash, key + 1 | entity << 40 | length << 48, place of the id in the arena, tenant); a pair entry is
(pair, position of its latest event). Pairs are exact by construction; keys are compared by tenant, entity and id bytes.
"""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    FIRST_PART,
    FREE_TABLE,
    OK,
    PAIR_ENTRY,
    PAIR_TABLE,
    PART_AT,
    PART_COUNT,
    PART_MASK,
    PART_WORDS,
    TABLE_BOUND,
    TABLE_TOP,
    TABLES_FULL,
    Memory,
)
from feature_store.stream.primitives import mix

_U = np.uint64


@part
def part_of(table: Word, key_hash: Word) -> Any:
    """Where in `parts` the part lies that an entry belongs to."""
    return table + np.int64(key_hash >> _U(56)) * PART_WORDS


@part
def _allocate(m: Memory, words: Word) -> Any:
    """A zeroed block of a power of two words, or -1."""
    order = 0
    while (1 << order) < words:
        order += 1
    at = m.counters[FREE_TABLE + order]
    if at >= 0:
        m.counters[FREE_TABLE + order] = np.int64(m.tables[at])
        for word in range(at, at + words):
            m.tables[word] = _U(0)
        return at
    at = m.counters[TABLE_TOP]
    if at + words > m.counters[TABLE_BOUND]:
        return np.int64(-1)
    m.counters[TABLE_TOP] = at + words
    return at


@part
def _release(m: Memory, at: Word, words: Word) -> Any:
    order = 0
    while (1 << order) < words:
        order += 1
    m.tables[at] = _U(m.counters[FREE_TABLE + order])
    m.counters[FREE_TABLE + order] = at


@part
def entry_hash(m: Memory, entry: Word, width: Word) -> Any:
    """The hash that decides an entry's place."""
    return mix(m.tables[entry]) if width == PAIR_ENTRY else m.tables[entry]


@part
def _is_free(m: Memory, entry: Word, width: Word) -> Any:
    return m.tables[entry + (0 if width == PAIR_ENTRY else 1)] == _U(0)


@part
def make_room(m: Memory, part: Word, width: Word) -> Any:
    """Double a part that is three quarters full. Answers OK or TABLES_FULL."""
    old, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    size = mask + 1 if old >= 0 else np.int64(0)
    if (m.parts[part + PART_COUNT] + 1) * 4 <= size * 3:
        return OK
    bigger = max(size * 2, np.int64(FIRST_PART))
    new = _allocate(m, bigger * width)
    if new < 0:
        return TABLES_FULL
    for entry in range(old, old + size * width, width):
        if not _is_free(m, entry, width):
            slot = np.int64(entry_hash(m, entry, width) & _U(bigger - 1))
            while not _is_free(m, new + slot * width, width):
                slot = (slot + 1) & (bigger - 1)
            for word in range(width):
                m.tables[new + slot * width + word] = m.tables[entry + word]
    if size > 0:
        _release(m, old, size * width)
    m.parts[part + PART_AT] = new
    m.parts[part + PART_MASK] = bigger - 1
    return OK


@part
def free_place(m: Memory, part: Word, key_hash: Word, width: Word) -> Any:
    """The entry that a new hash of this part goes to; count it."""
    at, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    slot = np.int64(key_hash & _U(mask))
    while not _is_free(m, at + slot * width, width):
        slot = (slot + 1) & mask
    m.parts[part + PART_COUNT] += 1
    return at + slot * width


@part
def remove(m: Memory, part: Word, entry: Word, width: Word) -> Any:
    """Take an entry out and move back those that had to step aside for it."""
    at, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    hole = (entry - at) // width
    slot = hole
    while True:
        slot = (slot + 1) & mask
        candidate = at + slot * width
        if _is_free(m, candidate, width):
            break
        home = np.int64(entry_hash(m, candidate, width) & _U(mask))
        if ((slot - home) & mask) >= ((slot - hole) & mask):
            for word in range(width):
                m.tables[at + hole * width + word] = m.tables[candidate + word]
            hole = slot
    for word in range(width):
        m.tables[at + hole * width + word] = _U(0)
    m.parts[part + PART_COUNT] -= 1


@part
def pair_of(entity: Word, field: Word, key: Word, value: Word) -> Any:
    """A non-zero word for (entity, which of its values, key, value): 4, 3, 27 and 30 bits, as their bounds allow."""
    return (_U(entity) << _U(60)) | (_U(field) << _U(57)) | (_U(key) << _U(30)) | _U(value + 1)


@part
def pair_home(m: Memory, pair: Word) -> Any:
    """The entry where the search for a pair begins, for prefetching."""
    pair_hash = mix(pair)
    part = part_of(PAIR_TABLE, pair_hash)
    return max(m.parts[part + PART_AT] + np.int64(pair_hash & _U(m.parts[part + PART_MASK])) * PAIR_ENTRY, np.int64(0))


@part
def find_pair(m: Memory, pair: Word) -> Any:
    """The entry of a pair, or -1."""
    pair_hash = mix(pair)
    part = part_of(PAIR_TABLE, pair_hash)
    at, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    if at < 0:
        return np.int64(-1)
    slot = np.int64(pair_hash & _U(mask))
    while True:
        found = m.tables[at + slot * PAIR_ENTRY]
        if found == pair:
            return at + slot * PAIR_ENTRY
        if found == _U(0):
            return np.int64(-1)
        slot = (slot + 1) & mask


@part
def put_pair(m: Memory, pair: Word, position: Word) -> Any:
    """Remember a pair that is not there yet. Answers OK or TABLES_FULL."""
    pair_hash = mix(pair)
    part = part_of(PAIR_TABLE, pair_hash)
    answer = make_room(m, part, PAIR_ENTRY)
    if answer == OK:
        entry = free_place(m, part, pair_hash, PAIR_ENTRY)
        m.tables[entry] = pair
        m.tables[entry + 1] = _U(position)
    return answer


@part
def drop_pair(m: Memory, pair: Word) -> Any:
    """Forget a pair."""
    entry = find_pair(m, pair)
    if entry >= 0:
        remove(m, part_of(PAIR_TABLE, mix(pair)), entry, PAIR_ENTRY)
