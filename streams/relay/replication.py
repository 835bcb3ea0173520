"""The logical slot, streamed: the only module that speaks psycopg2, because psycopg 3 has no replication protocol."""

import select
from dataclasses import dataclass

import psycopg2
import psycopg2.extras

from kit.postgres import LOCK_TIMEOUT_MS

PUBLICATION = "outbox"
FEEDBACK_INTERVAL_S = 10
CONNECT_TIMEOUT_S = 5


class SlotLost(Exception):
    """The server gave up the slot's log (`max_slot_wal_keep_size`): what the outbox still has must be carried again."""


@dataclass(frozen=True, slots=True)
class NewSlot:
    """Where a new slot begins, and the snapshot that shows everything before it."""

    consistent_point: int
    snapshot: str


class SlotStream:
    """One replication connection. Not for sharing between threads."""

    def __init__(self, dsn: str, *, slot: str) -> None:
        self._slot = slot
        # The server ends a stream whose client has been silent for a minute: a relay that was stopped frees its slot.
        self._connection = psycopg2.connect(
            f"{dsn} connect_timeout={CONNECT_TIMEOUT_S} application_name=relay-stream "
            f"options='-c wal_sender_timeout=60000 -c lock_timeout={LOCK_TIMEOUT_MS}'",
            connection_factory=psycopg2.extras.LogicalReplicationConnection,
        )
        self._cursor = self._connection.cursor()

    def create(self) -> NewSlot:
        """Make the slot. The snapshot lives until the next command on this connection."""
        self._cursor.execute(f"CREATE_REPLICATION_SLOT \"{self._slot}\" LOGICAL pgoutput (SNAPSHOT 'export')")
        row = self._cursor.fetchone()
        if row is None:
            raise psycopg2.OperationalError("the server made no slot")
        _name, consistent_point, snapshot, _plugin = row
        return NewSlot(parse_lsn(consistent_point), snapshot)

    def start(self) -> None:
        """Begin to stream from what was last confirmed."""
        self._cursor.start_replication(
            slot_name=self._slot,
            options={"proto_version": "1", "publication_names": PUBLICATION, "binary": "true"},
            decode=False,
            status_interval=FEEDBACK_INTERVAL_S,
        )

    def read(self, *, wait_s: float) -> bytes | None:
        """Return the next message, or None when none came in `wait_s`."""
        message = self._cursor.read_message()
        if message is None and wait_s > 0:
            select.select([self._connection], [], [], wait_s)
            message = self._cursor.read_message()
        return None if message is None else bytes(message.payload)

    def confirm(self, lsn: int) -> None:
        """Tell the server that everything before `lsn` is safely on Kafka: it may forget it."""
        self._cursor.send_feedback(write_lsn=lsn, flush_lsn=lsn, apply_lsn=lsn, reply=False, force=True)  # type: ignore[no-untyped-call]

    def sent_up_to(self) -> int:
        """How far the server has sent: where nothing waits and no transaction is open, everything before it is dealt with."""
        return int(self._cursor.wal_end)

    def close(self) -> None:
        """End the connection; the slot stays."""
        self._connection.close()


def parse_lsn(text: str) -> int:
    """Read a log position as PostgreSQL writes it: two hexadecimal halves."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) | int(low, 16)


def format_lsn(lsn: int) -> str:
    """Write a log position as PostgreSQL does."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFF_FFFF:X}"
