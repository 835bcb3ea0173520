"""What happens before the fold: ids become keys, and memory that will be needed is asked for a few events ahead.

Every stage runs some events ahead of the one that reads what it asked for: hash and table line, id in the arena, key and pair
lines, events of the log.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.columns import ACCOUNT_ID, CARD_ID, CUSTOMER_ID, DEVICE_ID, PAYEE_ID
from feature_store.kernels import Word, part
from feature_store.stream.keys import create_key, find_key, key_hash, key_home
from feature_store.stream.layout import (
    BASE,
    ENTITIES,
    HASHES,
    HEADS_AT,
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
    PLAN_WIDTH,
    RECORD_WORDS,
    RING_MASK,
    STRIDE,
    TAIL,
    UNKNOWN_KEY,
    VALUE_ENTITY,
    Memory,
)
from feature_store.stream.primitives import prefetch
from feature_store.stream.tables import find_pair, pair_home, pair_of

_I = np.int64
_HASHES_AHEAD, _IDS_AHEAD = 12, 6
_LINE_WORDS = 8


@part
def _span_of(spans: NDArray[np.int32], row: Word, entity: Word) -> Any:
    """(start, length) of the id that is this entity's key."""
    field = CUSTOMER_ID
    if entity == 1:
        field = CARD_ID if spans[row, CARD_ID, 1] > spans[row, CARD_ID, 0] else ACCOUNT_ID
    elif entity == 2:
        field = DEVICE_ID
    elif entity == 3:
        field = PAYEE_ID
    return _I(spans[row, field, 0]), _I(spans[row, field, 1]) - _I(spans[row, field, 0])


@part
def _hash_keys(m: Memory, tenant: NDArray[np.int32], buffer: Word, spans: NDArray[np.int32], row: Word) -> Any:
    for entity in range(ENTITIES):
        start, length = _span_of(spans, row, entity)
        if length > 0:
            hashed = key_hash(m, _I(tenant[row]), entity, buffer, start, length)
            m.hashes[(row & (HASHES - 1)) * ENTITIES + entity] = hashed
            prefetch(m.tables, key_home(m, hashed))


@part
def _prefetch_ids(m: Memory, spans: NDArray[np.int32], row: Word) -> Any:
    for entity in range(ENTITIES):
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
        for entity in range(ENTITIES):
            answer, key = _resolve_key(m, number, entity, buffer, spans, row, inserts)
            if answer != OK:
                return answer
            keys[row * ENTITIES + entity] = key
    return OK


@part
def prefetch_heads(m: Memory, keys: Word, row: Word) -> Any:
    """Ask for the headers of a row's keys, and for the pairs that its values make."""
    for entity in range(ENTITIES):
        key = _I(keys[row * ENTITIES + entity])
        if key < 0:
            continue
        at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
        for word in range(0, m.plan[entity * PLAN_WIDTH + STRIDE], _LINE_WORDS):
            prefetch(m.heads, at + word)
        for field in range(2):
            other = m.plan[entity * PLAN_WIDTH + VALUE_ENTITY + field]
            if other >= 0 and keys[row * ENTITIES + other] >= 0:
                prefetch(m.tables, pair_home(m, pair_of(entity, field, key, _I(keys[row * ENTITIES + other]))))


@part
def prefetch_logs(m: Memory, keys: Word, row: Word) -> Any:
    """Ask for the events that a row will touch: the place of the new one, oldest, heads, and latest ones of the same values."""
    for entity in range(ENTITIES):
        key = _I(keys[row * ENTITIES + entity])
        if key < 0:
            continue
        at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
        ring, mask = m.heads[at + LOG_AT], _I(m.heads32[2 * at + RING_MASK])
        prefetch(m.log, RECORD_WORDS * (ring + (_I(m.heads32[2 * at + TAIL]) & mask)))
        last = _I(m.heads32[2 * at + BASE])
        prefetch(m.log, RECORD_WORDS * (ring + (last & mask)))
        for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
            head = _I(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
            if head != last:
                prefetch(m.log, RECORD_WORDS * (ring + (head & mask)))
                prefetch(m.log, RECORD_WORDS * (ring + ((head + 1) & mask)))
            last = head
        for field in range(2):
            other = m.plan[entity * PLAN_WIDTH + VALUE_ENTITY + field]
            if other >= 0 and keys[row * ENTITIES + other] >= 0:
                entry = find_pair(m, pair_of(entity, field, key, _I(keys[row * ENTITIES + other])))
                if entry >= 0:
                    prefetch(m.log, RECORD_WORDS * (ring + (_I(m.tables[entry + 1]) & mask)))
