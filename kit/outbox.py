"""Events leave only through the outbox: a row written in the transaction that makes the event true.

The relay carries each committed row to its topic exactly once, in commit order, and puts its `Position` in the header
`outbox_position`. Topics that the outbox feeds declare that header in their contract.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

POSITION_HEADER = "outbox_position"
_POSITION = re.compile(rb"([0-9a-f]{12})\.([0-9a-f]{16})\.([0-9]{8})\.([0-9]{1,19})")
_INSERT = "insert into outbox.event (topic, key, payload, headers) values (%s, %s, %s, %s::jsonb)"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an event stands in the core's commit order: its transaction's place in the log, then its place in that.

    `line` is the moment (epoch milliseconds) at which the relay began the line of places that this one belongs to: a core
    restored from a backup has a log that goes over places again, so that places of two lines say nothing about each other.
    `outbox_id` is the row's id: unique, and not in commit order.
    """

    line: int
    commit_lsn: int
    number: int
    outbox_id: int

    def encode(self) -> bytes:
        """Return the header's bytes; they sort as positions do, up to the id."""
        return f"{self.line:012x}.{self.commit_lsn:016x}.{self.number:08d}.{self.outbox_id}".encode()

    @classmethod
    def parse(cls, value: bytes) -> "Position":
        """Read a header's bytes. Raises ValueError."""
        match = _POSITION.fullmatch(value)
        if match is None:
            raise ValueError(f"not an outbox position: {value[:64]!r}")
        return cls(int(match[1], 16), int(match[2], 16), int(match[3]), int(match[4]))


def publish(
    connection: psycopg.Connection, *, topic: str, key: str, payload: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """Write an event into the outbox as part of the connection's transaction. `topic` is the name without prefix."""
    connection.execute(_INSERT, (topic, key, payload, json.dumps(headers) if headers else None))


async def publish_async(
    connection: psycopg.AsyncConnection, *, topic: str, key: str, payload: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """Write an event into the outbox as part of the connection's transaction. `topic` is the name without prefix."""
    await connection.execute(_INSERT, (topic, key, payload, json.dumps(headers) if headers else None))
