"""Profiles of many keys at once: what each knows at a moment, with no event to compare (`feature_store.profiles`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.kernels import Word, part
from feature_store.stream.emit import emit
from feature_store.stream.keys import entry_of, head_of
from feature_store.stream.labels import emit_labels
from feature_store.stream.layout import (
    BASE,
    EVENT_MS,
    IN_USE,
    KEY_LINK,
    KEYS_USED,
    LATENESS,
    LONGEST_MS,
    MAX_FIELDS,
    NO_KEY,
    PLAN_WIDTH,
    TAIL,
    TENANT,
    W_VALUE,
    Memory,
)
from feature_store.stream.primitives import pointer_to
from feature_store.stream.reading import first_after, read_at
from feature_store.stream.windows import event_at

_U = np.uint64
_NO_AMOUNT, _PASSES_NOTHING = 0, 0


@part
def _has_events(m: Memory, row: Word, at: Word, moment_ms: Word) -> Any:
    """Whether the longest window of a key holds an event at a moment."""
    base, tail = np.int64(m.heads32[2 * at + BASE]), np.int64(m.heads32[2 * at + TAIL])
    end = first_after(m, row, at, moment_ms, base, tail)
    return end > base and m.log[event_at(m, row, at, end - 1) + EVENT_MS] > moment_ms - m.plan[row + LONGEST_MS]


@part
def _copy_id(m: Memory, entity: Word, key: Word, ids: NDArray[np.uint8], row: Word) -> Any:
    """Write a key's id to ids[row]; return its length."""
    entry = entry_of(m, entity, key)
    length, where = np.int64(m.tables[entry + 1] >> _U(48)), np.int64(m.tables[entry + 2])
    for byte in range(length):
        ids[row, byte] = np.uint8((m.arena[where + byte // 8] >> _U(8 * (byte % 8))) & _U(0xFF))
    return length


def read_profiles(
    plan: NDArray[np.int64], counters: NDArray[np.int64], highs: NDArray[np.int64], heads: NDArray[np.int64],
    heads32: NDArray[np.int32], log: NDArray[np.int64], log32: NDArray[np.int32], tables: NDArray[np.uint64],
    parts: NDArray[np.int64], days: NDArray[np.int32], arena: NDArray[np.uint64], scratch: NDArray[np.int64],
    work: NDArray[np.int64],
    pair_ids: NDArray[np.uint8], hashes: NDArray[np.uint64], entity: int, tenant: int, moment_ms: int, first_key: int,
    ids: NDArray[np.uint8], lengths: NDArray[np.int64], out: NDArray[np.float32],
) -> int:  # fmt: skip
    """Read the keys from `first_key` on that have an event in their longest window, as many as there is room for.

    `ids` uint8[n, MAX_ID_BYTES], `lengths` int64[n + 1], whose last word becomes the number of rows, `out` float32[n, F].
    Answers the key to go on with, or -1 after the last.
    """
    m = Memory(
        pointer_to(plan), pointer_to(counters), pointer_to(highs), pointer_to(heads), pointer_to(heads32), pointer_to(log),
        pointer_to(log32), pointer_to(tables), pointer_to(parts), pointer_to(days), pointer_to(arena), pointer_to(scratch),
        pointer_to(work), pointer_to(pair_ids), pointer_to(hashes),
    )  # fmt: skip
    vector, width, room = pointer_to(out), out.shape[1], out.shape[0]
    row = entity * PLAN_WIDTH
    oldest_ms = max(highs[tenant], moment_ms) - counters[LATENESS] - plan[row + LONGEST_MS]
    for field in range(MAX_FIELDS):
        work[W_VALUE + field] = NO_KEY
    count = 0
    for number in range(first_key, counters[KEYS_USED + entity]):
        key = np.int64(number)
        at = head_of(m, entity, key)
        if m.heads[at + KEY_LINK] != IN_USE or m.heads32[2 * at + TENANT] != tenant or not _has_events(m, row, at, moment_ms):
            continue
        if count == room:
            lengths[room] = count
            return int(key)
        amount, place = np.int64(_NO_AMOUNT), np.int64(count * width)
        read_at(m, entity, key, moment_ms, oldest_ms, amount)
        # An event that passes no filter does not count itself.
        emit(m, entity, moment_ms, amount, np.int64(_PASSES_NOTHING), place, vector)
        emit_labels(m, entity, key, moment_ms, oldest_ms, False, place, vector)
        lengths[count] = _copy_id(m, entity, key, ids, count)
        count += 1
    lengths[room] = count
    return -1
