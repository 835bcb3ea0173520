"""From id bytes to a key's number, and back to nothing when its last event has expired. Ids are compared byte by byte."""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part
from feature_store.stream.layout import (
    ARENA_BOUND,
    ARENA_TOP,
    BASE,
    BITS,
    DROPPED_MS,
    ENTITIES,
    FIELDS,
    FIELDS_IN,
    FIRST_RING,
    FRAUDS_AT,
    FRAUDS_COUNT,
    FRAUDS_RING,
    FREE_ARENA,
    FREE_KEY,
    FREE_LOG,
    FREE_MARK,
    HASH_MASK,
    HEADS_AT,
    IN_USE,
    IS_LAST,
    KEY_BOUND,
    KEY_ENTRY,
    KEY_HASH,
    KEY_LINK,
    KEY_TABLE,
    KEY_WORDS,
    KEYS_FULL,
    KEYS_LIVE,
    KEYS_USED,
    LAST_MS,
    LATENESS,
    LOG_AT,
    LOG_BOUND,
    LOG_FULL,
    LOG_TOP,
    MAX_TOP,
    MIN_TOP,
    NEVER,
    OK,
    PART_AT,
    PART_MASK,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    SOURCE,
    STRIDE,
    SWEEP_AT,
    TAIL,
    TENANT,
    W_OF_EVENT,
    W_VALUE,
    Memory,
)
from feature_store.stream.primitives import hash_bytes, prefetch, same_id
from feature_store.stream.tables import drop_pair, free_place, make_room, pair_of, part_of, remove
from feature_store.vocabulary import Value

_U = np.uint64
_LOW40 = _U((1 << 40) - 1)
_SWEEP_AHEAD = 4
_FIRST_OF_EVENT = int(Value.PLACE)


@part
def head_of(m: Memory, entity: Word, key: Word) -> Any:
    """The first word of a key's header."""
    return m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]


@part
def key_hash(m: Memory, tenant: Word, entity: Word, buffer: Word, start: Word, length: Word) -> Any:
    """The hash of a key; fewer bits only in tests that want collisions."""
    seed = _U(tenant * ENTITIES + entity + 1) * _U(0x9E3779B97F4A7C15)
    return hash_bytes(buffer, start, length, seed) & _U(m.counters[HASH_MASK])


@part
def key_home(m: Memory, hashed: Word) -> Any:
    """The entry where the search for a key begins, for prefetching."""
    part = part_of(KEY_TABLE, hashed)
    return max(m.parts[part + PART_AT] + np.int64(hashed & _U(m.parts[part + PART_MASK])) * KEY_ENTRY, np.int64(0))


@part
def find_key(m: Memory, hashed: Word, tenant: Word, entity: Word, buffer: Word, start: Word, length: Word) -> Any:
    """The key's number, or -1."""
    part = part_of(KEY_TABLE, hashed)
    at, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    if at < 0:
        return np.int64(-1)
    kind = (_U(entity) << _U(40)) | (_U(length) << _U(48))
    slot = np.int64(hashed & _U(mask))
    while True:
        entry = at + slot * KEY_ENTRY
        packed = m.tables[entry + 1]
        if packed == _U(0):
            return np.int64(-1)
        same_kind = m.tables[entry] == hashed and packed & ~_LOW40 == kind and m.tables[entry + 3] == _U(tenant)
        if same_kind and same_id(m.arena, np.int64(m.tables[entry + 2]), buffer, start, length):
            return np.int64(packed & _LOW40) - 1
        slot = (slot + 1) & mask


@part
def ring_order(size: Word) -> Any:
    """The free list of rings of `size` words."""
    order = 0
    while (1 << order) < size:
        order += 1
    return order


@part
def take_ring(m: Memory, size: Word) -> Any:
    """Room for a ring of `size` words (a power of two), or -1."""
    order = ring_order(size)
    at = m.counters[FREE_LOG + order]
    if at >= 0:
        m.counters[FREE_LOG + order] = m.log[at]
        return at
    at = m.counters[LOG_TOP]
    if at + size > m.counters[LOG_BOUND]:
        return np.int64(-1)
    m.counters[LOG_TOP] = at + size
    return at


@part
def give_ring(m: Memory, at: Word, size: Word) -> Any:
    """Return a ring to its free list."""
    order = ring_order(size)
    m.log[at] = m.counters[FREE_LOG + order]
    m.counters[FREE_LOG + order] = at


@part
def give_frauds(m: Memory, frauds: Word) -> Any:
    """Return the ring of a key's list of known frauds, where there is one."""
    room = np.int64(m.heads32[2 * (frauds + FRAUDS_COUNT) + 1])
    if room > 0:
        give_ring(m, m.heads[frauds + FRAUDS_RING], room)
        m.heads32[2 * (frauds + FRAUDS_COUNT) + 1] = 0


@part
def clear_key(m: Memory, entity: Word, key: Word) -> Any:
    """A key with no events: empty lanes and stacks. Its ring and identity stay."""
    at = head_of(m, entity, key)
    for word in range(KEY_WORDS, m.plan[entity * PLAN_WIDTH + STRIDE]):
        m.heads[at + word] = 0
    half = 2 * at
    m.heads32[half + BASE] = 0
    m.heads32[half + TAIL] = 0
    m.heads32[half + MAX_TOP] = -1
    m.heads32[half + MIN_TOP] = -1
    m.heads[at + LAST_MS] = NEVER


@part
def _keep_id(m: Memory, buffer: Word, start: Word, length: Word) -> Any:
    """Copy an id to the arena; where, or -1."""
    words = (length + 7) // 8
    at = m.counters[FREE_ARENA + words]
    if at >= 0:
        m.counters[FREE_ARENA + words] = np.int64(m.arena[at])
    else:
        at = m.counters[ARENA_TOP]
        if at + words > m.counters[ARENA_BOUND]:
            return np.int64(-1)
        m.counters[ARENA_TOP] = at + words
    for word in range(words):
        value = _U(0)
        for byte in range(min(np.int64(8), length - 8 * word)):
            value |= _U(buffer[start + 8 * word + byte]) << _U(8 * byte)
        m.arena[at + word] = value
    return at


@part
def create_key(m: Memory, hashed: Word, tenant: Word, entity: Word, buffer: Word, start: Word, length: Word) -> Any:
    """A new key: (answer, number)."""
    part = part_of(KEY_TABLE, hashed)
    answer = make_room(m, part, KEY_ENTRY)
    key = m.counters[FREE_KEY + entity]
    if answer != OK:
        return answer, np.int64(-1)
    if key < 0 and m.counters[KEYS_USED + entity] >= m.counters[KEY_BOUND]:
        return KEYS_FULL, np.int64(-1)
    ring = take_ring(m, FIRST_RING * m.plan[entity * PLAN_WIDTH + RECORD])
    if ring < 0:
        return LOG_FULL, np.int64(-1)
    where = _keep_id(m, buffer, start, length)
    if where < 0:
        return KEYS_FULL, np.int64(-1)
    if key < 0:
        key = m.counters[KEYS_USED + entity]
        m.counters[KEYS_USED + entity] = key + 1
    else:
        m.counters[FREE_KEY + entity] = m.heads[head_of(m, entity, key) + LOG_AT]
    m.counters[KEYS_LIVE + entity] += 1
    entry = free_place(m, part, hashed, KEY_ENTRY)
    m.tables[entry] = hashed
    m.tables[entry + 1] = _U(key + 1) | (_U(entity) << _U(40)) | (_U(length) << _U(48))
    m.tables[entry + 2] = _U(where)
    m.tables[entry + 3] = _U(tenant)
    at = head_of(m, entity, key)
    m.heads[at + LOG_AT] = ring
    m.heads[at + DROPPED_MS] = NEVER
    m.heads[at + KEY_HASH] = np.int64(hashed)
    m.heads[at + KEY_LINK] = IN_USE
    m.heads32[2 * at + RING_MASK] = FIRST_RING - 1
    m.heads32[2 * at + TENANT] = tenant
    clear_key(m, entity, key)
    return OK, key


@part
def forget_values(m: Memory, entity: Word, key: Word, position: Word) -> Any:
    """Take an event's values out of the pair table where this event was their latest."""
    at = head_of(m, entity, key)
    row = entity * PLAN_WIDTH
    half = 2 * (m.heads[at + LOG_AT] + m.plan[row + RECORD] * (position & np.int64(m.heads32[2 * at + RING_MASK])))
    for field in range(m.plan[row + FIELDS]):
        if m.log32[half + BITS] & (IS_LAST << field):
            value = np.int64(m.log32[half + m.plan[row + FIELDS_IN] + 2 * field])
            drop_pair(m, pair_of(entity, np.int64(field), key, value))


@part
def entry_of(m: Memory, entity: Word, key: Word) -> Any:
    """The entry of a key that is in use."""
    hashed = _U(m.heads[head_of(m, entity, key) + KEY_HASH])
    part = part_of(KEY_TABLE, hashed)
    table, mask = m.parts[part + PART_AT], m.parts[part + PART_MASK]
    slot = np.int64(hashed & _U(mask))
    while m.tables[table + slot * KEY_ENTRY + 1] & _LOW40 != _U(key + 1) or (
        (m.tables[table + slot * KEY_ENTRY + 1] >> _U(40)) & _U(0xFF) != _U(entity)
    ):
        slot = (slot + 1) & mask
    return table + slot * KEY_ENTRY


@part
def _evict(m: Memory, entity: Word, key: Word) -> Any:
    at = head_of(m, entity, key)
    for position in range(m.heads32[2 * at + BASE], m.heads32[2 * at + TAIL]):
        forget_values(m, entity, key, np.int64(position))
    give_ring(m, m.heads[at + LOG_AT], (np.int64(m.heads32[2 * at + RING_MASK]) + 1) * m.plan[entity * PLAN_WIDTH + RECORD])
    if m.plan[entity * PLAN_WIDTH + FRAUDS_AT] >= 0:
        give_frauds(m, at + m.plan[entity * PLAN_WIDTH + FRAUDS_AT])
    part, entry = part_of(KEY_TABLE, _U(m.heads[at + KEY_HASH])), entry_of(m, entity, key)
    words = (np.int64(m.tables[entry + 1] >> _U(48)) + 7) // 8
    where = np.int64(m.tables[entry + 2])
    m.arena[where] = _U(m.counters[FREE_ARENA + words])
    m.counters[FREE_ARENA + words] = where
    remove(m, part, entry, KEY_ENTRY)
    m.heads[at + LOG_AT] = m.counters[FREE_KEY + entity]
    m.heads[at + KEY_LINK] = FREE_MARK
    m.counters[FREE_KEY + entity] = key
    m.counters[KEYS_LIVE + entity] -= 1


@part
def sweep(m: Memory, longest_ms: Word, steps: Word) -> Any:
    """Look at the next `steps` keys of each entity and evict those whose last event no window can hold any more.

    The bound is the longest window of all entities, so that no log still names an evicted key as one of its values.
    """
    for entity in range(ENTITIES):
        used = m.counters[KEYS_USED + entity]
        for _ in range(min(steps, used)):
            key = m.counters[SWEEP_AT + entity] % used
            m.counters[SWEEP_AT + entity] = key + 1
            at = head_of(m, entity, key)
            prefetch(m.heads, at + _SWEEP_AHEAD * m.plan[entity * PLAN_WIDTH + STRIDE])
            if m.heads[at + KEY_LINK] == IN_USE:
                high = m.highs[m.heads32[2 * at + TENANT]]
                if m.heads[at + LAST_MS] <= high - m.counters[LATENESS] - longest_ms:
                    _evict(m, entity, key)


@part
def evict_all_expired(m: Memory, longest_ms: Word) -> Any:
    """One whole round over all keys, for when there is no room left."""
    most = np.int64(0)
    for entity in range(ENTITIES):
        most = max(most, m.counters[KEYS_USED + entity])
    sweep(m, longest_ms, most)


@part
def take_values(m: Memory, entity: Word, keys: Word, place: Word) -> Any:
    """Put the event's counted values into `work`: NO_KEY when missing, UNKNOWN_KEY when never met."""
    row = entity * PLAN_WIDTH
    for field in range(m.plan[row + FIELDS]):
        source = m.plan[row + SOURCE + field]
        if source >= _FIRST_OF_EVENT:
            m.work[W_VALUE + field] = m.work[W_OF_EVENT + source - _FIRST_OF_EVENT]
        else:
            m.work[W_VALUE + field] = np.int64(keys[place * ENTITIES + source])
