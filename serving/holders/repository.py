"""The SQL of holders, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

# The accounts that a customer (%(customer_id)s of %(tenant_id)s) opened, or holds with who did: what they see of the bank.
HELD_BY_CUSTOMER = (
    "select a.account_id from bank.account a where a.tenant_id = %(tenant_id)s and a.customer_id = %(customer_id)s "
    "union all select h.account_id from bank.account_holder h "
    "where h.tenant_id = %(tenant_id)s and h.customer_id = %(customer_id)s"
)
_HOLDERS = """
with holder as (
    select a.customer_id, 'owner' as role, true as opened_it, a.opened_at as added_at
    from bank.account a where a.account_id = %(account_id)s
    union all
    select h.customer_id, h.role, false, h.added_at from bank.account_holder h where h.account_id = %(account_id)s
)
select * from holder
"""


async def role_of(connection: AsyncConnection, *, account_id: UUID, customer_id: str) -> str | None:
    """Return what a customer may do with an account; None for nothing at all."""
    cursor = await connection.execute(
        "select case when a.customer_id = %(customer_id)s then 'owner' else h.role end from bank.account a "
        "left join bank.account_holder h on h.account_id = a.account_id and h.customer_id = %(customer_id)s "
        "where a.account_id = %(account_id)s",
        {"account_id": account_id, "customer_id": customer_id},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def owner_of(connection: AsyncConnection, account_id: UUID) -> str | None:
    """Return who opened an account, which is locked; None when there is none."""
    cursor = await connection.execute("select customer_id from bank.account where account_id = %s for update", (account_id,))
    row = await cursor.fetchone()
    return row[0] if row else None


async def list_holders(connection: AsyncConnection, *, account_id: UUID, after: str | None, limit: int) -> list[Row]:
    """Return who uses an account, by customer."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _HOLDERS + "where %(after)s::text is null or customer_id > %(after)s order by customer_id limit %(limit)s",
            {"account_id": account_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def find_holder(connection: AsyncConnection, *, account_id: UUID, customer_id: str) -> Row | None:
    """Return one who uses an account."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _HOLDERS + "where customer_id = %(customer_id)s", {"account_id": account_id, "customer_id": customer_id}
        )
        return await cursor.fetchone()


async def count_holders(connection: AsyncConnection, account_id: UUID) -> int:
    """Return how many use an account beside who opened it."""
    cursor = await connection.execute("select count(*) from bank.account_holder where account_id = %s", (account_id,))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def write_holder(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, customer_id: str, role: str) -> None:
    """Store what a customer may do with an account. Raises ForeignKeyViolation when there is no such customer."""
    await connection.execute(
        "insert into bank.account_holder (tenant_id, account_id, customer_id, role) values (%s, %s, %s, %s) "
        "on conflict (account_id, customer_id) do update set role = excluded.role",
        (tenant_id, account_id, customer_id, role),
    )


async def delete_holdings(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> None:
    """Take a customer off every account of others."""
    await connection.execute(
        "delete from bank.account_holder where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )


async def delete_holder(connection: AsyncConnection, *, account_id: UUID, customer_id: str) -> None:
    """Take a customer off an account."""
    await connection.execute(
        "delete from bank.account_holder where account_id = %s and customer_id = %s", (account_id, customer_id)
    )
