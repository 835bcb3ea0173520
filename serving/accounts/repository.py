"""The SQL of accounts: what the bank says of them (bank.account) beside what the ledger holds, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = (
    "select b.account_id, b.customer_id, b.product, b.currency, b.nickname, b.status, b.opened_at, "
    "l.credits_posted_minor - l.debits_posted_minor as balance_minor, "
    "l.credits_posted_minor - l.debits_posted_minor - l.debits_pending_minor as available_minor "
    "from bank.account b join ledger.account l on l.id = b.account_id "
)


async def find_account(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, customer_id: str | None) -> Row | None:
    """Return one account; only the customer's own when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where b.tenant_id = %(tenant_id)s and b.account_id = %(account_id)s "
            "and (%(customer_id)s::text is null or b.customer_id = %(customer_id)s)",
            {"tenant_id": tenant_id, "account_id": account_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def list_accounts(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Return accounts after an id, by id; only the customer's when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where b.tenant_id = %(tenant_id)s "
            "and (%(customer_id)s::text is null or b.customer_id = %(customer_id)s) "
            "and (%(after)s::uuid is null or b.account_id > %(after)s) order by b.account_id limit %(limit)s",
            {"tenant_id": tenant_id, "customer_id": customer_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def insert_account(
    connection: AsyncConnection,
    *,
    account_id: UUID,
    tenant_id: str,
    customer_id: str,
    product: str,
    currency: str,
    nickname: str | None,
) -> None:
    """Store what the bank says of an account. Raises ForeignKeyViolation when there is no such customer."""
    await connection.execute(
        "insert into bank.account (account_id, tenant_id, customer_id, product, currency, nickname) "
        "values (%s, %s, %s, %s, %s, %s)",
        (account_id, tenant_id, customer_id, product, currency, nickname),
    )
