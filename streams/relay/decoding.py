"""pgoutput, version 1 with binary columns, as far as inserts into one table need it (PostgreSQL manual, section 54.9)."""

import json
import struct
from dataclasses import dataclass

from kit.outbox import Position

_BEGIN = struct.Struct(">qqi")
_COMMIT = struct.Struct(">Bqqq")
_INT64 = struct.Struct(">q")
_INT32 = struct.Struct(">i")
_INT16 = struct.Struct(">h")
# PostgreSQL counts microseconds from 2000-01-01.
_EPOCH_OFFSET_US = 946_684_800_000_000


class UnexpectedMessage(ValueError):
    """The stream says something that an outbox never says."""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """One row of the outbox at its place in the commit order."""

    position: Position
    topic: str
    key: bytes
    payload: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """The end of a transaction: `end_lsn` may be confirmed once its events are on their topics."""

    end_lsn: int
    commit_time_ms: int


class Decoder:
    """Turns messages into events and ends of transactions; keeps the open transaction's position and the table's columns."""

    def __init__(self, *, line: int) -> None:
        self._line = line
        self._columns: dict[int, list[str]] = {}
        self._commit_lsn: int | None = None
        self._number = 0

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun whose end has not come."""
        return self._commit_lsn is not None

    def decode(self, message: bytes) -> OutboxEvent | Committed | None:
        """Return what the message means to the relay; None for what it only has to remember. Raises UnexpectedMessage."""
        kind = message[:1]
        if kind == b"I":
            return self._insert(message)
        if kind == b"B":
            self._commit_lsn = _BEGIN.unpack_from(message, 1)[0]
            self._number = 0
            return None
        if kind == b"C":
            _flags, _lsn, end_lsn, commit_us = _COMMIT.unpack_from(message, 1)
            self._commit_lsn = None
            return Committed(end_lsn, (commit_us + _EPOCH_OFFSET_US) // 1000)
        if kind == b"R":
            self._relation(message)
            return None
        if kind in (b"Y", b"O", b"M"):
            return None
        raise UnexpectedMessage(f"message of kind {kind!r} in the outbox's stream")

    def _relation(self, message: bytes) -> None:
        relation_id = _INT32.unpack_from(message, 1)[0]
        position = message.index(b"\0", 5) + 1
        position = message.index(b"\0", position) + 1 + 1
        count = _INT16.unpack_from(message, position)[0]
        position += 2
        columns = []
        for _ in range(count):
            end = message.index(b"\0", position + 1)
            columns.append(message[position + 1 : end].decode())
            position = end + 1 + 8
        self._columns[relation_id] = columns

    def _insert(self, message: bytes) -> OutboxEvent:
        if self._commit_lsn is None:
            raise UnexpectedMessage("an insert outside a transaction")
        columns = self._columns[_INT32.unpack_from(message, 1)[0]]
        values = _tuple(message, 6)
        row = dict(zip(columns, values, strict=True))
        outbox_id, topic, key, payload, headers = (row[name] for name in ("id", "topic", "key", "payload", "headers"))
        if outbox_id is None or topic is None or key is None or payload is None:
            raise UnexpectedMessage("an outbox row without id, topic, key or payload")
        self._number += 1
        return event(
            Position(self._line, self._commit_lsn, self._number, _INT64.unpack(outbox_id)[0]),
            topic=topic.decode(),
            key=key,
            payload=payload,
            # jsonb travels as a version byte and its text.
            headers=None if headers is None else headers[1:],
        )


def event(position: Position, *, topic: str, key: bytes, payload: bytes, headers: bytes | None) -> OutboxEvent:
    """Build an event from a row's values; `headers` is the JSON text of an object of strings."""
    pairs = () if headers is None else tuple((name, str(value).encode()) for name, value in json.loads(headers).items())
    return OutboxEvent(position, topic, key, payload, pairs)


def _tuple(message: bytes, position: int) -> list[bytes | None]:
    count = _INT16.unpack_from(message, position)[0]
    position += 2
    values: list[bytes | None] = []
    for _ in range(count):
        kind = message[position : position + 1]
        position += 1
        if kind == b"n":
            values.append(None)
            continue
        if kind != b"b":
            raise UnexpectedMessage(f"a column of kind {kind!r}")
        length = _INT32.unpack_from(message, position)[0]
        position += 4
        values.append(message[position : position + length])
        position += length
    return values
