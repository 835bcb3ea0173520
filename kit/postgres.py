"""PostgreSQL connections: bounded pools, and transactions that carry the tenant for row-level security."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool

from kit.trial import TrialPool

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5
POOL_WAIT_S = 5.0
# Who would stand behind so many others is told at once: a database that is away must not gather requests.
WAITING_PER_CONNECTION = 64
UNCHECKED_S = 0.05


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
        dsn,
        autocommit=autocommit,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name=application,
        options=_options(statement_timeout_ms),
    )


def pool(dsn: str, *, application: str, max_size: int, min_size: int = 1) -> AsyncConnectionPool:
    """Return a closed pool; open it with `async with`.

    A caller waits for a connection at most `POOL_WAIT_S`, behind at most `WAITING_PER_CONNECTION` others a connection; then a
    subclass of psycopg.OperationalError is raised. A lost server is tried again within `POOL_WAIT_S` while it is wanted.
    While a trial runs (`kit.trial`) its connections are that trial's, and what is done on them is undone.
    """
    return TrialPool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        timeout=POOL_WAIT_S,
        reconnect_timeout=POOL_WAIT_S,
        max_waiting=WAITING_PER_CONNECTION * max_size,
        open=False,
        kwargs={
            "autocommit": True,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": application,
            "options": _options(STATEMENT_TIMEOUT_MS),
        },
        check=AsyncConnectionPool.check_connection,
    )


class SharedConnection:
    """One connection of a pool, for several who take turns with it in the order in which they ask.

    What gathers for one of them while another has its turn is one batch at its own. The connection is asked of the pool once,
    checked only where it has lain idle for `UNCHECKED_S`, and given back after a turn that ended badly.
    """

    def __init__(self, connections: AsyncConnectionPool) -> None:
        self._pool = connections
        self._lock = asyncio.Lock()
        self._held: psycopg.AsyncConnection | None = None
        self._used_s = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """Have the connection for oneself. Raises what the pool raises while there is none."""
        async with self._lock:
            connection = await self._usable()
            try:
                yield connection
            except BaseException:
                await self._give_back()
                raise
            self._used_s = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Give the connection back to the pool."""
        async with self._lock:
            await self._give_back()

    async def _usable(self) -> psycopg.AsyncConnection:
        if self._held is not None and asyncio.get_running_loop().time() - self._used_s > UNCHECKED_S:
            try:
                await self._pool.check_connection(self._held)
            except psycopg.OperationalError:
                await self._give_back()
        if self._held is None:
            self._held = await self._pool.getconn()
        return self._held

    async def _give_back(self) -> None:
        if self._held is not None:
            connection, self._held = self._held, None
            await self._pool.putconn(connection)


@asynccontextmanager
async def tenant_transaction(connection: psycopg.AsyncConnection, tenant_id: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """One transaction that sees only `tenant_id`'s rows: `app.tenant_id` is set for this transaction alone."""
    async with connection.transaction():
        await connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        yield connection


@contextmanager
def tenant_block(connection: psycopg.Connection, tenant_id: str) -> Iterator[psycopg.Connection]:
    """Do what `tenant_transaction` does, on a blocking connection."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        yield connection
