"""Reading the warehouse: under the tenant, and with a word for a mart that nobody has built yet."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedColumn, UndefinedTable
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kit.errors import Unavailable
from kit.postgres import tenant_transaction


class MartNotBuilt(Unavailable):
    """The table that answers this is made by dbt, and dbt has not run."""

    code = "mart-not-built"
    title = "The mart behind this has not been built yet"
    remedy = "Look at the process `marts` (`baas logs marts`), which builds them every few minutes, then ask again."


class WarehouseAway(Unavailable):
    """The warehouse does not answer. Money moves without it."""

    code = "warehouse-away"
    title = "The warehouse is away"
    remedy = "Try again after the number of seconds in Retry-After; payments are not affected."


@contextmanager
def told_of_marts() -> Iterator[None]:
    """Raise MartNotBuilt or WarehouseAway for what the database says of a mart that is missing, or of itself."""
    try:
        yield
    except (UndefinedTable, UndefinedColumn, InvalidSchemaName, InsufficientPrivilege) as problem:
        detail = problem.diag.message_primary or "the mart is missing"
        raise MartNotBuilt(detail, retry_after_s=60) from problem
    except (PoolTimeout, psycopg.OperationalError) as problem:
        raise WarehouseAway("the warehouse does not answer", retry_after_s=5) from problem


@asynccontextmanager
async def warehouse_reading(pool: AsyncConnectionPool, tenant_id: str) -> AsyncIterator[AsyncConnection]:
    """One transaction on the warehouse that sees only the tenant. Raises MartNotBuilt or WarehouseAway."""
    with told_of_marts():
        async with pool.connection() as connection, tenant_transaction(connection, tenant_id):
            yield connection
