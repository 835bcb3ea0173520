"""What the marts are built from, up to where, and by which project they were built last."""

from psycopg import Connection

REFERENCE = "reference"
_ARRIVED = """
select topic, partition, next_offset from raw.sink_offset
union all
select %s, 0, changes from raw.reference_extract
"""
_KEEP_BUILT_BY = """
insert into monitoring.mart_build (project_sha256) values (%s)
on conflict (only_row) do update set project_sha256 = excluded.project_sha256, built_at = now()
"""


def arrived(warehouse: Connection) -> dict[tuple[str, int], int]:
    """Return (topic, partition) -> the offset up to which the sink has copied it; and the extract's count of changes."""
    rows = warehouse.execute(_ARRIVED, (REFERENCE,)).fetchall()
    return {(topic, partition): next_offset for topic, partition, next_offset in rows}


def built_by(warehouse: Connection) -> str | None:
    """Return the digest of the project that built every mart last; None where they are to be built whole."""
    row = warehouse.execute("select project_sha256 from monitoring.mart_build").fetchone()
    return row[0] if row else None


def keep_built_by(warehouse: Connection, project_sha256: str) -> None:
    """Keep the digest."""
    warehouse.execute(_KEEP_BUILT_BY, (project_sha256,))


def forget_built_by(warehouse: Connection) -> None:
    """Forget it: the next build is a whole one."""
    warehouse.execute("delete from monitoring.mart_build")
