"""PostgreSQL connections: pools bounded in size and in wait, and transactions that carry the tenant for row-level security."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
POOL_WAIT_S = 5.0


def _options(statement_timeout_ms: int) -> str:
    return (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS} "
        "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
    )


def connect(
    dsn: str, *, application: str, autocommit: bool = True, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS
) -> psycopg.Connection:
    """Open one blocking connection with our timeouts; `application` shows in pg_stat_activity."""
    return psycopg.connect(
        dsn, autocommit=autocommit, connect_timeout=5, application_name=application, options=_options(statement_timeout_ms)
    )


def pool(dsn: str, *, application: str, max_size: int, min_size: int = 1) -> AsyncConnectionPool:
    """Return a closed pool; open it with `async with`. Waiting for a connection is bounded by `POOL_WAIT_S`."""
    return AsyncConnectionPool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        timeout=POOL_WAIT_S,
        open=False,
        kwargs={"autocommit": True, "application_name": application, "options": _options(STATEMENT_TIMEOUT_MS)},
        check=AsyncConnectionPool.check_connection,
    )


@asynccontextmanager
async def tenant_transaction(connection: psycopg.AsyncConnection, tenant_id: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """One transaction that sees only `tenant_id`'s rows: `app.tenant_id` is set for this transaction alone."""
    async with connection.transaction():
        await connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        yield connection
