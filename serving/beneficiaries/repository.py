"""The SQL of beneficiaries, under the reader's tenant. Who a payee is lies in `sealed`."""

from collections.abc import Mapping
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = "select * from bank.beneficiary where tenant_id = %(tenant_id)s "
_OF_CUSTOMER = "and (%(customer_id)s::text is null or customer_id = %(customer_id)s) "


async def insert_beneficiary(connection: AsyncConnection, values: Mapping[str, object]) -> bool:
    """Store a payee; False when there is no such customer, or their erasure was asked for."""
    cursor = await connection.execute(
        "insert into bank.beneficiary (beneficiary_id, tenant_id, customer_id, sealed, account_id, pix_key_kind, bank_code, "
        "created_at, cooling_until) select %(beneficiary_id)s, c.tenant_id, c.customer_id, %(sealed)s, %(account_id)s, "
        "%(pix_key_kind)s, %(bank_code)s, ledger.at(%(created_at_ms)s), ledger.at(%(cooling_until_ms)s) from bank.customer c "
        "where c.tenant_id = %(tenant_id)s and c.customer_id = %(customer_id)s and c.restricted_at is null",
        values,
    )
    return cursor.rowcount == 1


async def find_beneficiary(
    connection: AsyncConnection, *, tenant_id: str, beneficiary_id: UUID, customer_id: str | None, for_update: bool = False
) -> Row | None:
    """Return one payee, locked when it is to be changed; only the customer's own when a customer is given."""
    query = _SELECT + _OF_CUSTOMER + "and beneficiary_id = %(beneficiary_id)s"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            query + (" for update" if for_update else ""),
            {"tenant_id": tenant_id, "beneficiary_id": beneficiary_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def list_beneficiaries(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Return payees after an id, by id; only the customer's own when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + _OF_CUSTOMER + "and (%(after)s::uuid is null or beneficiary_id > %(after)s) "
            "order by beneficiary_id limit %(limit)s",
            {"tenant_id": tenant_id, "customer_id": customer_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def update_beneficiary(connection: AsyncConnection, *, beneficiary_id: UUID, sealed: bytes) -> None:
    """Write who a payee is, and count the change."""
    await connection.execute(
        "update bank.beneficiary set sealed = %s, version = version + 1 where beneficiary_id = %s", (sealed, beneficiary_id)
    )


async def delete_beneficiary(connection: AsyncConnection, beneficiary_id: UUID) -> None:
    """Forget a payee."""
    await connection.execute("delete from bank.beneficiary where beneficiary_id = %s", (beneficiary_id,))


async def account_exists(connection: AsyncConnection, *, tenant_id: str, account_id: UUID) -> bool:
    """Whether the tenant keeps an account of this id for a customer."""
    cursor = await connection.execute(
        "select exists (select from bank.account where tenant_id = %s and account_id = %s)", (tenant_id, account_id)
    )
    row = await cursor.fetchone()
    return bool(row and row[0])
