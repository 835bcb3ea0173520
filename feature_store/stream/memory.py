"""Bounds of a state, and its arrays: address space is reserved at the bound, memory is taken page by page as it is used."""

import mmap
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from feature_store.columns import PADDING_BYTES
from feature_store.definitions import MAX_EVENTS_PER_KEY, MAX_LATENESS_MS
from feature_store.stream.layout import (
    ARENA_BOUND,
    ARENA_TOP,
    BUCKET_HALVES,
    CATEGORIES_USED,
    CATEGORY_BOUND,
    COUNTERS,
    ENTITIES,
    EVENTS_PER_KEY,
    FREE_KEY,
    FREE_LOG,
    HASH_MASK,
    HASHES,
    HEADS_AT,
    KEY_BOUND,
    KEYS_USED,
    LATENESS,
    LOG_BOUND,
    LOG_TOP,
    NEVER,
    PAIR_ID_BYTES,
    PART_AT,
    PART_WORDS,
    PARTS,
    PLAN_WIDTH,
    RENUMBER_AT,
    STRIDE,
    TABLE_BOUND,
    TABLE_TOP,
    WORK_WORDS,
    Memory,
)
from feature_store.stream.plan import Plan
from feature_store.vocabulary import CATEGORY_DAYS
from kit.pages import populate

_WORD_BYTES = 8
_MAX_KEYS = 2**27 - 1
_ID_WORDS = 8
_CATEGORY_HALVES = CATEGORY_DAYS * BUCKET_HALVES
_HUGE_PAGE_BYTES = 2 * 2**20
_MAP_NORESERVE = 0x4000 if sys.platform == "linux" else 0  # <linux/mman.h>; Python names it from 3.13 on


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a state may grow. Reserving costs address space only.

    `keys` bounds each entity's live keys, `log_bytes` the events, `table_bytes` both hash tables, `categories` the merchant
    categories of all tenants together. `hash_bits` below 64 makes keys collide on purpose, a lower `renumber_at` numbers logs
    afresh sooner: answers stay the same, which tests prove.
    """

    tenants: int = 65_536
    keys: int = 4_000_000
    log_bytes: int = 16 * 2**30
    table_bytes: int = 8 * 2**30
    categories: int = 1_000_000
    max_lateness_ms: int = MAX_LATENESS_MS
    events_per_key: int = MAX_EVENTS_PER_KEY
    hash_bits: int = 64
    renumber_at: int = 2**30

    def __post_init__(self) -> None:
        if not 1 <= self.keys <= _MAX_KEYS:
            raise ValueError(f"between 1 and {_MAX_KEYS} keys an entity")
        if not 1 <= self.events_per_key <= MAX_EVENTS_PER_KEY:
            raise ValueError(f"a key keeps between 1 and {MAX_EVENTS_PER_KEY} events: more would not fit an int64 sum")
        if not 2 * MAX_EVENTS_PER_KEY <= self.renumber_at <= 2**30:
            raise ValueError("positions in a log are numbered afresh well below 2^31, and well above a key's events")
        if self.max_lateness_ms < 0 or self.tenants < 1 or self.categories < 1 or not 1 <= self.hash_bits <= 64:
            raise ValueError("lateness is not negative, there is a tenant and a category, and a hash has 1 to 64 bits")


def reserve(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """Return `count` zeroes that take no memory until they are touched; private to the process, so that a fork snapshots it."""
    kind = np.dtype(dtype)
    size = max(count * kind.itemsize, mmap.PAGESIZE)
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE)
    if size >= _HUGE_PAGE_BYTES and hasattr(mmap, "MADV_HUGEPAGE"):
        area.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(area, kind, count)


def create_memory(plan: Plan, bounds: Bounds) -> Memory:
    """Return the arrays of an empty state."""
    heads = reserve(plan.place(bounds.keys), np.int64)
    log_words = bounds.log_bytes // _WORD_BYTES
    log = reserve(log_words, np.int64)
    table_words = bounds.table_bytes // _WORD_BYTES
    arena_words = bounds.keys * ENTITIES * _ID_WORDS
    counters = np.zeros(COUNTERS, np.int64)
    counters[FREE_KEY : FREE_KEY + ENTITIES] = -1
    counters[FREE_LOG:] = -1
    counters[LOG_BOUND], counters[TABLE_BOUND], counters[ARENA_BOUND] = log_words, table_words, arena_words
    counters[KEY_BOUND], counters[LATENESS] = bounds.keys, bounds.max_lateness_ms
    counters[HASH_MASK] = -1 if bounds.hash_bits == 64 else (1 << bounds.hash_bits) - 1
    counters[CATEGORY_BOUND] = bounds.categories
    counters[EVENTS_PER_KEY], counters[RENUMBER_AT] = bounds.events_per_key, bounds.renumber_at
    parts = np.zeros(2 * PARTS * PART_WORDS, np.int64)
    parts[PART_AT::PART_WORDS] = -1
    return Memory(
        plan=plan.rows.reshape(-1).copy(),
        counters=counters,
        highs=np.full(bounds.tenants, NEVER, np.int64),
        heads=heads,
        heads32=heads.view(np.int32),
        log=log,
        log32=log.view(np.int32),
        tables=reserve(table_words, np.uint64),
        parts=parts,
        days=reserve(bounds.categories * _CATEGORY_HALVES, np.int32),
        arena=reserve(arena_words, np.uint64),
        scratch=np.zeros(plan.rows.size, np.int64),
        work=np.zeros(WORK_WORDS, np.int64),
        pair_ids=np.zeros(PAIR_ID_BYTES + PADDING_BYTES, np.uint8),
        hashes=np.zeros(HASHES * ENTITIES, np.uint64),
    )


def populate_ahead(memory: Memory, *, ahead_bytes: int) -> bool:
    """Have pages behind the used front of each array ready before a kernel needs them; False where the system cannot."""
    counters = memory.counters
    fronts = [
        (memory.log, int(counters[LOG_TOP])),
        (memory.tables, int(counters[TABLE_TOP])),
        (memory.arena, int(counters[ARENA_TOP])),
    ]
    for entity in range(ENTITIES):
        row = memory.plan[entity * PLAN_WIDTH :]
        fronts.append((memory.heads, int(row[HEADS_AT] + counters[KEYS_USED + entity] * row[STRIDE])))
    return all(populate(array, first=word, ahead_bytes=ahead_bytes) for array, word in fronts)


def used_parts(memory: Memory) -> dict[str, NDArray[Any]]:
    """Return views of everything that a state is, and nothing that is only reserved."""
    counters = memory.counters
    found: dict[str, NDArray[Any]] = {
        "counters": counters,
        "highs": memory.highs,
        "parts": memory.parts,
        "log": memory.log[: counters[LOG_TOP]],
        "tables": memory.tables[: counters[TABLE_TOP]],
        "arena": memory.arena[: counters[ARENA_TOP]],
        "days": memory.days[: counters[CATEGORIES_USED] * _CATEGORY_HALVES],
    }
    for entity in range(ENTITIES):
        found[f"heads_{entity}"] = _heads(memory, entity, int(counters[KEYS_USED + entity]))
    return found


def take_counters(memory: Memory, kept: NDArray[np.int64], *, tenants: int) -> None:
    """Make an empty state as large as the one that `kept` counted: what `used_parts` then shows is to be filled.

    `tenants` is the length of its `highs`. Raises ValueError, and then nothing has changed, when it does not fit.
    """
    if kept.shape != memory.counters.shape:
        raise ValueError(f"the snapshot has {len(kept)} counters; this state has {len(memory.counters)}")
    grows = {LOG_TOP: LOG_BOUND, TABLE_TOP: TABLE_BOUND, ARENA_TOP: ARENA_BOUND, CATEGORIES_USED: CATEGORY_BOUND}
    if any(kept[top] > memory.counters[bound] for top, bound in grows.items()):
        raise ValueError("the snapshot holds more than this state's bounds allow")
    if kept[KEYS_USED : KEYS_USED + ENTITIES].max() > memory.counters[KEY_BOUND] or tenants > len(memory.highs):
        raise ValueError("the snapshot holds more keys or tenants than this state's bounds allow")
    same = [LATENESS, HASH_MASK, EVENTS_PER_KEY, RENUMBER_AT]
    if (kept[same] != memory.counters[same]).any():
        raise ValueError("the snapshot was taken with another lateness, hash or events per key")
    own = {bound: int(memory.counters[bound]) for bound in (*grows.values(), KEY_BOUND)}
    memory.counters[:] = kept
    for bound, value in own.items():
        memory.counters[bound] = value


def restore_parts(memory: Memory, parts: Mapping[str, NDArray[Any]]) -> None:
    """Copy what `used_parts` gave into an empty state whose bounds are not smaller. Raises ValueError when it does not fit."""
    take_counters(memory, parts["counters"], tenants=len(parts["highs"]))
    for name, target in used_parts(memory).items():
        if name != "counters":
            target[: len(parts[name])] = parts[name]


def _heads(memory: Memory, entity: int, keys: int) -> NDArray[np.int64]:
    row = memory.plan[entity * PLAN_WIDTH :]
    start, stride = int(row[HEADS_AT]), int(row[STRIDE])
    return memory.heads[start : start + keys * stride]
