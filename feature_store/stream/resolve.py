"""What happens before the fold: ids become keys, and memory that will be needed is asked for a few events ahead.

Every stage runs some events ahead of the one that reads what it asked for: hash and table line, id in the arena, key and pair
lines, events of the log.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feature_store.columns import ACCOUNT_ID, CARD_ID, CUSTOMER_ID, DEVICE_ID, IP, MERCHANT_ID, PAYEE_ID
from feature_store.event_values import value_of_event
from feature_store.kernels import Word, part
from feature_store.stream.keys import create_key, find_key, head_of, key_hash, key_home
from feature_store.stream.layout import (
    BASE,
    DELAY_LANE,
    ENTITIES,
    FIELDS,
    FIRST_PART_OF,
    HASHES,
    ID_TOO_LONG,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LATENESS,
    LOG_AT,
    MAX_ID_BYTES,
    NEVER,
    NO_KEY,
    OK,
    PAIR_ID_BYTES,
    PLAN_WIDTH,
    RECORD,
    RING_MASK,
    SECOND_PART_OF,
    SINGLES,
    SOURCE,
    STRIDE,
    TAIL,
    UNKNOWN_KEY,
    Memory,
)
from feature_store.stream.primitives import prefetch
from feature_store.stream.tables import find_pair, pair_home, pair_of
from feature_store.vocabulary import Value

_I = np.int64
_HASHES_AHEAD, _IDS_AHEAD = 12, 6
_LINE_WORDS = 8
_FIELD_OF = (CUSTOMER_ID, ACCOUNT_ID, CARD_ID, DEVICE_ID, IP, MERCHANT_ID, PAYEE_ID)  # in the order of `vocabulary.Entity`
_FIRST_OF_EVENT = int(Value.PLACE)


class Own(NamedTuple):
    """What an event says by itself that is counted."""

    event_ms: Word
    mcc: Word
    latitude_e5: Word
    longitude_e5: Word


@part
def _span_of(spans: NDArray[np.int32], row: Word, entity: Word) -> Any:
    """(start, length) of the id that is this entity's key."""
    field = _FIELD_OF[entity]
    return _I(spans[row, field, 0]), _I(spans[row, field, 1]) - _I(spans[row, field, 0])


@part
def _hash_keys(m: Memory, tenant: NDArray[np.int32], buffer: Word, spans: NDArray[np.int32], row: Word) -> Any:
    for entity in range(SINGLES):
        start, length = _span_of(spans, row, entity)
        if length > 0:
            hashed = key_hash(m, _I(tenant[row]), entity, buffer, start, length)
            m.hashes[(row & (HASHES - 1)) * ENTITIES + entity] = hashed
            prefetch(m.tables, key_home(m, hashed))


@part
def _prefetch_ids(m: Memory, spans: NDArray[np.int32], row: Word) -> Any:
    for entity in range(SINGLES):
        if _span_of(spans, row, entity)[1] > 0:
            home = key_home(m, m.hashes[(row & (HASHES - 1)) * ENTITIES + entity])
            prefetch(m.arena, _I(m.tables[home + 2]))


@part
def _resolve_key(
    m: Memory, number: Word, entity: Word, buffer: Word, spans: NDArray[np.int32], row: Word, creates: Word
) -> Any:
    """(OK or what is full, key)."""
    start, length = _span_of(spans, row, entity)
    if length > MAX_ID_BYTES:
        return ID_TOO_LONG, _I(NO_KEY)
    if length <= 0:
        return OK, _I(NO_KEY)
    if number < 0:
        return OK, _I(UNKNOWN_KEY)
    hashed = m.hashes[(row & (HASHES - 1)) * ENTITIES + entity]
    found = find_key(m, hashed, number, entity, buffer, start, length)
    if found >= 0 or not creates:
        return OK, found if found >= 0 else _I(UNKNOWN_KEY)
    return create_key(m, hashed, number, entity, buffer, start, length)


@part
def _resolve_singles(
    m: Memory,
    tenant: NDArray[np.int32],
    event_time_ms: NDArray[np.int64],
    buffer: Word,
    spans: NDArray[np.int32],
    creates: Word,
    highs: NDArray[np.int64],
    keys: Word,
) -> Any:
    n = event_time_ms.shape[0]
    for row in range(-_HASHES_AHEAD, n):
        if row + _HASHES_AHEAD < n:
            _hash_keys(m, tenant, buffer, spans, row + _HASHES_AHEAD)
        if 0 <= row + _IDS_AHEAD < n:
            _prefetch_ids(m, spans, row + _IDS_AHEAD)
        if row < 0:
            continue
        number = _I(tenant[row])
        high = m.highs[number] if number >= 0 else _I(NEVER)
        highs[row] = high
        inserts = creates and event_time_ms[row] >= high - m.counters[LATENESS]
        if creates and number >= 0 and event_time_ms[row] > high:
            m.highs[number] = event_time_ms[row]
        for entity in range(SINGLES):
            answer, key = _resolve_key(m, number, entity, buffer, spans, row, inserts)
            if answer != OK:
                return answer
            keys[row * ENTITIES + entity] = key
    return OK


@part
def _hash_pair(m: Memory, tenant: Word, entity: Word, keys: Word, row: Word) -> Any:
    """Spell the pair's id into `pair_ids`: the numbers of its two keys. Returns (OK or why there is none, hash).

    A number may be used again once its key has expired, and the pair's last event is no younger than either of its keys': what
    an old pair of the same tenant still holds is outside every window.
    """
    first = _I(keys[row * ENTITIES + m.plan[entity * PLAN_WIDTH + FIRST_PART_OF]])
    second = _I(keys[row * ENTITIES + m.plan[entity * PLAN_WIDTH + SECOND_PART_OF]])
    if first == NO_KEY or second == NO_KEY:
        return _I(NO_KEY), np.uint64(0)
    if first < 0 or second < 0:
        return _I(UNKNOWN_KEY), np.uint64(0)
    for byte in range(4):
        m.pair_ids[byte] = np.uint8((first >> (8 * byte)) & 0xFF)
        m.pair_ids[4 + byte] = np.uint8((second >> (8 * byte)) & 0xFF)
    return _I(OK), key_hash(m, tenant, entity, m.pair_ids, _I(0), _I(PAIR_ID_BYTES))


@part
def _resolve_pairs(
    m: Memory,
    tenant: NDArray[np.int32],
    event_time_ms: NDArray[np.int64],
    creates: Word,
    highs: NDArray[np.int64],
    keys: Word,
) -> Any:
    n = event_time_ms.shape[0]
    for row in range(-_IDS_AHEAD, n):
        if row + _IDS_AHEAD < n:
            ahead = row + _IDS_AHEAD
            for entity in range(SINGLES, ENTITIES):
                if m.plan[entity * PLAN_WIDTH + LANES_FROM] < m.plan[entity * PLAN_WIDTH + LANES_TO]:
                    state, hashed = _hash_pair(m, _I(tenant[ahead]), _I(entity), keys, ahead)
                    m.hashes[(ahead & (HASHES - 1)) * ENTITIES + entity] = hashed
                    if state == OK:
                        prefetch(m.tables, key_home(m, hashed))
        if row < 0:
            continue
        inserts = creates and event_time_ms[row] >= highs[row] - m.counters[LATENESS]
        for entity in range(SINGLES, ENTITIES):
            answer, key = OK, _I(NO_KEY)
            if m.plan[entity * PLAN_WIDTH + LANES_FROM] < m.plan[entity * PLAN_WIDTH + LANES_TO]:
                answer, key = _resolve_pair(m, _I(tenant[row]), _I(entity), keys, row, inserts)
            if answer != OK:
                return answer
            keys[row * ENTITIES + entity] = key
    return OK


@part
def _resolve_pair(m: Memory, number: Word, entity: Word, keys: Word, row: Word, creates: Word) -> Any:
    """(OK or what is full, key)."""
    state, hashed = _hash_pair(m, number, entity, keys, row)
    if state != OK:
        return OK, state
    found = find_key(m, hashed, number, entity, m.pair_ids, _I(0), _I(PAIR_ID_BYTES))
    if found >= 0 or not creates:
        return OK, found if found >= 0 else _I(UNKNOWN_KEY)
    return create_key(m, hashed, number, entity, m.pair_ids, _I(0), _I(PAIR_ID_BYTES))


@part
def resolve(
    m: Memory,
    tenant: NDArray[np.int32],
    event_time_ms: NDArray[np.int64],
    buffer: Word,
    spans: NDArray[np.int32],
    creates: Word,
    highs: NDArray[np.int64],
    keys: Word,
) -> Any:
    """Fill each row's keys and the tenant's highest event time before it. Answers OK or what is full."""
    answer = _resolve_singles(m, tenant, event_time_ms, buffer, spans, creates, highs, keys)
    return answer if answer != OK else _resolve_pairs(m, tenant, event_time_ms, creates, highs, keys)


@part
def _value_key(m: Memory, entity: Word, field: Word, keys: Word, row: Word, own: Word) -> Any:
    """An event's `field`-th counted value, or a negative number. `own` is what it says by itself, see `Own`."""
    source = m.plan[entity * PLAN_WIDTH + SOURCE + field]
    if source < _FIRST_OF_EVENT:
        return _I(keys[row * ENTITIES + source])
    return value_of_event(source, own.event_ms, own.mcc, own.latitude_e5, own.longitude_e5)


@part
def prefetch_heads(m: Memory, keys: Word, row: Word, own: Word) -> Any:
    """Ask for the headers of a row's keys, and for the pairs that its values make."""
    for entity in range(ENTITIES):
        key = _I(keys[row * ENTITIES + entity])
        if key < 0:
            continue
        at = head_of(m, entity, key)
        for word in range(0, m.plan[entity * PLAN_WIDTH + STRIDE], _LINE_WORDS):
            prefetch(m.heads, at + word)
        for field in range(m.plan[entity * PLAN_WIDTH + FIELDS]):
            value = _value_key(m, entity, field, keys, row, own)
            if value >= 0:
                prefetch(m.tables, pair_home(m, pair_of(entity, field, key, value)))


@part
def prefetch_logs(m: Memory, keys: Word, row: Word, own: Word) -> Any:
    """Ask for the events that a row will touch: the place of the new one, oldest, heads, and latest ones of the same values."""
    for entity in range(ENTITIES):
        key = _I(keys[row * ENTITIES + entity])
        if key < 0:
            continue
        plan = entity * PLAN_WIDTH
        at = head_of(m, entity, key)
        ring, mask, record = m.heads[at + LOG_AT], _I(m.heads32[2 * at + RING_MASK]), m.plan[plan + RECORD]
        prefetch(m.log, ring + record * (_I(m.heads32[2 * at + TAIL]) & mask))
        last = _I(m.heads32[2 * at + BASE])
        prefetch(m.log, ring + record * (last & mask))
        for lane in range(m.plan[plan + LANES_FROM], m.plan[plan + LANES_TO], PLAN_WIDTH):
            head = _I(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
            if head != last:
                prefetch(m.log, ring + record * (head & mask))
                prefetch(m.log, ring + record * ((head + 1) & mask))
            last = head
            if lane == m.plan[plan + DELAY_LANE]:  # the youngest event that is old enough to be judged
                prefetch(m.log, ring + record * ((head - 1) & mask))
        for field in range(m.plan[plan + FIELDS]):
            value = _value_key(m, entity, field, keys, row, own)
            if value >= 0:
                entry = find_pair(m, pair_of(entity, field, key, value))
                if entry >= 0:
                    prefetch(m.log, ring + record * (_I(m.tables[entry + 1]) & mask))
