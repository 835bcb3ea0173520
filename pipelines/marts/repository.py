"""What the marts are built from, and up to where. Read only, as `audit`."""

from psycopg import Connection


def arrived(warehouse: Connection) -> dict[tuple[str, int], int]:
    """Return (topic, partition) -> the offset up to which the sink has copied it to raw.*."""
    rows = warehouse.execute("select topic, partition, next_offset from raw.sink_offset").fetchall()
    return {(topic, partition): next_offset for topic, partition, next_offset in rows}
