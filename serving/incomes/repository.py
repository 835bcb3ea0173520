"""The SQL of declared incomes, under the reader's tenant. Rows are added and never changed."""

from datetime import date, datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]
MOST_SHOWN = 101

_INSERT = (
    "insert into bank.declared_income (tenant_id, customer_id, version, income_minor, currency, source, declared_on, "
    "valid_from, kept_by, kept_at) values (%(tenant_id)s, %(customer_id)s, %(version)s, %(income_minor)s, %(currency)s, "
    "%(source)s, %(declared_on)s, %(valid_from)s, %(kept_by)s, %(kept_at)s)"
)
_DECLARED = (
    "select version, income_minor, currency, source, declared_on, valid_from, kept_by, kept_at from bank.declared_income "
    "where tenant_id = %s and customer_id = %s order by version desc limit %s"
)


async def insert_income(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, version: int, income_minor: int, currency: str,
    source: str, declared_on: date, valid_from: date, kept_by: str, kept_at: datetime,
) -> None:  # fmt: skip
    """Store a declaration under the customer's next version."""
    values = {
        "tenant_id": tenant_id, "customer_id": customer_id, "version": version, "income_minor": income_minor,
        "currency": currency, "source": source, "declared_on": declared_on, "valid_from": valid_from, "kept_by": kept_by,
        "kept_at": kept_at,
    }  # fmt: skip
    await connection.execute(_INSERT, values)


async def declared(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> list[Row]:
    """Return what a customer declared, newest first, at most MOST_SHOWN."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_DECLARED, (tenant_id, customer_id, MOST_SHOWN))
        return await cursor.fetchall()
