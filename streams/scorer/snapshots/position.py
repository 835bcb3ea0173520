"""Where in the decision log a snapshot is, and how a log proves that it is the one."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scoring.snapshot import SnapshotUnfit


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A committed record of the log that a state holds: its offset, and a hash of the record's bytes."""

    offset: int
    digest: str


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The state after record `next_n - 1`, which is of `epoch` and lies at the anchor or after it.

    Requests are answered before their commit, so a state may be some records ahead of the log when it is taken. It is of the
    log once the log holds those records; they are this process's own when the last of them is of its epoch.
    """

    anchor: Anchor
    epoch: int
    next_n: int


class _Head(msgspec.Struct):
    epoch: int
    n: int


_head = msgspec.json.Decoder(_Head)


def digest_of(record: bytes) -> str:
    """Return the hash that an anchor keeps of a record."""
    return hashlib.blake2b(record, digest_size=16).hexdigest()


def after(position: Position, batches: Iterable[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    """Return what follows `position`, given the log's batches from the anchor's offset on.

    Reads up to the position before it returns. Raises SnapshotUnfit where this is not the log that the state is of.
    """
    source = iter(batches)
    anchored = False
    for batch in source:
        if batch and not anchored:
            if digest_of(batch[0]) != position.anchor.digest:
                raise SnapshotUnfit(f"the log has another record at offset {position.anchor.offset}")
            anchored = True
        for at, record in enumerate(batch):
            head = _head.decode(record)
            if head.n < position.next_n - 1:
                continue
            if (head.epoch, head.n) != (position.epoch, position.next_n - 1):
                raise SnapshotUnfit(
                    f"the log has record ({head.epoch}, {head.n}) where the snapshot's last one is "
                    f"({position.epoch}, {position.next_n - 1}): it was never committed"
                )
            return _rest(batch[at + 1 :], source)
    raise SnapshotUnfit(f"it is ahead of the log's end: the log has no record {position.next_n - 1}")


def _rest(first: Sequence[bytes], source: Iterator[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    yield first
    yield from source
