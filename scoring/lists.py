"""Lists that rules ask for: values of one tenant, each until a moment of event time. Moved on by controls alone.

A batch is looked up by hash in columns; what the hash finds is compared byte by byte, so that a list never holds what is not
on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ListControl
from scoring.bytes_kernels import PADDING_BYTES, hash_span
from scoring.kernels import kernel
from scoring.scanner import Scan

MAX_LISTS = 1_000
MAX_VALUES = 1_000_000  # of all lists together
FOREVER_MS = 2**62
_SEED = np.uint64(29)
_U = np.uint64
Key = tuple[str, str]  # tenant id, list id


@kernel
def _hash_values(buffer: NDArray[np.uint8], starts: NDArray[np.int64], slots: NDArray[np.uint64]) -> None:
    """Put the hash of each value into an open table; 0 is an empty slot."""
    mask = _U(slots.shape[0] - 1)
    for i in range(starts.shape[0] - 1):
        found = hash_span(buffer, starts[i], starts[i + 1], _SEED) | _U(1)
        slot = (found >> _U(20)) & mask
        while slots[slot] != 0 and slots[slot] != found:
            slot = (slot + _U(1)) & mask
        slots[slot] = found


@kernel
def _may_hold(
    buffer: NDArray[np.uint8], spans: NDArray[np.int32], column: int, slots: NDArray[np.uint64], out: NDArray[np.uint8]
) -> None:
    """Mark the rows whose text at `column` has a hash that is in the table."""
    mask = _U(slots.shape[0] - 1)
    for row in range(out.shape[0]):
        start, end = spans[row, column, 0], spans[row, column, 1]
        if start == end:
            continue
        found = hash_span(buffer, start, end, _SEED) | _U(1)
        slot = (found >> _U(20)) & mask
        while slots[slot] != 0:
            if slots[slot] == found:
                out[row] = 1
                break
            slot = (slot + _U(1)) & mask


@dataclass
class _List:
    """Values with the moment from which each no longer counts, and their hashes once somebody asked."""

    until_ms: dict[bytes, int] = field(default_factory=dict)
    slots: NDArray[np.uint64] | None = None

    def table(self) -> NDArray[np.uint64]:
        if self.slots is None:
            values = list(self.until_ms)
            starts = np.zeros(len(values) + 1, np.int64)
            np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=starts[1:])
            buffer = np.frombuffer(b"".join(values) + bytes(PADDING_BYTES), np.uint8)
            self.slots = np.zeros(1 << max(4, (2 * len(values)).bit_length()), np.uint64)
            _hash_values(buffer, starts, self.slots)
        return self.slots


class Lists:
    """Every tenant's lists."""

    def __init__(self) -> None:
        self._lists: dict[Key, _List] = {}
        self._values = 0

    def apply(self, control: ListControl) -> None:
        """Change a list. Raises ValueError where there would be too many lists or values; then nothing has changed."""
        key = control.tenant_id, control.list_id
        there = self._lists.get(key)
        if there is None and len(self._lists) >= MAX_LISTS:
            raise ValueError(f"{MAX_LISTS} lists are kept, and {control.list_id} would be one more")
        until_ms = there.until_ms if there else {}
        last = {change.value.encode(): change for change in control.changes}
        grows = sum((not change.removed) - (value in until_ms) for value, change in last.items())
        if self._values + grows > MAX_VALUES:
            raise ValueError(f"{MAX_VALUES:,} values of lists are kept, and these would be more")
        self._values += grows
        for value, change in last.items():
            until_ms.pop(value, None)
            if not change.removed:
                until_ms[value] = FOREVER_MS if change.until is None else change.until
        self._lists[key] = _List(until_ms)

    def holds(
        self, scan: Scan, *, tenant_id: str, list_id: str, column: int, event_time_ms: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """Return uint8[n]: 1 where the row's text at `column` is on the tenant's list at the row's moment."""
        out = np.zeros(scan.n, np.uint8)
        found = self._lists.get((tenant_id, list_id))
        if found is None or not found.until_ms:
            return out
        _may_hold(scan.buffer, scan.spans, column, found.table(), out)
        for row in out.nonzero()[0].tolist():
            start, end = scan.spans[row, column]
            out[row] = found.until_ms.get(scan.buffer[start:end].tobytes(), 0) > event_time_ms[row]
        return out

    @property
    def values(self) -> Mapping[Key, Mapping[str, int]]:
        """Everything, for a snapshot: by tenant and list, each value with its `until` (`FOREVER_MS`: for good)."""
        return {key: {value.decode(): until for value, until in kept.until_ms.items()} for key, kept in self._lists.items()}

    def restore(self, values: Mapping[Key, Mapping[str, int]]) -> None:
        """Take over what `values` gave."""
        self._lists = {key: _List({value.encode(): until for value, until in kept.items()}) for key, kept in values.items()}
        self._values = sum(len(kept.until_ms) for kept in self._lists.values())
