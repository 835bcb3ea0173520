"""What has been decided: exact ids, the intent's content hash, the answer and the outcome, over a bounded horizon.

Two generations of `rows` decisions each: the decision that the young one has no room for begins a new one, and the old one is
forgotten, so that between `rows` and twice as many of the latest decisions are known. What is known depends on the decisions
before and on nothing else, neither on how they were batched nor on repetitions: a fold of the log forgets what the live engine
forgot. Pages of memory are touched only as decisions come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kit.pages import populate
from scoring.answers import WIDTH
from scoring.bytes_kernels import PADDING_BYTES, TENANT_SEED, hash_span, put_bytes, same_bytes
from scoring.kernels import inlined, kernel
from scoring.places import Places

DEFAULT_ROWS = 4_000_000
ID_BYTES = 36
FIRST_SLOTS = 1 << 16
NEW, DUPLICATE, ALTERED = 0, 1, 2
_ID_BYTES = ID_BYTES
_U = np.uint64


class GenerationShape(msgspec.Struct, frozen=True, kw_only=True):
    """Room for `rows` decisions, `used` of them taken, and a table of `slots` to find them."""

    rows: int
    used: int
    slots: int


class MemoryShape(msgspec.Struct, frozen=True, kw_only=True):
    """How large a memory is: what a restored one is made from before its arrays are filled."""

    rows: int
    young: GenerationShape
    old: GenerationShape


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
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.slots = np.zeros((FIRST_SLOTS, 2), np.uint64)
        self.ids = np.zeros(self.rows * ID_BYTES + PADDING_BYTES, np.uint8)
        self.tenants = np.zeros(self.rows, np.int32)
        self.contents = np.zeros(self.rows, np.uint64)
        self.answers = np.zeros((self.rows, WIDTH), np.int64)
        self.outcomes = np.zeros(self.rows, np.uint8)
        self.places = Places(self.rows)

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
        arrays: list[NDArray[Any]] = [self.ids, self.tenants, self.contents, self.answers, self.outcomes]
        arrays += self.places.arrays(self.rows).values()
        row_bytes = sum(array.nbytes for array in arrays) // self.rows
        rows = ahead_bytes // row_bytes
        return all(
            populate(array, first=self.used * (len(array) // self.rows), ahead_bytes=rows * array.nbytes // self.rows)
            for array in arrays
        )

    def shape(self) -> GenerationShape:
        """What is needed to make one as large."""
        return GenerationShape(rows=self.rows, used=self.used, slots=len(self.slots))

    def take_shape(self, shape: GenerationShape) -> None:
        """Count as many decisions as another generation; `arrays` are then to be filled."""
        self.used = shape.used
        self.slots = np.zeros((shape.slots, 2), np.uint64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Views of what is in use."""
        return {
            "slots": self.slots,
            "ids": self.ids[: self.used * ID_BYTES],
            "tenants": self.tenants[: self.used],
            "contents": self.contents[: self.used],
            "answers": self.answers[: self.used],
            "outcomes": self.outcomes[: self.used],
            **self.places.arrays(self.used),
        }


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
def _meet_from(
    begin: int,
    slots: NDArray[np.uint64],
    ids: NDArray[np.uint8],
    tenants: NDArray[np.int32],
    contents: NDArray[np.uint64],
    used: int,
    room: int,
    hashes: NDArray[np.uint64],
    batch_tenants: NDArray[np.int32],
    batch_contents: NDArray[np.uint64],
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    found: NDArray[np.int64],
    fresh: NDArray[np.bool_],
) -> Any:
    """Insert rows that are in neither generation; `found` becomes the row in the young one, `fresh[i]` whether it is new.

    Return how many the young one then holds, and the first row of the batch for which it had no room, or the batch's length.
    """
    for i in range(begin, starts.shape[0]):
        if found[i] >= 0:
            continue
        row, slot = _find(slots, ids, tenants, hashes[i], batch_tenants[i], buffer, starts[i])
        if row < 0:
            if used == room:
                return used, i
            row = used
            used += 1
            slots[slot, 0] = hashes[i]
            slots[slot, 1] = _U(row + 1)
            put_bytes(ids, row * _ID_BYTES, buffer, starts[i], starts[i] + _ID_BYTES)
            tenants[row] = batch_tenants[i]
            contents[row] = batch_contents[i]
            fresh[i] = True
        found[i] = row
    return used, starts.shape[0]


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
    """What a batch met: `status` NEW, DUPLICATE or ALTERED; `rows` of generations, -1 where nothing is known.

    It holds what it found, also where the batch itself went past the horizon.
    """

    status: NDArray[np.int64]
    rows: NDArray[np.int64]
    _generation: NDArray[np.int32]
    _generations: list[_Generation]

    def take(self, rows: NDArray[np.int64]) -> "Meeting":
        """Only `rows`, in that order."""
        return Meeting(self.status[rows], self.rows[rows], self._generation[rows], self._generations)

    def remember(self, answers: NDArray[np.int64]) -> None:
        """Keep the answers of a meeting of NEW rows only."""
        for generation, here, rows in self._parts(0, len(self.rows)):
            generation.answers[rows] = answers[here]

    def place(
        self,
        start: int,
        stop: int,
        *,
        keys: NDArray[np.int32],
        event_time_ms: NDArray[np.int64],
        amount_minor: NDArray[np.int64],
        late: NDArray[np.bool_],
    ) -> None:
        """Keep where the events of rows [start, stop) of a meeting of NEW rows only went (`scoring.places`)."""
        for generation, here, rows in self._parts(start, stop):
            generation.places.put(
                rows, keys=keys[here], event_time_ms=event_time_ms[here], amount_minor=amount_minor[here], late=late[here]
            )

    def _parts(self, start: int, stop: int) -> Iterator[tuple[_Generation, slice, slice | NDArray[np.int64]]]:
        """Rows [start, stop) by generation: which of them, counted from `start`, and their rows there."""
        numbers = self._generation[start:stop]
        edges = [0, stop - start] if stop > start else []
        if edges and numbers[0] != numbers[-1]:
            edges[1:1] = (np.flatnonzero(np.diff(numbers)) + 1).tolist()
        for first, last in pairwise(edges):
            rows = self.rows[start + first : start + last]
            adjacent = rows[-1] - rows[0] + 1 == len(rows)
            yield (
                self._generations[numbers[first]],
                slice(first, last),
                slice(int(rows[0]), int(rows[-1]) + 1) if adjacent else rows,
            )

    def known_at(self, row: int) -> "list[_Generation]":
        """The old and the young generation as they were when a NEW row was met: what a label that it makes due may find."""
        young = int(self._generation[row])
        return self._generations[young - 1 : young + 1]

    def answer(self, at: int) -> NDArray[np.int64]:
        """The stored answer of a known row, as a view that an override may change."""
        answer: NDArray[np.int64] = self._generations[self._generation[at]].answers[self.rows[at]]
        return answer

    def places(self, at: int) -> tuple[Places, int]:
        """A known row's places, and its row in them."""
        return self._generations[self._generation[at]].places, int(self.rows[at])

    def set_outcome(self, at: int, code: int) -> bool:
        """Keep the first outcome of a known row; False when it has one already."""
        outcomes = self._generations[self._generation[at]].outcomes
        if outcomes[self.rows[at]]:
            return False
        outcomes[self.rows[at]] = 1 + code
        return True


def generation_starts(starts: Sequence[tuple[int, int]], decisions: int) -> NDArray[np.int64]:
    """Which decisions of a log began a generation; what is of this generation or the one before it is known.

    `starts` are the log's: how many decisions it has before each, and its `memory_rows`. Decisions count from 0.
    """
    wanted, begins, rows = DEFAULT_ROWS, [0], DEFAULT_ROWS
    for before, memory_rows in (*starts, (decisions, DEFAULT_ROWS)):
        while begins[-1] + rows < before:
            begins.append(begins[-1] + rows)
            rows = wanted
        wanted = memory_rows
        if begins[-1] == before:
            rows = wanted
    return np.array(begins, np.int64)


class DecisionMemory:
    """Finds decisions by tenant and transaction id, every byte compared."""

    def __init__(self, rows: int = DEFAULT_ROWS) -> None:
        if rows < 1:
            raise ValueError("a generation has at least one row")
        self.rows = rows
        self._young = _Generation(rows)
        self._old = _Generation(8)

    def __len__(self) -> int:
        return self._young.used + self._old.used

    def set_rows(self, rows: int) -> None:
        """Give every generation that begins from now on this many rows; also the one in use where it is still empty."""
        self.rows = rows
        if not self._young.used:
            self._young = _Generation(rows)

    def shape(self) -> MemoryShape:
        """How large it is."""
        return MemoryShape(rows=self.rows, young=self._young.shape(), old=self._old.shape())

    def take_shape(self, shape: MemoryShape) -> None:
        """Be as large as another memory; `arrays` are then to be filled. Only for a fresh one."""
        self.rows = shape.rows
        self._young, self._old = _Generation(shape.young.rows), _Generation(shape.old.rows)
        self._young.take_shape(shape.young)
        self._old.take_shape(shape.old)

    @property
    def bytes_used(self) -> int:
        """What it takes of the machine's memory; for any thread."""
        return sum(part.nbytes for part in self.arrays().values())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Views of all that is remembered, by name."""
        generations = {"young": self._young, "old": self._old}
        return {f"{age}.{name}": part for age, one in generations.items() for name, part in one.arrays().items()}

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
        """Look the batch up and remember what is new, in order; the answers of new rows are set with `Meeting.remember`."""
        n = len(starts)
        status, rows, generation = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int32)
        generations = [self._old]
        begin = end = 0
        while True:
            young = self._young
            generations.append(young)
            young.make_room(min(n - begin, young.rows - young.used))
            found = self._find(self._old, hashes, tenants, buffer, starts)
            old = found >= 0
            fresh = np.zeros(n, np.bool_)
            young.used, end = _meet_from(
                begin, young.slots, young.ids, young.tenants, young.contents, young.used, young.rows, hashes, tenants,
                contents, buffer, starts, found, fresh,
            )  # fmt: skip
            if end == n and len(generations) == 2 and fresh.all():  # as nearly always
                return Meeting(np.full(n, NEW), found, np.ones(n, np.int32), generations)
            met = slice(begin, end)
            known = np.where(old, self._old.contents[np.where(old, found, 0)], young.contents[np.where(old, 0, found)])
            status[met] = np.where(fresh, NEW, np.where(known == contents, DUPLICATE, ALTERED))[met]
            rows[met] = found[met]
            generation[met] = np.where(old, len(generations) - 2, len(generations) - 1)[met]
            if end == n:
                return Meeting(status, rows, generation, generations)
            self._old, self._young = young, _Generation(self.rows)
            begin = end

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
        self,
        *,
        hashes: NDArray[np.uint64],
        tenants: NDArray[np.int32],
        buffer: NDArray[np.uint8],
        starts: NDArray[np.int64],
        generations: Sequence[_Generation] = (),
    ) -> Meeting:
        """Look the batch up and change nothing; unknown rows are NEW with row -1.

        `generations` are the old and the young one, where they are not those of now (`Meeting.known_at`).
        """
        old, young = generations or (self._old, self._young)
        newer = self._find(young, hashes, tenants, buffer, starts)
        older = self._find(old, hashes, tenants, buffer, starts)
        is_old = (newer < 0) & (older >= 0)
        rows = np.where(is_old, older, newer)
        generation = np.where(is_old, 0, 1).astype(np.int32)
        return Meeting(np.where(rows < 0, NEW, DUPLICATE), rows, generation, [old, young])
