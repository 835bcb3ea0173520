"""What turned out since: marking a known fraud in the logs of its keys, and the features that look at known frauds.

Events of the same key, millisecond and amount are interchangeable here: of those the first that is not marked is marked, and
the first that is marked is cleared.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.kernels import Word, part
from feature_store.stream.categories import count_fraud
from feature_store.stream.frauds import forget_fraud, fraud_ms, frauds_until, remember_fraud
from feature_store.stream.keys import head_of
from feature_store.stream.layout import (
    AGGREGATION,
    AMOUNT,
    BASE,
    BITS,
    COLUMN,
    DELAY_LANE,
    DELAY_MS,
    EVENT_MS,
    FRAUDS_AT,
    IN_USE,
    KEY_LINK,
    KNOWN_FRAUD,
    LABELS_FROM,
    LABELS_TO,
    LANE_AT,
    LOOKS_BACK_MS,
    NEVER,
    OK,
    PLAN_WIDTH,
    TAIL,
    TENANT,
    Memory,
)
from feature_store.stream.primitives import pointer_to
from feature_store.stream.reading import first_after
from feature_store.stream.windows import event_at
from feature_store.vocabulary import LABELLED, LATEST_EVENTS, Aggregation

_LABELLED = tuple(map(int, LABELLED))
_FRAUDS, _SHARE = int(Aggregation.FRAUDS), int(Aggregation.FRAUD_SHARE)
_STREAK, _STREAK_AGE = int(Aggregation.FRAUD_STREAK), int(Aggregation.STREAK_AGE)
_SINCE_FRAUD = int(Aggregation.TIME_SINCE_FRAUD)


@part
def _mark(m: Memory, entity: Word, key: Word, tenant: Word, event_ms: Word, amount: Word, fraud: Word) -> Any:
    """Mark or clear one event of a key. Returns (OK or LOG_FULL, whether there was one)."""
    row = entity * PLAN_WIDTH
    if key < 0 or m.plan[row + FRAUDS_AT] < 0:
        return OK, False
    at = head_of(m, entity, key)
    if m.heads[at + KEY_LINK] != IN_USE or m.heads32[2 * at + TENANT] != tenant:
        return OK, False
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    for position in range(first_after(m, row, at, event_ms - 1, base, tail), tail):
        event = event_at(m, row, at, np.int64(position))
        if m.log[event + EVENT_MS] != event_ms:
            break
        marked = (m.log32[2 * event + BITS] & KNOWN_FRAUD) != 0
        if m.log[event + AMOUNT] != amount or marked == fraud:
            continue
        if fraud:
            answer = remember_fraud(m, row, at, event_ms)
            if answer == OK:
                m.log32[2 * event + BITS] |= KNOWN_FRAUD
            return answer, True
        m.log32[2 * event + BITS] &= ~KNOWN_FRAUD
        forget_fraud(m, row, at, event_ms)
        return OK, True
    return OK, False


def label(
    plan: NDArray[np.int64], counters: NDArray[np.int64], highs: NDArray[np.int64], heads: NDArray[np.int64],
    heads32: NDArray[np.int32], log: NDArray[np.int64], log32: NDArray[np.int32], tables: NDArray[np.uint64],
    parts: NDArray[np.int64], days: NDArray[np.int32], arena: NDArray[np.uint64], scratch: NDArray[np.int64],
    work: NDArray[np.int64],
    pair_ids: NDArray[np.uint8], hashes: NDArray[np.uint64], tenant: int, keys: NDArray[np.int32], event_ms: int, amount: int,
    fraud: bool,
) -> int:  # fmt: skip
    """Mark (or clear) an event in the logs of its keys, one of each of `LABELLED`, and on its category's day.

    The last of `keys` is the category's number. Answers OK or LOG_FULL.
    """
    m = Memory(
        pointer_to(plan), pointer_to(counters), pointer_to(highs), pointer_to(heads), pointer_to(heads32), pointer_to(log),
        pointer_to(log32), pointer_to(tables), pointer_to(parts), pointer_to(days), pointer_to(arena), pointer_to(scratch),
        pointer_to(work), pointer_to(pair_ids), pointer_to(hashes),
    )  # fmt: skip
    for number in range(len(_LABELLED)):
        answer, _ = _mark(m, np.int64(_LABELLED[number]), np.int64(keys[number]), tenant, event_ms, amount, fraud)
        if answer != OK:
            return int(answer)
    count_fraud(m, np.int64(keys[len(_LABELLED)]), event_ms, np.int64(1 if fraud else -1))
    return OK


@part
def _streak(m: Memory, row: Word, at: Word, limit_ms: Word, event_ms: Word, settled: Word) -> Any:
    """Going back over the latest events of known status after `limit_ms`, `LATEST_EVENTS` at most.

    Events before position `settled` are old enough to be judged; of younger ones only the known frauds are of known status.
    Returns (how many are fraud before the first good one, when the first of those was, when the good one was, or NEVER).
    """
    stop = frauds_until(m, row, at, event_ms)
    start = max(frauds_until(m, row, at, event_ms - m.plan[row + DELAY_MS]), frauds_until(m, row, at, limit_ms))
    run = max(min(stop - start, np.int64(LATEST_EVENTS)), np.int64(0))
    first_ms = fraud_ms(m, row, at, stop - run) if run > 0 else np.int64(NEVER)
    base = np.int64(m.heads32[2 * at + BASE])
    position = settled - 1
    while run < LATEST_EVENTS and position >= base:
        event = event_at(m, row, at, position)
        then_ms = m.log[event + EVENT_MS]
        if then_ms <= limit_ms:
            break
        if not m.log32[2 * event + BITS] & KNOWN_FRAUD:
            return run, first_ms, then_ms
        run += 1
        first_ms = then_ms
        position -= 1
    return run, first_ms, np.int64(NEVER)


@part
def _share(m: Memory, row: Word, at: Word, limit_ms: Word, until_ms: Word, settled: Word) -> Any:
    """Known frauds as a share of the events in (limit_ms, until_ms]; a key without frauds reads one event."""
    base = np.int64(m.heads32[2 * at + BASE])
    if settled == base or m.log[event_at(m, row, at, settled - 1) + EVENT_MS] <= limit_ms:
        return np.nan
    frauds = frauds_until(m, row, at, until_ms) - frauds_until(m, row, at, limit_ms)
    if frauds == 0:
        return 0.0
    return np.float64(frauds) / np.float64(settled - first_after(m, row, at, limit_ms, base, settled))


@part
def _seconds_since(event_ms: Word, then_ms: Word) -> Any:
    return np.nan if then_ms == NEVER else np.float64(event_ms - then_ms) / 1000.0


@part
def _value(
    m: Memory, row: Word, at: Word, aggregation: Word, window_ms: Word, event_ms: Word, oldest_ms: Word, settled: Word
) -> Any:
    limit_ms = max(event_ms - window_ms, oldest_ms)
    if aggregation == _FRAUDS:
        return np.float64(frauds_until(m, row, at, event_ms) - frauds_until(m, row, at, limit_ms))
    if aggregation == _SHARE:
        until_ms = event_ms - m.plan[row + DELAY_MS]
        return _share(m, row, at, max(until_ms - window_ms, oldest_ms), until_ms, settled)
    if aggregation == _SINCE_FRAUD:
        last = frauds_until(m, row, at, event_ms) - 1
        if last < 0 or fraud_ms(m, row, at, last) <= limit_ms:
            return np.nan
        return _seconds_since(event_ms, fraud_ms(m, row, at, last))
    run, first_ms, good_ms = _streak(m, row, at, limit_ms, event_ms, settled)
    if aggregation == _STREAK:
        return np.float64(run)
    return _seconds_since(event_ms, first_ms if aggregation == _STREAK_AGE else good_ms)


@part
def _settled(m: Memory, row: Word, at: Word, event_ms: Word, in_order: Word) -> Any:
    """The first position whose event is not old enough to be judged: the head of a lane, when it was advanced to the event."""
    lane = m.plan[row + DELAY_LANE]
    if lane < 0:
        return np.int64(0)
    if in_order:
        return np.int64(m.heads32[2 * (at + m.plan[lane + LANE_AT])])
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    return first_after(m, row, at, event_ms - m.plan[row + DELAY_MS], base, tail)


@part
def emit_labels(
    m: Memory, entity: Word, key: Word, event_ms: Word, oldest_ms: Word, in_order: Word, place: Word, out: Word
) -> Any:
    """Write an entity's features of labels of one event to out[place:]; a key below zero has no events.

    `in_order`: the lanes have been advanced to the event. Events up to `oldest_ms` count as expired.
    """
    row = entity * PLAN_WIDTH
    if m.plan[row + LABELS_FROM] == m.plan[row + LABELS_TO]:
        return
    at = head_of(m, entity, max(key, np.int64(0)))
    settled = _settled(m, row, at, event_ms, in_order) if key >= 0 else np.int64(0)
    for feature in range(m.plan[row + LABELS_FROM], m.plan[row + LABELS_TO], PLAN_WIDTH):
        aggregation = m.plan[feature + AGGREGATION]
        if key >= 0:
            value = _value(m, row, at, aggregation, m.plan[feature + LOOKS_BACK_MS], event_ms, oldest_ms, settled)
        else:
            value = 0.0 if aggregation in (_FRAUDS, _STREAK) else np.nan
        out[place + m.plan[feature + COLUMN]] = np.float32(value)
