"""The SQL of products, under the reader's tenant."""

from collections.abc import Mapping

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, object]

_COLUMNS = (
    "code, currency, name, kind, overdraft_limit_minor, credit_rate_ppm, debit_rate_ppm, day_count, monthly_fee_minor, "
    "transfer_fees, offered, version, created_at "
)


async def insert_product(connection: AsyncConnection, *, tenant_id: str, terms: Mapping[str, object]) -> None:
    """Store a product. Raises UniqueViolation when the code is taken in this currency."""
    await connection.execute(
        "insert into bank.product (tenant_id, code, currency, name, kind, overdraft_limit_minor, credit_rate_ppm, "
        "debit_rate_ppm, day_count, monthly_fee_minor, transfer_fees) values (%(tenant_id)s, %(code)s, %(currency)s, %(name)s, "
        "%(kind)s, %(overdraft_limit_minor)s, %(credit_rate_ppm)s, %(debit_rate_ppm)s, %(day_count)s, %(monthly_fee_minor)s, "
        "%(transfer_fees)s)",
        {**terms, "tenant_id": tenant_id, "transfer_fees": Jsonb(terms["transfer_fees"])},
    )


async def find_product(
    connection: AsyncConnection, *, tenant_id: str, code: str, currency: str, for_update: bool = False
) -> Row | None:
    """Return one product, locked when it is to be changed."""
    query = "select " + _COLUMNS + "from bank.product where tenant_id = %s and code = %s and currency = %s"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query + (" for update" if for_update else ""), (tenant_id, code, currency))
        return await cursor.fetchone()


async def list_products(connection: AsyncConnection, *, tenant_id: str, after: tuple[str, str] | None, limit: int) -> list[Row]:
    """Return products after a code and currency, in that order."""
    code, currency = after or (None, None)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select " + _COLUMNS + "from bank.product where tenant_id = %(tenant_id)s "
            "and (%(code)s::text is null or (code, currency) > (%(code)s, %(currency)s)) "
            "order by code, currency limit %(limit)s",
            {"tenant_id": tenant_id, "code": code, "currency": currency, "limit": limit},
        )
        return await cursor.fetchall()


async def update_product(connection: AsyncConnection, *, tenant_id: str, terms: Mapping[str, object]) -> None:
    """Write a product's terms as they should be from now on, and count the change."""
    await connection.execute(
        "update bank.product set name = %(name)s, overdraft_limit_minor = %(overdraft_limit_minor)s, "
        "credit_rate_ppm = %(credit_rate_ppm)s, debit_rate_ppm = %(debit_rate_ppm)s, day_count = %(day_count)s, "
        "monthly_fee_minor = %(monthly_fee_minor)s, transfer_fees = %(transfer_fees)s, offered = %(offered)s, "
        "version = version + 1 where tenant_id = %(tenant_id)s and code = %(code)s and currency = %(currency)s",
        {**terms, "tenant_id": tenant_id, "transfer_fees": Jsonb(terms["transfer_fees"])},
    )
