"""The fold itself: resolve the keys of a batch, then take its events through the windows one by one, prefetching ahead."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.event_values import emit_event, take_event
from feature_store.kernels import Word, part
from feature_store.stream.categories import category_of, count_event, emit_category
from feature_store.stream.emit import emit, emit_unknown
from feature_store.stream.keys import head_of, sweep, take_values
from feature_store.stream.labels import emit_labels
from feature_store.stream.late import insert, renumber
from feature_store.stream.layout import (
    DROPPED_MS,
    ENTITIES,
    LAST_MS,
    LATE_EVENTS,
    LATENESS,
    LONGEST_MS,
    NO_KEY,
    OK,
    PLAN_WIDTH,
    RENUMBER_AT,
    TAIL,
    TRUNCATED_EVENTS,
    UNKNOWN_KEY,
    Memory,
)
from feature_store.stream.primitives import pointer_to
from feature_store.stream.reading import read_at, read_lanes, read_nothing
from feature_store.stream.resolve import Own, prefetch_heads, prefetch_logs, resolve
from feature_store.stream.windows import advance, append, expire

_U = np.uint64
_I = np.int64
TRUNCATED, LATE = 1, 2
_HEADS_AHEAD, _LOGS_AHEAD = 6, 3
_SWEEP_STEPS = 1


@part
def _apply_entity(
    m: Memory, entity: Word, keys: Word, row: Word, event_ms: Word, amount: Word, bits: Word, high: Word, out: Word, place: Word
) -> Any:
    """Score one event against one of its keys and insert it. Returns (answer, truncated)."""
    key = _I(keys[row * ENTITIES + entity])
    if key == NO_KEY:
        emit_unknown(m, entity, place, out)
        return OK, False
    take_values(m, entity, keys, row)
    oldest_ms = high - m.counters[LATENESS] - m.plan[entity * PLAN_WIDTH + LONGEST_MS]
    if key == UNKNOWN_KEY:
        read_nothing(m, entity)
        emit(m, entity, event_ms, amount, bits, place, out)
        emit_labels(m, entity, key, event_ms, oldest_ms, False, place, out)
        return OK, False
    at = head_of(m, entity, key)
    truncated = m.heads[at + DROPPED_MS] > event_ms - m.plan[entity * PLAN_WIDTH + LONGEST_MS]
    if m.heads32[2 * at + TAIL] >= m.counters[RENUMBER_AT]:
        renumber(m, entity, key)
    late = event_ms < high - m.counters[LATENESS]
    if late or event_ms < m.heads[at + LAST_MS]:
        read_at(m, entity, key, event_ms, oldest_ms, amount)
        emit(m, entity, event_ms, amount, bits, place, out)
        emit_labels(m, entity, key, event_ms, oldest_ms, False, place, out)
        if late:
            return OK, truncated
        expire(m, entity, key, oldest_ms)
        return insert(m, entity, key, event_ms, amount, bits), truncated
    advance(m, entity, key, event_ms)
    expire(m, entity, key, oldest_ms)
    read_lanes(m, entity, key, amount)
    emit(m, entity, event_ms, amount, bits, place, out)
    emit_labels(m, entity, key, event_ms, oldest_ms, True, place, out)
    return append(m, entity, key, event_ms, amount, bits), truncated


@part
def _peek_entity(
    m: Memory, entity: Word, keys: Word, row: Word, event_ms: Word, amount: Word, bits: Word, high: Word, out: Word, place: Word
) -> Any:
    """Score one event against one of its keys without touching it. Returns whether the window is truncated."""
    key = _I(keys[row * ENTITIES + entity])
    if key == NO_KEY:
        emit_unknown(m, entity, place, out)
        return False
    take_values(m, entity, keys, row)
    truncated = False
    longest_ms = m.plan[entity * PLAN_WIDTH + LONGEST_MS]
    oldest_ms = high - m.counters[LATENESS] - longest_ms
    if key == UNKNOWN_KEY:
        read_nothing(m, entity)
    else:
        read_at(m, entity, key, event_ms, oldest_ms, amount)
        truncated = m.heads[head_of(m, entity, key) + DROPPED_MS] > event_ms - longest_ms
    emit(m, entity, event_ms, amount, bits, place, out)
    emit_labels(m, entity, key, event_ms, oldest_ms, False, place, out)
    return truncated


@part
def _score(
    m: Memory, keys: Word, row: Word, event_ms: Word, amount: Word, bits: Word, high_before: Word, inserts: Word, out: Word,
    width: Word,
) -> Any:  # fmt: skip
    """Score one event against its keys and, when `inserts`, apply it. Returns (answer, truncated)."""
    high = max(high_before, event_ms)
    truncated = False
    for entity in range(ENTITIES):
        if inserts:
            answer, cut = _apply_entity(m, _I(entity), keys, row, event_ms, amount, bits, high, out, row * width)
            if answer != OK:
                return answer, truncated
        else:
            cut = _peek_entity(m, _I(entity), keys, row, event_ms, amount, bits, high, out, row * width)
        truncated = truncated or cut
    return OK, truncated


@part
def _emit_quotients(quotients: NDArray[np.int64], place: Word, first: Word, out: Word) -> Any:
    """Divide features by others, as the vector holds them."""
    for number in range(quotients.shape[0]):
        dividend, divisor = out[place + quotients[number, 0]], out[place + quotients[number, 1]]
        unknown = divisor == 0.0 or np.isnan(divisor)
        out[place + first + number] = np.nan if unknown else np.float32(np.float64(dividend) / np.float64(divisor))


def fold(
    plan: NDArray[np.int64], counters: NDArray[np.int64], highs: NDArray[np.int64], heads: NDArray[np.int64],
    heads32: NDArray[np.int32], log: NDArray[np.int64], log32: NDArray[np.int32], tables: NDArray[np.uint64],
    parts: NDArray[np.int64], days: NDArray[np.int32], arena: NDArray[np.uint64], scratch: NDArray[np.int64],
    work: NDArray[np.int64],
    pair_ids: NDArray[np.uint8], hashes: NDArray[np.uint64], first_event: int, first_quotient: int,
    quotients: NDArray[np.int64], longest_ms: int,
    inserts: bool, keys: NDArray[np.int32], categories: NDArray[np.int32], highs_before: NDArray[np.int64],
    tenant: NDArray[np.int32],
    event_time_ms: NDArray[np.int64], amount_minor: NDArray[np.int64], channel: NDArray[np.int64],
    direction: NDArray[np.int64], mcc: NDArray[np.int64], latitude_e5: NDArray[np.int64], longitude_e5: NDArray[np.int64],
    balance_minor: NDArray[np.int64], buffer: NDArray[np.uint8], spans: NDArray[np.int32], out: NDArray[np.float32],
    flags: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Score a batch and, when `inserts`, apply it. Answers OK or what is full; then the state is no longer whole.

    One flat list of arrays, because a call from Python pays for every level of packing.
    """
    m = Memory(
        pointer_to(plan), pointer_to(counters), pointer_to(highs), pointer_to(heads), pointer_to(heads32), pointer_to(log),
        pointer_to(log32), pointer_to(tables), pointer_to(parts), pointer_to(days), pointer_to(arena), pointer_to(scratch),
        pointer_to(work), pointer_to(pair_ids), pointer_to(hashes),
    )  # fmt: skip
    key, text, vector, width = pointer_to(keys), pointer_to(buffer), pointer_to(out), out.shape[1]
    n = event_time_ms.shape[0]
    if inserts:
        sweep(m, longest_ms, n * _SWEEP_STEPS)
    answer = resolve(m, tenant, event_time_ms, text, spans, inserts, highs_before, key)
    if answer != OK:
        return int(answer)
    for ahead in range(-_HEADS_AHEAD, n):
        for distance in (_HEADS_AHEAD, _LOGS_AHEAD):
            row = ahead + distance
            if 0 <= row < n:
                own = Own(event_time_ms[row], mcc[row], latitude_e5[row], longitude_e5[row])
                if distance == _HEADS_AHEAD:
                    prefetch_heads(m, key, row, own)
                else:
                    prefetch_logs(m, key, row, own)
        if ahead < 0:
            continue
        row = ahead
        event_ms, amount, high = event_time_ms[row], amount_minor[row], highs_before[row]
        bits = take_event(
            m, event_ms, amount, channel[row], direction[row], mcc[row], latitude_e5[row], longitude_e5[row],
            balance_minor[row], text, spans, row,
        )  # fmt: skip
        answer, truncated = _score(m, key, row, event_ms, amount, bits, high, inserts, vector, width)
        if answer != OK:
            return int(answer)
        place, late = row * width, event_ms < high - counters[LATENESS]
        category = category_of(m, _I(tenant[row]), mcc[row])
        emit_category(m, mcc[row], category, event_ms, max(high, event_ms), place, vector)
        categories[row] = NO_KEY
        if inserts and not late:
            answer, category = count_event(m, _I(tenant[row]), mcc[row], category, event_ms)
            if answer != OK:
                return int(answer)
            categories[row] = category
        if first_event < first_quotient:
            emit_event(
                event_ms, amount, channel[row], direction[row], mcc[row], balance_minor[row], bits, text, spans, row, vector,
                place + first_event,
            )  # fmt: skip
        _emit_quotients(quotients, place, first_quotient, vector)
        flags[row] = (TRUNCATED if truncated else 0) | (LATE if late else 0)
        if inserts:
            counters[LATE_EVENTS] += late
            counters[TRUNCATED_EVENTS] += truncated
    return OK
