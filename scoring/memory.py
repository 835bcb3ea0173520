"""What has been decided: exact ids, the intent's content hash, the answer and the outcome, over a bounded horizon.

Two generations of at most `rows` decisions each: when the young one is full the old one is forgotten, so that
between `rows` and twice as many of the latest decisions are known. Pages of memory are touched only as decisions come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.pages import populate
from scoring.answers import WIDTH
from scoring.bytes_kernels import PADDING_BYTES, TENANT_SEED, hash_span, put_bytes, same_bytes
from scoring.kernels import inlined, kernel

DEFAULT_ROWS = 4_000_000
ID_BYTES = 36
FIRST_SLOTS = 1 << 16
NEW, DUPLICATE, ALTERED = 0, 1, 2
_ID_BYTES = ID_BYTES
_U = np.uint64


@dataclass
class _Generation:
    """Columns of up to `rows` decisions, and an open-addressing table of (hash, row + 1)."""

    rows: int
    used: int = 0
    slots: NDArray[np.uint64] = field(init=False)
    ids: NDArray[np.uint8] = field(init=False)
    tenants: NDArray[np.int32] = field(init=False)
    contents: NDArray[np.uint64] = field(init=False)
    answers: NDArray[np.int64] = field(init=False)
    outcomes: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = np.zeros((FIRST_SLOTS, 2), np.uint64)
        self.ids = np.zeros(self.rows * ID_BYTES + PADDING_BYTES, np.uint8)
        self.tenants = np.zeros(self.rows, np.int32)
        self.contents = np.zeros(self.rows, np.uint64)
        self.answers = np.zeros((self.rows, WIDTH), np.int64)
        self.outcomes = np.zeros(self.rows, np.uint8)

    def make_room(self, count: int) -> None:
        """Keep the table at most half full; a small table stays in the processor's cache."""
        wanted = len(self.slots)
        while wanted < 2 * (self.used + count):
            wanted *= 2
        if wanted > len(self.slots):
            grown = np.zeros((wanted, 2), np.uint64)
            _move_slots(self.slots, grown)
            self.slots = grown

    def populate_ahead(self, ahead_bytes: int) -> bool:
        """Take memory for the next rows now, in all about `ahead_bytes`; for any thread. False where that cannot be."""
        arrays = (self.ids, self.tenants, self.contents, self.answers, self.outcomes)
        row_bytes = sum(array.nbytes for array in arrays) // self.rows
        rows = ahead_bytes // row_bytes
        return all(
            populate(array, first=self.used * (len(array) // self.rows), ahead_bytes=rows * array.nbytes // self.rows)
            for array in arrays
        )


@kernel
def _move_slots(slots: NDArray[np.uint64], grown: NDArray[np.uint64]) -> None:
    mask = _U(grown.shape[0] - 1)
    for old in range(slots.shape[0]):
        if slots[old, 1] != 0:
            slot = slots[old, 0] & mask
            while grown[slot, 1] != 0:
                slot = (slot + _U(1)) & mask
            grown[slot, 0] = slots[old, 0]
            grown[slot, 1] = slots[old, 1]


@inlined
def _find(
    slots: NDArray[np.uint64],
    ids: NDArray[np.uint8],
    tenants: NDArray[np.int32],
    key_hash: np.uint64,
    tenant: int,
    buffer: NDArray[np.uint8],
    start: int,
) -> Any:
    """(row or -1, slot where the search ended)."""
    mask = _U(slots.shape[0] - 1)
    slot = key_hash & mask
    while slots[slot, 1] != 0:
        row = np.int64(slots[slot, 1]) - 1
        if slots[slot, 0] == key_hash and tenants[row] == tenant and same_bytes(ids, row * _ID_BYTES, buffer, start, _ID_BYTES):
            return row, slot
        slot = (slot + _U(1)) & mask
    return np.int64(-1), slot


@kernel
def _find_all(
    slots: NDArray[np.uint64],
    ids: NDArray[np.uint8],
    tenants: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    batch_tenants: NDArray[np.int32],
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    found: NDArray[np.int64],
) -> None:
    for i in range(starts.shape[0]):
        found[i] = _find(slots, ids, tenants, hashes[i], batch_tenants[i], buffer, starts[i])[0]


@kernel
def _meet_all(
    slots: NDArray[np.uint64],
    ids: NDArray[np.uint8],
    tenants: NDArray[np.int32],
    contents: NDArray[np.uint64],
    used: int,
    hashes: NDArray[np.uint64],
    batch_tenants: NDArray[np.int32],
    batch_contents: NDArray[np.uint64],
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    found: NDArray[np.int64],
    fresh: NDArray[np.bool_],
) -> Any:
    """Insert rows that are in neither generation; `found` becomes the row in the young one, `fresh[i]` whether it is new."""
    for i in range(starts.shape[0]):
        if found[i] >= 0:
            continue
        row, slot = _find(slots, ids, tenants, hashes[i], batch_tenants[i], buffer, starts[i])
        if row < 0:
            row = used
            used += 1
            slots[slot, 0] = hashes[i]
            slots[slot, 1] = _U(row + 1)
            put_bytes(ids, row * _ID_BYTES, buffer, starts[i], starts[i] + _ID_BYTES)
            tenants[row] = batch_tenants[i]
            contents[row] = batch_contents[i]
            fresh[i] = True
        found[i] = row
    return used


@kernel
def _hash_pairs(
    buffer: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> None:
    """Hash (tenant, transaction id) pairs as the scanner does; `lengths` are the tenants', whose names begin at `starts`."""
    for i in range(starts.shape[0]):
        at = starts[i] + lengths[i]
        tenant = hash_span(buffer, starts[i], at, _U(TENANT_SEED))
        hashes[i] = hash_span(buffer, at, at + _ID_BYTES, tenant)


def hash_pairs(pairs: Sequence[tuple[bytes, bytes]]) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint64]]:
    """Return (buffer, where each transaction id starts in it, identity hashes) of (tenant, 36-byte id) pairs."""
    lengths = np.fromiter((len(tenant) for tenant, _ in pairs), np.int64, len(pairs))
    starts = np.zeros(len(pairs), np.int64)
    np.cumsum(lengths[:-1] + ID_BYTES, out=starts[1:])
    buffer = np.frombuffer(b"".join(part for pair in pairs for part in pair) + bytes(PADDING_BYTES), np.uint8)
    hashes = np.empty(len(pairs), np.uint64)
    _hash_pairs(buffer, starts, lengths, hashes)
    return buffer, starts + lengths, hashes


@dataclass(slots=True)
class Meeting:
    """What a batch met: `status` NEW, DUPLICATE or ALTERED, and where each row's decision lies."""

    status: NDArray[np.int64]
    old: NDArray[np.bool_]
    rows: NDArray[np.int64]


class DecisionMemory:
    """Finds decisions by tenant and transaction id, every byte compared."""

    def __init__(self, rows: int = DEFAULT_ROWS) -> None:
        self._rows = rows
        self._young = _Generation(rows)
        self._old = _Generation(8)

    def __len__(self) -> int:
        return self._young.used + self._old.used

    def populate_ahead(self, ahead_bytes: int) -> bool:
        """Take memory for the next decisions now; for any thread. False where that cannot be."""
        return self._young.populate_ahead(ahead_bytes)

    def meet(
        self,
        *,
        hashes: NDArray[np.uint64],
        contents: NDArray[np.uint64],
        tenants: NDArray[np.int32],
        buffer: NDArray[np.uint8],
        starts: NDArray[np.int64],
    ) -> Meeting:
        """Look the batch up and remember what is new, in order; the answers of new rows are set with `remember`."""
        n = len(starts)
        if self._young.used + n > self._rows:
            self._old, self._young = self._young, _Generation(self._rows)
        self._young.make_room(n)
        rows = self._find(self._old, hashes, tenants, buffer, starts)
        old = rows >= 0
        young = self._young
        fresh = np.zeros(n, np.bool_)
        young.used = _meet_all(
            young.slots, young.ids, young.tenants, young.contents, young.used, hashes, tenants, contents, buffer, starts, rows,
            fresh,
        )  # fmt: skip
        known = np.where(old, self._old.contents[np.where(old, rows, 0)], young.contents[np.where(old, 0, rows)])
        status = np.where(fresh, NEW, np.where(known == contents, DUPLICATE, ALTERED))
        return Meeting(status, old, rows)

    @staticmethod
    def _find(
        generation: _Generation,
        hashes: NDArray[np.uint64],
        tenants: NDArray[np.int32],
        buffer: NDArray[np.uint8],
        starts: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        found = np.full(len(starts), -1, np.int64)
        if generation.used:
            _find_all(generation.slots, generation.ids, generation.tenants, hashes, tenants, buffer, starts, found)
        return found

    def find(
        self, *, hashes: NDArray[np.uint64], tenants: NDArray[np.int32], buffer: NDArray[np.uint8], starts: NDArray[np.int64]
    ) -> Meeting:
        """Look the batch up and change nothing; unknown rows are NEW with row -1."""
        young = self._find(self._young, hashes, tenants, buffer, starts)
        older = self._find(self._old, hashes, tenants, buffer, starts)
        old = (young < 0) & (older >= 0)
        rows = np.where(old, older, young)
        return Meeting(np.where(rows < 0, NEW, DUPLICATE), old, rows)

    def remember(self, rows: NDArray[np.int64], answers: NDArray[np.int64]) -> None:
        """Keep the answers of rows that `meet` called NEW."""
        if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
            self._young.answers[rows[0] : rows[-1] + 1] = answers
        else:
            self._young.answers[rows] = answers

    def answer(self, *, old: bool, row: int) -> NDArray[np.int64]:
        """The stored answer, as a view that an override may change."""
        answer: NDArray[np.int64] = (self._old if old else self._young).answers[row]
        return answer

    def content(self, *, old: bool, row: int) -> int:
        """The content hash of the intent."""
        return int((self._old if old else self._young).contents[row])

    def set_outcome(self, *, old: bool, row: int, code: int) -> bool:
        """Keep the first outcome of a decision; False when it has one already."""
        outcomes = (self._old if old else self._young).outcomes
        if outcomes[row]:
            return False
        outcomes[row] = 1 + code
        return True
