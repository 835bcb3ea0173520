"""Labels that wait for their time, and the clock that they wait for.

A label counts from its `known_at` on. A tenant's clock is the highest `known_at` of its applied events, never the wall clock:
history that is played back brings weeks of labels at once, and none of them may count before the bank knew it. Labels fall due
in the order of (known_at, n), n being their place in the log.
"""

import heapq
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from feature_store import kernels
from feature_store.kernels import Word
from feature_store.stream.layout import NEVER

# Of one tenant; some years of known frauds of a large bank. What comes beyond it is refused, loudly.
MAX_WAITING_LABELS = 200_000
ID_BYTES = 36
_NOTHING = 2**62


class Waiting(NamedTuple):
    """A label that is not due yet. The order of the fields is the order in which labels fall due."""

    known_at_ms: int
    n: int
    transaction_id: bytes
    fraud: bool


class Run(NamedTuple):
    """Rows [start, stop) of a batch, and the labels, all of the first row's tenant, that count from the first of them on."""

    due: list[Waiting]
    start: int
    stop: int


def _next_due(
    tenant: NDArray[np.int32], known_at_ms: NDArray[np.int64], highs: NDArray[np.int64], due: NDArray[np.int64], start: Word
) -> Any:
    """Move the tenants' clocks row by row; the first row from `start` on that makes a label due, else the batch's length."""
    for row in range(start, tenant.shape[0]):
        number = tenant[row]
        highs[number] = max(highs[number], known_at_ms[row])
        if due[number] <= highs[number]:
            return row
    return tenant.shape[0]


@cache
def _kernel() -> Callable[..., int]:
    words = types.Array(types.int64, 1, "C")
    tenant, known_at = types.Array(types.int32, 1, "A", readonly=True), types.Array(types.int64, 1, "A", readonly=True)
    return kernels.compiled(_next_due, types.int64(tenant, known_at, words, words, types.int64))


class WaitingLabels:
    """The clocks of up to `tenants` tenants and what waits for each. Part of the state: the log alone moves it."""

    def __init__(self, tenants: int, *, bound: int = MAX_WAITING_LABELS) -> None:
        self.bound = bound
        self._highs = np.full(tenants, NEVER, np.int64)
        self._due = np.full(tenants, _NOTHING, np.int64)
        self._heaps: dict[int, list[Waiting]] = {}
        self._next_due = _kernel()
        self._taken_over: tuple[NDArray[np.int64], NDArray[np.uint8]] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._heaps.values()))

    def add(self, tenant: int, label: Waiting) -> bool:
        """Have a label wait; False when `bound` of its tenant's wait already."""
        heap = self._heaps.setdefault(tenant, [])
        if len(heap) >= self.bound:
            return False
        heapq.heappush(heap, label)
        self._due[tenant] = heap[0].known_at_ms
        return True

    def runs(self, tenant: NDArray[np.int32], known_at_ms: NDArray[np.int64]) -> Iterator[Run]:
        """Cut a batch where labels fall due: each run's labels are to be applied before its rows. Together they are the batch.

        `tenant` int32[n] are numbers, `known_at_ms` int64[n]. A batch without rows is one run without any.
        """
        due: list[Waiting] = []
        start, stop, count = 0, -1, len(tenant)
        while stop < count:
            stop = self._next_due(tenant, known_at_ms, self._highs, self._due, start)
            if stop == start < count:
                due = self._take(int(tenant[start]))
            else:
                yield Run(due, start, stop)
                start, due = stop, []

    def _take(self, tenant: int) -> list[Waiting]:
        heap, high = self._heaps[tenant], self._highs[tenant]
        taken = []
        while heap and heap[0].known_at_ms <= high:
            taken.append(heapq.heappop(heap))
        self._due[tenant] = heap[0].known_at_ms if heap else _NOTHING
        return taken

    def arrays(self, tenants: int) -> dict[str, NDArray[Any]]:
        """All that it is, in one order whatever the heaps': clocks of `tenants`, labels, their transactions' ids."""
        waiting, ids = self._taken_over or self._written()
        return {"clocks": self._highs[:tenants], "waiting": waiting, "ids": ids}

    def _written(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """`waiting` int64[k, 4] of tenant, known_at, n and fraud; `ids` uint8[k, 36]."""
        labels = [(tenant, *label) for tenant, heap in sorted(self._heaps.items()) for label in sorted(heap)]
        waiting = np.array([(tenant, at, n, fraud) for tenant, at, n, _, fraud in labels], np.int64).reshape(-1, 4)
        ids = np.frombuffer(b"".join(label[3] for label in labels), np.uint8).reshape(-1, ID_BYTES)
        return waiting, ids

    def make_room(self, count: int) -> None:
        """Be as large as another one with `count` labels; `arrays` are then to be filled, and `index` called. Only if fresh."""
        self._taken_over = np.empty((count, 4), np.int64), np.empty((count, ID_BYTES), np.uint8)

    def index(self) -> None:
        """Take up what `arrays` were filled with."""
        if self._taken_over is None:
            return
        waiting, ids = self._taken_over
        self._taken_over = None
        for (tenant, known_at_ms, n, fraud), spelt in zip(waiting.tolist(), ids, strict=True):
            self._heaps.setdefault(tenant, []).append(Waiting(known_at_ms, n, spelt.tobytes(), bool(fraud)))
        for tenant, heap in self._heaps.items():  # sorted, which a heap may be
            self._due[tenant] = heap[0].known_at_ms
