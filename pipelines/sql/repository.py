"""The marts as the warehouse has them: which there are, and one of them as CSV. Read only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import psycopg
from psycopg import sql

from kit.postgres import connect
from kit.settings import Settings

# Both are read-only by their grants. `audit` sees every bank; `analytics`, under row-level security, the one that is set.
EVERY_BANK, ONE_BANK = "audit", "analytics"
STATEMENT_TIMEOUT_MS = 600_000
SCHEMA = "marts"
# What DuckDB calls a type of PostgreSQL's; whatever else there is comes as text.
_TYPES = {
    "text": "VARCHAR", "character varying": "VARCHAR", "boolean": "BOOLEAN", "smallint": "SMALLINT", "integer": "INTEGER",
    "bigint": "BIGINT", "real": "FLOAT", "double precision": "DOUBLE", "date": "DATE", "uuid": "UUID",
    "timestamp with time zone": "TIMESTAMPTZ", "timestamp without time zone": "TIMESTAMP", "numeric": "DECIMAL(38, 6)",
    "json": "JSON", "jsonb": "JSON",
}  # fmt: skip
_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, null), greatest(c.reltuples, 0)::bigint
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm') and has_column_privilege(c.oid, a.attnum, 'select')
order by c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Mart:
    """A table of the marts: its columns and their types as DuckDB calls them, and about how many rows all banks have in it."""

    name: str
    columns: dict[str, str]
    rows_about: int


@contextmanager
def reading(settings: Settings, *, tenant_id: str | None) -> Iterator[psycopg.Connection]:
    """A connection that can only read: every bank's rows, or one's."""
    role = EVERY_BANK if tenant_id is None else ONE_BANK
    with connect(
        settings.warehouse.dsn(role), application="sql", autocommit=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS
    ) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id or "",))
        yield connection


def marts(connection: psycopg.Connection) -> dict[str, Mart]:
    """Return what the role may read of the marts, by name."""
    found: dict[str, Mart] = {}
    for table, column, kind, rows_about in connection.execute(_COLUMNS, (SCHEMA,)):
        found.setdefault(table, Mart(table, {}, rows_about)).columns[column] = duckdb_type(kind)
    return found


def duckdb_type(kind: str) -> str:
    """Return what DuckDB calls a type."""
    return f"{duckdb_type(kind[:-2])}[]" if kind.endswith("[]") else _TYPES.get(kind, "VARCHAR")


def copy_mart(connection: psycopg.Connection, mart: Mart, into: IO[bytes]) -> None:
    """Write a mart as CSV without a header. Arrays go as JSON; null is nothing, and an empty text is quoted."""
    columns = sql.SQL(", ").join(
        sql.SQL("to_jsonb({})::text").format(sql.Identifier(name)) if kind.endswith("[]") else sql.Identifier(name)
        for name, kind in mart.columns.items()
    )
    query = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(columns, sql.Identifier(SCHEMA, mart.name))
    with connection.cursor() as cursor, cursor.copy(query) as copied:
        for block in copied:
            into.write(block)
