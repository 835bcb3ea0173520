"""The SQL of what has come. Read only."""

from psycopg import Connection


def newest_list_change(connection: Connection) -> int:
    """Return the offset of the newest change of a list, -1 where there was none."""
    row = connection.execute("select max(log_offset) from raw.controls where kind = 'list'").fetchone()
    return int(row[0]) if row and row[0] is not None else -1


def newest_label(connection: Connection) -> int:
    """Return the offset of the newest label, -1 where there is none."""
    row = connection.execute("select max(log_offset) from raw.labels").fetchone()
    return int(row[0]) if row and row[0] is not None else -1


def frauds_since(connection: Connection, offset: int, *, tenant_id: str) -> tuple[int, int]:
    """Return how many frauds of a tenant were told of after an offset, and the newest offset there is."""
    row = connection.execute(
        "select count(*) filter (where fraud and tenant_id = %(tenant)s), coalesce(max(log_offset), %(offset)s) "
        "from raw.labels where log_offset > %(offset)s",
        {"offset": offset, "tenant": tenant_id},
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, offset)
