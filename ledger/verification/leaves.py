"""Every digest of the journal, made again from the rows that it is of."""

import struct
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from psycopg import Connection

from ledger.verification import repository
from ledger.verification.finding import Wrong

# Places of the columns in the record of a transfer that the end of a hold changes, and the types of the record's own fields.
STATUS, POSTED_MINOR, REASON, RESOLVED_AT = 2, 7, 11, 15
_COUNT = struct.Struct(">i")
_FIELD = struct.Struct(">Ii")
_SHOWN_COLUMNS, _KEPT_COLUMNS = 16, 2
_BYTEA, _HASH_BYTES, _NULL = 17, 32, -1
_BEFORE = _COUNT.pack(_SHOWN_COLUMNS + 1)
_HASH_FIELD = _FIELD.pack(_BYTEA, _HASH_BYTES)
PROGRESS_ROWS = 20_000
# Of a hold that has ended: before and after.
MOST_DIGESTS = 2


@dataclass(slots=True)
class LeavesCounted:
    """How many transfers there are, and how many digests of them."""

    transfers: int = 0
    digests: int = 0


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A transfer beside one digest that the journal has of it, or none."""

    shown: bytes
    kept: bytes
    digest: bytes | None
    held_reason: str | None
    journal_id: int | None
    transfer_id: bytes
    status: str
    reason: str | None
    ended: bool
    debited: bool
    credited: bool

    @property
    def rows(self) -> tuple[tuple[str, object], ...]:
        """The rows that the digest covers, and the one that it is in."""
        named = uuid.UUID(bytes=self.transfer_id)
        entries = (
            (("ledger.entry", f"of transfer {named}"),) if self.debited or self.credited or self.status == "posted" else ()
        )
        return (("ledger.transfer", named), *entries, ("ledger.journal", self.journal_id))


def verify_leaves(connection: Connection, *, digests: int, progress: Callable[[int], None]) -> LeavesCounted:
    """Check each transfer against its digests, of which the journal has `digests` in all. Raises Wrong."""
    counted = LeavesCounted()
    for _, leaves in groupby(_read(connection), key=lambda leaf: leaf.transfer_id):
        found = list(leaves)
        _check(found)
        counted.transfers += 1
        counted.digests += len(found)
        if counted.transfers % PROGRESS_ROWS == 0:
            progress(counted.transfers)
    if counted.digests != digests:
        row = repository.first(connection, repository.WITHOUT_TRANSFER)
        missing, journal_id = row if row else ("?", "?")
        raise Wrong("the journal has it, and it is not there", ("ledger.transfer", missing), ("ledger.journal", journal_id))
    return counted


def _read(connection: Connection) -> Iterator[_Leaf]:
    return (_Leaf(*row) for row in repository.stream(connection, repository.TRANSFERS, name="transfers"))


def _check(leaves: list[_Leaf]) -> None:
    """Check the digests of one transfer: of a hold that has ended one from before may come first."""
    newest = leaves[-1]
    if newest.digest is None:
        raise Wrong("it is not in the journal", *newest.rows)
    if len(leaves) > MOST_DIGESTS or (
        len(leaves) == MOST_DIGESTS and (not newest.ended or leaves[0].journal_id == newest.journal_id)
    ):
        raise Wrong("it is in the journal, or has entries, more often than it should", *newest.rows)
    if newest.debited != newest.credited:
        raise Wrong("one of its two entries is missing", *newest.rows)
    if digest_of(newest.shown, newest.kept) != newest.digest:
        raise Wrong("its rows do not give the digest that was sealed", *newest.rows)
    if newest.held_reason != (newest.reason if newest.status == "held" else None):
        raise Wrong("the journal gives another reason of the hold", *newest.rows)
    if len(leaves) == MOST_DIGESTS:
        before = leaves[0]
        if digest_of(as_held(before.shown, before.held_reason), not_moved(before.kept)) != before.digest:
            raise Wrong("its row does not give the digest that was sealed while it was held", *before.rows)


def digest_of(shown: bytes, kept: bytes) -> bytes:
    """Return the digest of a transfer: of its record, with the hash of what is kept from others as one field more."""
    return sha256(_BEFORE + shown[_COUNT.size :] + _HASH_FIELD + sha256(kept).digest()).digest()


def as_held(shown: bytes, reason: str | None) -> bytes:
    """Return the record of a transfer as it was before its hold ended."""
    fields = _fields(shown)
    for place, value in (
        (STATUS, b"held"),
        (POSTED_MINOR, bytes(8)),
        (REASON, None if reason is None else reason.encode()),
        (RESOLVED_AT, None),
    ):
        fields[place] = (fields[place][0], value)
    return _record(fields)


def not_moved(kept: bytes) -> bytes:
    """Return what is kept of a transfer as it was while no money had moved: the salt and the answer, but no entries."""
    fields = _fields(kept)
    return _record([field if place < _KEPT_COLUMNS else (field[0], None) for place, field in enumerate(fields)])


def _fields(record: bytes) -> list[tuple[int, bytes | None]]:
    """Return (type, value) of each field of a record in PostgreSQL's binary form."""
    fields: list[tuple[int, bytes | None]] = []
    at = _COUNT.size
    while at < len(record):
        kind, length = _FIELD.unpack_from(record, at)
        at += _FIELD.size
        fields.append((kind, None if length == _NULL else record[at : at + length]))
        at += max(length, 0)
    return fields


def _record(fields: list[tuple[int, bytes | None]]) -> bytes:
    parts = [_COUNT.pack(len(fields))]
    for kind, value in fields:
        parts.append(_FIELD.pack(kind, _NULL if value is None else len(value)) + (value or b""))
    return b"".join(parts)
