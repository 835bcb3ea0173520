"""The SQL of retention: counts as `audit`, raw rows as `eraser` under a tenant."""

from datetime import datetime

from psycopg import Connection
from psycopg.sql import SQL, Identifier

# Tables of raw copies, and the column that says of when a row is.
RAW = (
    ("decisions", "scored_at"),
    ("outcomes", "occurred_at"),
    ("overrides", "scored_at"),
    ("ledger_events", "occurred_at"),
    ("labels", "known_at"),
    ("alerts", "occurred_at"),
)
ROWS_AT_ONCE = 20_000


def tenants(core: Connection) -> list[str]:
    """Return all tenants, as `audit`."""
    return [tenant for (tenant,) in core.execute("select tenant_id from identity.tenant order by 1")]


def count_raw(warehouse: Connection, table: str, column: str, *, before: datetime) -> int:
    """Return how many rows of all tenants are older, as `audit`."""
    query = SQL("select count(*) from raw.{} where {} < %s").format(Identifier(table), Identifier(column))
    row = warehouse.execute(query, (before,)).fetchone()
    return int(row[0]) if row else 0


def drop_raw(warehouse: Connection, table: str, column: str, *, tenant_id: str, before: datetime) -> int:
    """Delete some rows of a tenant that are older; return how many."""
    query = SQL(
        "delete from raw.{0} where ctid = any(array(select ctid from raw.{0} where tenant_id = %s and {1} < %s limit %s))"
    ).format(Identifier(table), Identifier(column))
    return warehouse.execute(query, (tenant_id, before, ROWS_AT_ONCE)).rowcount


def count_answers(core: Connection, *, before: datetime) -> int:
    """Return how many finished claims are older, as `audit`."""
    row = core.execute("select count(*) from idempotency.claim where state = 'done' and created_at < %s", (before,)).fetchone()
    return int(row[0]) if row else 0
