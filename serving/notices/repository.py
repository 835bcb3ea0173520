"""The SQL of withdrawal notices, under the reader's tenant. Rows are added and never changed."""

from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]
MOST_DAYS = 100

_INSERT = (
    "insert into bank.withdrawal_notice (tenant_id, account_id, day, version, amount_minor, given_at, given_by) "
    "values (%(tenant_id)s, %(account_id)s, %(day)s, %(version)s, %(amount_minor)s, %(given_at)s, %(given_by)s)"
)
_VERSIONS = (
    "select day, version, amount_minor, given_at, (extract(epoch from given_at) * 1000)::bigint as given_ms, given_by "
    "from bank.withdrawal_notice where tenant_id = %(tenant_id)s and account_id = %(account_id)s "
)
_OF_DAY = _VERSIONS + "and day = %(day)s order by version"
_ALL = (
    _VERSIONS + "and day in (select distinct n.day from bank.withdrawal_notice n where n.tenant_id = %(tenant_id)s "
    "and n.account_id = %(account_id)s order by n.day desc limit %(most)s) order by day desc, version"
)


async def insert_notice(
    connection: AsyncConnection, *, tenant_id: str, account_id: UUID, day: date, version: int, amount_minor: int,
    given_at: datetime, given_by: str,
) -> None:  # fmt: skip
    """Store what is said of a day under its next version."""
    values = {
        "tenant_id": tenant_id, "account_id": account_id, "day": day, "version": version, "amount_minor": amount_minor,
        "given_at": given_at, "given_by": given_by,
    }  # fmt: skip
    await connection.execute(_INSERT, values)


async def of_day(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, day: date) -> list[Row]:
    """Return all that was said of a day, in order."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_OF_DAY, {"tenant_id": tenant_id, "account_id": account_id, "day": day})
        return await cursor.fetchall()


async def of_account(connection: AsyncConnection, *, tenant_id: str, account_id: UUID) -> list[Row]:
    """Return all that was said of an account's latest MOST_DAYS days, the latest day first, each in order."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ALL, {"tenant_id": tenant_id, "account_id": account_id, "most": MOST_DAYS})
        return await cursor.fetchall()
