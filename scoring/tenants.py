"""Tenants by number, in the order in which the log met them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.bytes_kernels import PADDING_BYTES, TENANT_SEED, hash_span, same_bytes
from scoring.fields import TEXT_COLUMNS
from scoring.kernels import kernel
from scoring.scanner import Scan

MAX_TENANTS = 65_536
_SLOTS = 4 * MAX_TENANTS
_COLUMN = TEXT_COLUMNS["tenant_id"]
_NAME_BYTES = 32
_U = np.uint64


@kernel
def _look_up(
    slots: NDArray[np.int32],
    names: NDArray[np.uint8],
    lengths: NDArray[np.int32],
    buffer: NDArray[np.uint8],
    spans: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    out: NDArray[np.int32],
) -> int:
    """Fill `out` with numbers, -1 where the tenant is unknown; return how many are."""
    mask = _U(slots.shape[0] - 1)
    unknown = 0
    for row in range(out.shape[0]):
        out[row] = -1
        start, length = spans[row, _COLUMN, 0], spans[row, _COLUMN, 1] - spans[row, _COLUMN, 0]
        slot = hashes[row, 2] & mask
        while slots[slot] != 0:
            number = slots[slot] - 1
            if lengths[number] == length and same_bytes(names, number * _NAME_BYTES, buffer, start, length):
                out[row] = number
                break
            slot = (slot + _U(1)) & mask
        unknown += out[row] < 0
    return unknown


@kernel
def _hash_name(name: NDArray[np.uint8], length: int) -> Any:
    """As the scanner hashes it."""
    return hash_span(name, 0, length, _U(TENANT_SEED))


class Tenants:
    """Names and numbers; at most `MAX_TENANTS`."""

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self._slots = np.zeros(_SLOTS, np.int32)
        self._bytes = np.zeros(MAX_TENANTS * _NAME_BYTES + PADDING_BYTES, np.uint8)
        self._lengths = np.zeros(MAX_TENANTS, np.int32)
        self.known: dict[bytes, int] = {}

    def find(self, scan: Scan) -> NDArray[np.int32]:
        """Return each row's tenant number, int32[n]; -1 where the tenant is unknown."""
        out = np.empty(scan.n, np.int32)
        self._fill(scan, out)
        return out

    def of(self, scan: Scan) -> NDArray[np.int32]:
        """The same, and new tenants get the next numbers; -1 when there are too many.

        Only for what is applied next: a name that comes with nothing that is accepted must not take a number.
        """
        out = np.empty(scan.n, np.int32)
        if self._fill(scan, out):
            for row in np.flatnonzero(out < 0).tolist():
                self._add(self.name(scan, row), int(scan.hashes[row, 2]))
            self._fill(scan, out)
        return out

    def number(self, name: bytes) -> int:
        """Return one tenant's number, the next one where it has none; -1 when there are too many."""
        if name not in self.known:
            padded = np.frombuffer(name + bytes(PADDING_BYTES), np.uint8)
            self._add(name, int(_hash_name(padded, len(name))))
        return self.known.get(name, -1)

    def arrays(self, count: int) -> dict[str, NDArray[Any]]:
        """Views of what `count` tenants take, by name."""
        return {"slots": self._slots, "names": self._bytes[: count * _NAME_BYTES], "lengths": self._lengths[:count]}

    def index(self, count: int) -> None:
        """Know the `count` tenants that `arrays` were filled with. Only for a fresh one."""
        starts = [at * _NAME_BYTES for at in range(count)]
        lengths = self._lengths[:count].tolist()
        self.names += [self._bytes[at : at + length].tobytes() for at, length in zip(starts, lengths, strict=True)]
        self.known |= {name: number for number, name in enumerate(self.names)}

    @staticmethod
    def name(scan: Scan, row: int) -> bytes:
        """The tenant's id as the row spells it."""
        return scan.text(row, _COLUMN).encode()

    def _fill(self, scan: Scan, out: NDArray[np.int32]) -> int:
        unknown: int = _look_up(self._slots, self._bytes, self._lengths, scan.buffer, scan.spans, scan.hashes, out)
        return unknown

    def _add(self, name: bytes, name_hash: int) -> None:
        number = len(self.names)
        if name in self.known or number == MAX_TENANTS:
            return
        self.known[name] = number
        self.names.append(name)
        self._bytes[number * _NAME_BYTES : number * _NAME_BYTES + len(name)] = np.frombuffer(name, np.uint8)
        self._lengths[number] = len(name)
        slot = name_hash & (_SLOTS - 1)
        while self._slots[slot]:
            slot = (slot + 1) & (_SLOTS - 1)
        self._slots[slot] = number + 1
