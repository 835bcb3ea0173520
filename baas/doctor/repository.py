"""What the doctor asks the core server."""

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True, slots=True)
class Slot:
    """A replication slot and how many bytes of log it keeps from being removed."""

    name: str
    active: bool
    status: str
    held_bytes: int


def slots(connection: psycopg.Connection) -> list[Slot]:
    """Return the slots of the server."""
    rows = connection.execute(
        """
        select slot_name, active, coalesce(wal_status, 'lost'),
               coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
        from pg_replication_slots where not temporary order by slot_name
        """
    ).fetchall()
    return [Slot(name=name, active=active, status=status, held_bytes=held) for name, active, status, held in rows]


def slot_bound_mb(connection: psycopg.Connection) -> int | None:
    """Return how much a slot may hold back, in megabytes; None when nothing bounds it."""
    row = connection.execute("select setting::bigint from pg_settings where name = 'max_slot_wal_keep_size'").fetchone()
    return None if row is None or row[0] < 0 else int(row[0])
