"""`FeatureState`: the windows of every key, and the vectors that events get from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar

import numpy as np
from numba import types
from numpy.typing import NDArray

from contracts import transactions
from feature_store import columns, kernels
from feature_store.columns import EventColumns, TenantNumbers, columns_from_transactions
from feature_store.definitions import CATALOGUE, feature_set_of
from feature_store.stream import fold, labels, layout, profiles
from feature_store.stream.asked import asked_rows
from feature_store.stream.fold import LATE, TRUNCATED
from feature_store.stream.layout import ENTITIES
from feature_store.stream.memory import Bounds, create_memory, populate_ahead, restore_parts, take_counters, used_parts
from feature_store.stream.plan import compile_plan
from feature_store.vocabulary import LABELLED, Entity, Feature, WindowFeature
from kit.errors import DomainError

__all__ = ["LATE", "TRUNCATED", "Bounds", "FeatureState", "StateFull", "StateStats", "StateUsage"]

_WORD_BYTES = 8
LABEL_KEYS = len(LABELLED) + 1
_PROFILE_ROWS = 4_096


class StateFull(DomainError):
    """A bound of the feature state was reached in the middle of a batch; the state is no longer whole."""

    code: ClassVar[str] = "feature-state-full"
    title: ClassVar[str] = "The feature state has reached a bound"
    remedy: ClassVar[str] = "End the process, raise the bound that the detail names, and restore from the log."


@dataclass(frozen=True, slots=True)
class StateStats:
    """How large a state is. `bytes_used` counts what is in use at the front of each array, free lists included."""

    keys: dict[str, int]
    tenants: int
    log_events_capacity: int
    bytes_used: int
    late_events: int
    truncated_events: int
    hot_keys: int


@dataclass(frozen=True, slots=True)
class StateUsage:
    """Live keys of each entity, bytes of their events and of the tables that find them, each with its bound; all bytes in use.

    What was freed and is not yet used again counts as in use.
    """

    keys: dict[str, int]
    keys_bound: int
    log_bytes: int
    log_bound_bytes: int
    table_bytes: int
    table_bound_bytes: int
    bytes_used: int


def _array(kind: Any, dimensions: int, layout_code: str, *, readonly: bool = False) -> Any:
    return types.Array(kind, dimensions, layout_code, readonly=readonly)


def _memory_types() -> list[Any]:
    words, halves, bytes_ = (_array(kind, 1, "C") for kind in (types.int64, types.int32, types.uint8))
    table = _array(types.uint64, 1, "C")
    return [words, words, words, words, halves, words, halves, table, words, halves, table, words, words, bytes_, table]


@cache
def _label_kernel() -> Callable[..., int]:
    keys = _array(types.int32, 1, "C")
    return kernels.compiled(
        labels.label, types.int64(*_memory_types(), types.int64, keys, types.int64, types.int64, types.boolean)
    )


@cache
def _profile_kernel() -> Callable[..., int]:
    numbers = [types.int64] * 4
    answers = [_array(types.uint8, 2, "C"), _array(types.int64, 1, "C"), _array(types.float32, 2, "C")]
    return kernels.compiled(profiles.read_profiles, types.int64(*_memory_types(), *numbers, *answers))


@cache
def _kernel() -> Callable[..., int]:
    strided = _array(types.int64, 1, "A", readonly=True)
    batch = [_array(types.int32, 1, "C"), _array(types.int32, 1, "C"), _array(types.int64, 1, "C")]
    events = [
        _array(types.int32, 1, "A", readonly=True), *[strided] * 8,
        _array(types.uint8, 1, "C", readonly=True), _array(types.int32, 3, "A", readonly=True),
    ]  # fmt: skip
    results = [_array(types.float32, 2, "C"), _array(types.uint8, 1, "C")]
    quotients = _array(types.int64, 2, "C")
    signature = types.int64(
        *_memory_types(), types.int64, types.int64, quotients, types.int64, types.boolean, *batch, *events, *results
    )
    return kernels.compiled(fold.fold, signature)


class FeatureState:
    """Folds events in the order in which they come. Not for use by two threads at once; kernels release the GIL."""

    def __init__(self, bounds: Bounds | None = None, *, catalogue: Sequence[Feature] = CATALOGUE) -> None:
        self.bounds = bounds or Bounds()
        self.feature_set = feature_set_of(tuple(catalogue))
        self._catalogue = tuple(catalogue)
        self._plan = compile_plan(catalogue)
        self._memory = create_memory(self._plan, self.bounds)
        self._first_event, self._longest_ms = self._plan.first_event_column, self._plan.longest_ms
        self._first_external = self._plan.first_quotient + len(self._plan.quotients)
        self._run, self._label = _kernel(), _label_kernel()
        self._broken: str | None = None
        self._asks_for_all = True
        self._whole = self._memory._replace(plan=self._plan.rows.reshape(-1))
        self._keys, self._categories, self._highs = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64)

    def ask(self, columns: Iterable[int] | None) -> None:
        """From now on have `apply` write these columns of a vector and leave the others NaN; None asks for all, as at first.

        What is kept does not depend on it: another question between two batches is answered as if it had always been asked.
        """
        self._asks_for_all = columns is None
        self._memory.plan[:] = (self._plan.rows if columns is None else asked_rows(self._plan, columns)).reshape(-1)

    def apply(self, events: EventColumns, out: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        """Score each event over what was applied before it, then apply it.

        `out` float32[n, F] gets the vectors in catalogue order, as far as they are asked for (`ask`), NaN for what is external;
        `flags` uint8[n] the bits TRUNCATED and LATE. Raises StateFull at a bound; then the state refuses further use, because
        part of the batch is in it.
        """
        if self._broken is not None:
            raise StateFull(self._broken)
        if not self._asks_for_all:
            out.fill(np.nan)
        answer = self._call(events, out, flags, inserts=True)
        if answer != layout.OK:
            self._broken = self._what_is_full(answer)
            raise StateFull(self._broken)

    def keys(self, count: int) -> NDArray[np.int32]:
        """The numbers of the keys, int32[count, LABEL_KEYS], of the first `count` events of the last batch.

        They are those of `LABELLED` and, last, the merchant category's. An event that came too late has nothing to label.
        """
        found = np.empty((count, LABEL_KEYS), np.int32)
        found[:, :-1] = self._keys[: count * ENTITIES].reshape(count, ENTITIES).take(LABELLED, axis=1)
        found[:, -1] = self._categories[:count]
        return found

    def label(self, *, tenant: int, keys: NDArray[np.int32], event_time_ms: int, amount_minor: int, fraud: bool) -> None:
        """Have an event that was applied under these `keys` be known fraud, or not: in each log that still holds it.

        Call it where that changes: of events with the same key, time and amount a second call marks another one. Raises
        StateFull.
        """
        if self._broken is not None:
            raise StateFull(self._broken)
        answer = self._label(*self._memory, tenant, keys, event_time_ms, amount_minor, fraud)
        if answer != layout.OK:
            self._broken = self._what_is_full(answer)
            raise StateFull(self._broken)

    def peek(self, events: EventColumns, out: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        """What each event would get if it came now, alone: whole vectors, whatever is asked for. Changes nothing.

        A tenant number below zero is an unknown tenant.
        """
        if self._broken is not None:
            raise StateFull(self._broken)
        answer = self._call(events, out, flags, inserts=False)
        if answer != layout.OK:
            raise StateFull(self._what_is_full(answer))

    def profiles(self, entity: Entity, *, tenant: int, moment_ms: int) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Yield ids and float32[n, k] of the entity's keys of a tenant that have an event in their longest window.

        The k are `profile_columns`, as of `moment_ms` over what was applied. Nothing changes; apply nothing in between.
        """
        if self._broken is not None:
            raise StateFull(self._broken)
        memory = self._memory._replace(plan=self._profile_plan)
        ids = np.empty((_PROFILE_ROWS, layout.MAX_ID_BYTES), np.uint8)
        lengths = np.empty(_PROFILE_ROWS + 1, np.int64)
        out = np.full((_PROFILE_ROWS, self._plan.columns), np.nan, np.float32)
        key = 0
        while key >= 0:
            key = _profile_kernel()(*memory, int(entity), tenant, moment_ms, key, ids, lengths, out)
            count = int(lengths[-1])
            names = [ids[row, : lengths[row]].tobytes().decode() for row in range(count)]
            if names:
                yield names, out[:count, self.profile_columns(entity)]

    def profile_columns(self, entity: Entity) -> list[int]:
        """Where in a vector the features are that an entity's profile has, in the catalogue's order."""
        return [
            column
            for column, each in enumerate(self._catalogue)
            if isinstance(each, WindowFeature) and each.entity is entity and not each.needs_event
        ]

    @cached_property
    def _profile_plan(self) -> NDArray[np.int64]:
        columns = [column for entity in Entity for column in self.profile_columns(entity)]
        return asked_rows(self._plan, columns).reshape(-1)

    def _call(self, events: EventColumns, out: NDArray[np.float32], flags: NDArray[np.uint8], *, inserts: bool) -> int:
        n = len(events.event_time_ms)
        same = len(events.tenant) == len(events.amount_minor) == len(events.channel) == len(events.direction) == n
        same = same and len(events.latitude_e5) == len(events.longitude_e5) == len(events.balance_minor) == n
        if not (same and len(events.mcc) == len(events.spans) == len(out) == len(flags) == n):
            raise ValueError("columns, out and flags must have one row an event")
        if out.shape[1] != self._plan.columns or events.spans.shape[1:] != (len(columns.TEXT_FIELDS), 2):
            texts = len(columns.TEXT_FIELDS)
            raise ValueError(f"out is float32[n, {self._plan.columns}] and spans int32[n, {texts}, 2]")
        if n > len(self._highs):
            self._keys, self._categories = np.empty(n * ENTITIES, np.int32), np.empty(n, np.int32)
            self._highs = np.empty(n, np.int64)
        out[:, self._first_external :] = np.nan
        return self._run(
            *(self._memory if inserts else self._whole),
            self._first_event, self._plan.first_quotient, self._plan.quotients, self._longest_ms, inserts, self._keys,
            self._categories, self._highs,
            events.tenant, events.event_time_ms, events.amount_minor, events.channel, events.direction, events.mcc,
            events.latitude_e5, events.longitude_e5, events.balance_minor, events.buffer, events.spans, out, flags,
        )  # fmt: skip

    def _what_is_full(self, answer: int) -> str:
        return {
            layout.KEYS_FULL: f"more than {self.bounds.keys} live keys of one entity",
            layout.LOG_FULL: f"the events take more than log_bytes={self.bounds.log_bytes}",
            layout.TABLES_FULL: f"the hash tables take more than table_bytes={self.bounds.table_bytes}",
            layout.CATEGORIES_FULL: f"more than {self.bounds.categories} merchant categories of all tenants",
            layout.ID_TOO_LONG: f"an id is longer than {layout.MAX_ID_BYTES} bytes",
        }[answer]

    def warm_up(self) -> None:
        """Compile or load the kernel, and run it once on a state of its own."""
        small = FeatureState(Bounds(tenants=1, keys=8, log_bytes=2**16, table_bytes=2**16))
        sample = transactions.Transaction(
            schema=1, transaction_id="0" * 36, tenant_id="t", source="s", external_id="x", event_time=1, known_at=1,
            channel=transactions.Channel.PIX, direction=transactions.Direction.DEBIT, amount_minor=1, currency="BRL",
        )  # fmt: skip
        out, flags = np.empty((1, len(CATALOGUE)), np.float32), np.empty(1, np.uint8)
        small.apply(columns_from_transactions([sample], TenantNumbers()), out, flags)
        small.label(tenant=0, keys=small.keys(1)[0], event_time_ms=1, amount_minor=1, fraud=True)

    def populate_ahead(self, ahead_bytes: int) -> bool:
        """Take the next `ahead_bytes` of each array's memory now, so that no event waits for it; False where that cannot be.

        For any thread, also while another applies events.
        """
        return populate_ahead(self._memory, ahead_bytes=ahead_bytes)

    def parts(self) -> dict[str, NDArray[Any]]:
        """Views of all that the state is, by name: what a snapshot writes (after a fork, or between two batches)."""
        return used_parts(self._memory)

    def restore(self, parts: Mapping[str, NDArray[Any]]) -> None:
        """Become what `parts` were taken from. Only for a fresh state of the same catalogue with no smaller bounds."""
        restore_parts(self._memory, parts)

    def take_counters(self, counters: NDArray[np.int64], *, tenants: int) -> None:
        """Be as large as the state that `counters` (int64, of `parts`) was taken from; the other `parts` are then to be filled.

        For a restore without a copy, else as `restore`. `tenants` is how many of `highs` there are. Raises ValueError.
        """
        take_counters(self._memory, counters, tenants=tenants)

    def usage(self) -> StateUsage:
        """How near the bounds are; a few numbers are read, for any thread."""
        counters = self._memory.counters
        live = counters[layout.KEYS_LIVE : layout.KEYS_LIVE + ENTITIES].tolist()
        used = sum(part.nbytes for part in self.parts().values())
        return StateUsage(
            keys={entity.name.lower(): live[entity] for entity in Entity},
            keys_bound=self.bounds.keys,
            log_bytes=int(counters[layout.LOG_TOP]) * _WORD_BYTES,
            log_bound_bytes=self.bounds.log_bytes,
            table_bytes=int(counters[layout.TABLE_TOP]) * _WORD_BYTES,
            table_bound_bytes=self.bounds.table_bytes,
            bytes_used=used,
        )

    def stats(self) -> StateStats:
        """Count keys and bytes; walks the keys' headers once."""
        counters, memory = self._memory.counters, self._memory
        used = sum(part.nbytes for part in self.parts().values())
        hot = 0
        for entity in range(ENTITIES):
            stride = int(self._plan.rows[entity, layout.STRIDE])
            heads = self.parts()[f"heads_{entity}"].reshape(-1, stride)
            live = heads[:, layout.KEY_LINK] == layout.IN_USE
            hot += int((live & (heads[:, layout.DROPPED_MS] != layout.NEVER)).sum())
        return StateStats(
            keys={entity.name.lower(): int(counters[layout.KEYS_LIVE + entity]) for entity in Entity},
            tenants=int((memory.highs != layout.NEVER).sum()),
            log_events_capacity=int(counters[layout.LOG_TOP]),
            bytes_used=used,
            late_events=int(counters[layout.LATE_EVENTS]),
            truncated_events=int(counters[layout.TRUNCATED_EVENTS]),
            hot_keys=hot,
        )
