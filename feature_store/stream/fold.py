"""The fold itself: resolve the keys of a batch, then take its events through the windows one by one, prefetching ahead."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.columns import ACCOUNT_ID, CARD_ID, CUSTOMER_ID, DEVICE_ID, PAYEE_ID
from feature_store.event_values import emit_event
from feature_store.kernels import Word, part
from feature_store.stream.emit import emit, emit_unknown
from feature_store.stream.keys import create_key, find_key, key_hash, key_home, sweep, value_of
from feature_store.stream.late import read_log, read_nothing, rebuild
from feature_store.stream.layout import (
    DROPPED_MS,
    ENTITIES,
    HASHES,
    HEADS_AT,
    ID_TOO_LONG,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LAST_MS,
    LATE_EVENTS,
    LATENESS,
    LOG_AT,
    LONGEST_MS,
    MAX_ID_BYTES,
    NEVER,
    NO_KEY,
    OK,
    PLAN_WIDTH,
    RECORD_WORDS,
    RENUMBER_AT,
    RING_MASK,
    STRIDE,
    TAIL,
    TRUNCATED_EVENTS,
    UNKNOWN_KEY,
    VALUE_ENTITY,
    Memory,
)
from feature_store.stream.primitives import pointer_to, prefetch
from feature_store.stream.tables import pair_home, pair_of
from feature_store.stream.windows import advance, append, expire, read_lanes

_U = np.uint64
_I = np.int64
TRUNCATED, LATE = 1, 2
_KEYS_AHEAD, _HEADS_AHEAD, _LOGS_AHEAD = 8, 6, 3
_LINE_WORDS = 8
_SWEEP_STEPS = 4


@part
def _field_of(spans: NDArray[np.int32], row: Word, entity: Word) -> Any:
    """The id field that is this entity's key."""
    if entity == 0:
        return CUSTOMER_ID
    if entity == 1:
        return CARD_ID if spans[row, CARD_ID, 1] > spans[row, CARD_ID, 0] else ACCOUNT_ID
    return DEVICE_ID if entity == 2 else PAYEE_ID


@part
def _hash_keys(m: Memory, tenant: NDArray[np.int32], buffer: Word, spans: NDArray[np.int32], row: Word) -> Any:
    for entity in range(ENTITIES):
        field = _field_of(spans, row, entity)
        start, length = _I(spans[row, field, 0]), _I(spans[row, field, 1]) - _I(spans[row, field, 0])
        if length > 0:
            hashed = key_hash(m, _I(tenant[row]), entity, buffer, start, length)
            m.hashes[(row & (HASHES - 1)) * ENTITIES + entity] = hashed
            prefetch(m.tables, key_home(m, hashed))


@part
def _resolve(
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
    for ahead in range(-_KEYS_AHEAD, n):
        if ahead + _KEYS_AHEAD < n:
            _hash_keys(m, tenant, buffer, spans, ahead + _KEYS_AHEAD)
        if ahead < 0:
            continue
        row = ahead
        number = _I(tenant[row])
        high = m.highs[number] if number >= 0 else _I(NEVER)
        highs[row] = high
        inserts = creates and event_time_ms[row] >= high - m.counters[LATENESS]
        if creates and number >= 0 and event_time_ms[row] > high:
            m.highs[number] = event_time_ms[row]
        for entity in range(ENTITIES):
            field = _field_of(spans, row, entity)
            start, length = _I(spans[row, field, 0]), _I(spans[row, field, 1]) - _I(spans[row, field, 0])
            key = _I(NO_KEY)
            if length > MAX_ID_BYTES:
                return ID_TOO_LONG
            if length > 0:
                key = _I(UNKNOWN_KEY)
                if number >= 0:
                    found = find_key(
                        m, m.hashes[(row & (HASHES - 1)) * ENTITIES + entity], number, entity, buffer, start, length
                    )
                    if found < 0 and inserts:
                        answer, found = create_key(
                            m, m.hashes[(row & (HASHES - 1)) * ENTITIES + entity], number, entity, buffer, start, length
                        )
                        if answer != OK:
                            return answer
                    key = found if found >= 0 else key
            keys[row * ENTITIES + entity] = key
    return OK


@part
def _prefetch_heads(m: Memory, keys: Word, row: Word) -> Any:
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
def _prefetch_logs(m: Memory, keys: Word, row: Word) -> Any:
    for entity in range(ENTITIES):
        key = _I(keys[row * ENTITIES + entity])
        if key < 0:
            continue
        at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
        ring, mask = m.heads[at + LOG_AT], _I(m.heads32[2 * at + RING_MASK])
        prefetch(m.log, RECORD_WORDS * (ring + (_I(m.heads32[2 * at + TAIL]) & mask)))
        for lane in range(m.plan[entity * PLAN_WIDTH + LANES_FROM], m.plan[entity * PLAN_WIDTH + LANES_TO], PLAN_WIDTH):
            head = _I(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
            prefetch(m.log, RECORD_WORDS * (ring + (head & mask)))


@part
def _apply_entity(
    m: Memory,
    entity: Word,
    keys: Word,
    row: Word,
    event_ms: Word,
    amount: Word,
    bits: Word,
    high: Word,
    scratch: Word,
    out: Word,
    place: Word,
) -> Any:
    """Score one event against one of its keys and insert it. Returns (answer, truncated)."""
    key = _I(keys[row * ENTITIES + entity])
    if key == NO_KEY:
        emit_unknown(m, entity, place, out)
        return OK, False
    value_0, value_1 = value_of(m, entity, 0, keys, row), value_of(m, entity, 1, keys, row)
    oldest_ms = high - m.counters[LATENESS] - m.plan[entity * PLAN_WIDTH + LONGEST_MS]
    if key == UNKNOWN_KEY:
        read_nothing(m, entity, scratch)
        emit(m, entity, event_ms, amount, bits, value_0, value_1, scratch, place, out)
        return OK, False
    at = m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE]
    truncated = m.heads[at + DROPPED_MS] > event_ms - m.plan[entity * PLAN_WIDTH + LONGEST_MS]
    late = event_ms < high - m.counters[LATENESS]
    if late or event_ms < m.heads[at + LAST_MS]:
        read_log(m, entity, key, event_ms, oldest_ms, value_0, value_1, scratch)
        emit(m, entity, event_ms, amount, bits, value_0, value_1, scratch, place, out)
        if late:
            return OK, truncated
        expire(m, entity, key, oldest_ms)
        return rebuild(m, entity, key, event_ms, amount, bits, value_0, value_1), truncated
    if m.heads32[2 * at + TAIL] >= RENUMBER_AT:
        answer = rebuild(m, entity, key, _I(0), _I(0), _I(0), _I(0), _I(0))
        if answer != OK:
            return answer, truncated
    advance(m, entity, key, event_ms)
    expire(m, entity, key, oldest_ms)
    read_lanes(m, entity, key, value_0, value_1, scratch)
    emit(m, entity, event_ms, amount, bits, value_0, value_1, scratch, place, out)
    return append(m, entity, key, event_ms, amount, bits, value_0, value_1), truncated


@part
def _peek_entity(
    m: Memory,
    entity: Word,
    keys: Word,
    row: Word,
    event_ms: Word,
    amount: Word,
    bits: Word,
    high: Word,
    scratch: Word,
    out: Word,
    place: Word,
) -> Any:
    """Score one event against one of its keys without touching it. Returns whether the window is truncated."""
    key = _I(keys[row * ENTITIES + entity])
    if key == NO_KEY:
        emit_unknown(m, entity, place, out)
        return False
    value_0, value_1 = value_of(m, entity, 0, keys, row), value_of(m, entity, 1, keys, row)
    truncated = False
    if key == UNKNOWN_KEY:
        read_nothing(m, entity, scratch)
    else:
        longest_ms = m.plan[entity * PLAN_WIDTH + LONGEST_MS]
        oldest_ms = high - m.counters[LATENESS] - longest_ms
        read_log(m, entity, key, event_ms, oldest_ms, value_0, value_1, scratch)
        truncated = (
            m.heads[m.plan[entity * PLAN_WIDTH + HEADS_AT] + key * m.plan[entity * PLAN_WIDTH + STRIDE] + DROPPED_MS]
            > event_ms - longest_ms
        )
    emit(m, entity, event_ms, amount, bits, value_0, value_1, scratch, place, out)
    return truncated


@part
def _score(
    m: Memory, keys: Word, row: Word, event_ms: Word, amount: Word, direction: Word, high_before: Word,
    inserts: Word, out: Word, width: Word,
) -> Any:  # fmt: skip
    """Score one event against its keys and, when `inserts`, apply it. Returns (answer, truncated)."""
    bits = _I(1) | (_I(2) << direction)
    high = max(high_before, event_ms)
    truncated = False
    for entity in range(ENTITIES):
        if inserts:
            answer, cut = _apply_entity(m, entity, keys, row, event_ms, amount, bits, high, m.scratch, out, row * width)
            if answer != OK:
                return answer, truncated
        else:
            cut = _peek_entity(m, entity, keys, row, event_ms, amount, bits, high, m.scratch, out, row * width)
        truncated = truncated or cut
    return OK, truncated


def fold(
    plan: NDArray[np.int64], counters: NDArray[np.int64], highs: NDArray[np.int64], heads: NDArray[np.int64],
    heads32: NDArray[np.int32], log: NDArray[np.int64], log32: NDArray[np.int32], tables: NDArray[np.uint64],
    parts: NDArray[np.int64], arena: Word, scratch: Word, hashes: NDArray[np.uint64],
    work: NDArray[np.int64], first_event: int, longest_ms: int, inserts: bool, keys: NDArray[np.int32],
    highs_before: NDArray[np.int64], tenant: NDArray[np.int32], event_time_ms: NDArray[np.int64],
    amount_minor: NDArray[np.int64], channel: NDArray[np.int64], direction: NDArray[np.int64], mcc: NDArray[np.int64],
    buffer: Word, spans: NDArray[np.int32], out: Word, flags: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Score a batch and, when `inserts`, apply it. Answers OK or what is full; then the state is no longer whole.

    One flat list of arrays, because a call from Python pays for every level of packing.
    """
    m = Memory(
        pointer_to(plan), pointer_to(counters), pointer_to(highs), pointer_to(heads), pointer_to(heads32), pointer_to(log),
        pointer_to(log32), pointer_to(tables), pointer_to(parts), pointer_to(arena), pointer_to(scratch), pointer_to(hashes),
        pointer_to(work),
    )  # fmt: skip
    key, text, vector, width = pointer_to(keys), pointer_to(buffer), pointer_to(out), out.shape[1]
    n = event_time_ms.shape[0]
    if inserts:
        sweep(m, longest_ms, n * _SWEEP_STEPS)
    answer = _resolve(m, tenant, event_time_ms, text, spans, inserts, highs_before, key)
    if answer != OK:
        return int(answer)
    for ahead in range(-_HEADS_AHEAD, n):
        if ahead + _HEADS_AHEAD < n:
            _prefetch_heads(m, key, ahead + _HEADS_AHEAD)
        if 0 <= ahead + _LOGS_AHEAD < n:
            _prefetch_logs(m, key, ahead + _LOGS_AHEAD)
        if ahead < 0:
            continue
        row = ahead
        event_ms, amount, high = event_time_ms[row], amount_minor[row], highs_before[row]
        answer, truncated = _score(m, key, row, event_ms, amount, _I(direction[row]), high, inserts, vector, width)
        if answer != OK:
            return int(answer)
        if first_event < width:
            place = row * width + first_event
            emit_event(event_ms, amount, channel[row], direction[row], mcc[row], text, spans, row, vector, place)
        late = event_ms < high - counters[LATENESS]
        flags[row] = (TRUNCATED if truncated else 0) | (LATE if late else 0)
        if inserts:
            counters[LATE_EVENTS] += late
            counters[TRUNCATED_EVENTS] += truncated
    return OK
