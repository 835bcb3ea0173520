"""What the marts are built from, and up to where. Read only, as `audit`."""

from psycopg import Connection


def arrived(warehouse: Connection) -> dict[tuple[str, int], int]:
    """Return (topic, partition) -> the offset up to which raw.* has it, and how often days were held back or let go."""
    rows = warehouse.execute(
        "select topic, partition, next_offset from raw.sink_offset "
        "union all select 'quality.quarantine', 0, count(*) + count(released_at) from quality.quarantine"
    ).fetchall()
    return {(topic, partition): next_offset for topic, partition, next_offset in rows}
