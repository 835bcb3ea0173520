"""What the marts are built from, up to where, and by which project they were built last."""

from psycopg import Connection

REFERENCE, CHANGED = "reference", "changed"
_ARRIVED = """
select topic, partition, next_offset from raw.sink_offset
union all
select %s, 0, changes from raw.reference_extract
union all
select %s, 0, coalesce(max(change_id), 0) from monitoring.row_change
"""
_KEEP_MADE_OF = """
insert into monitoring.mart_build (made_of) values (%s)
on conflict (only_row) do update set made_of = excluded.made_of, built_at = now()
"""


def arrived(warehouse: Connection) -> dict[tuple[str, int], int]:
    """Return (topic, partition) -> the offset up to which raw.* has it; and counts of what else has changed there."""
    rows = warehouse.execute(_ARRIVED, (REFERENCE, CHANGED)).fetchall()
    return {(topic, partition): next_offset for topic, partition, next_offset in rows}


def row_changes(warehouse: Connection) -> int:
    """Return how often rows that marts may hold have been changed or removed, days held back and let go among that."""
    row = warehouse.execute("select coalesce(max(change_id), 0) from monitoring.row_change").fetchone()
    return int(row[0]) if row else 0


def note_row_change(warehouse: Connection, why: str) -> None:
    """Say that rows which marts may hold change: the next build is a whole one. Call it in the transaction of the change."""
    warehouse.execute("insert into monitoring.row_change (why) values (%s)", (why,))


def made_of(warehouse: Connection) -> str | None:
    """Return the digest of what every mart was made of last; None where nothing was built yet."""
    row = warehouse.execute("select made_of from monitoring.mart_build").fetchone()
    return row[0] if row else None


def keep_made_of(warehouse: Connection, digest: str) -> None:
    """Keep the digest."""
    warehouse.execute(_KEEP_MADE_OF, (digest,))
