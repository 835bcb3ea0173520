"""The SQL of accounts: what the bank says of them (bank.account) beside what the ledger holds, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from serving.holders.repository import HELD_BY_CUSTOMER

Row = dict[str, object]

# What is shown as active is stored as opened until something else moves it: the first credit is what makes it so.
_SELECT = (
    "select b.account_id, b.customer_id, b.product, b.currency, b.nickname, b.opened_at, b.version, b.block_cause, "
    "b.blocked_debits, b.blocked_credits, "
    "case when b.status = 'opened' and l.credits_posted_minor > 0 then 'active' else b.status end as status, "
    "l.credits_posted_minor - l.debits_posted_minor as balance_minor, "
    "l.credits_posted_minor - l.debits_posted_minor - l.debits_pending_minor as available_minor, "
    "greatest(0, -coalesce(l.min_balance_minor, 0)) as overdraft_limit_minor, "
    "coalesce((select sum(s.credits_posted_minor - s.debits_posted_minor) from bank.goal g "
    "join ledger.account s on s.id = g.goal_id where g.parent_account_id = b.account_id), 0)::bigint as set_aside_minor "
    "from bank.account b join ledger.account l on l.id = b.account_id "
)
_SEEN_BY_CUSTOMER = "(%(customer_id)s::text is null or b.account_id in (" + HELD_BY_CUSTOMER + ")) "


async def find_account(
    connection: AsyncConnection, *, tenant_id: str, account_id: UUID, customer_id: str | None, for_update: bool = False
) -> Row | None:
    """Return one account, locked when it is to be changed; only one that the customer holds when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        if for_update:
            await cursor.execute(
                "select 1 from bank.account where tenant_id = %s and account_id = %s for update", (tenant_id, account_id)
            )
        await cursor.execute(
            _SELECT + "where b.tenant_id = %(tenant_id)s and b.account_id = %(account_id)s and " + _SEEN_BY_CUSTOMER,
            {"tenant_id": tenant_id, "account_id": account_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def list_accounts(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Return accounts after an id, by id; only those that the customer holds when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where b.tenant_id = %(tenant_id)s and " + _SEEN_BY_CUSTOMER + "and "
            "(%(after)s::uuid is null or b.account_id > %(after)s) order by b.account_id limit %(limit)s",
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
    now_ms: int,
) -> None:
    """Store what the bank says of an account that is opened now."""
    await connection.execute(
        "insert into bank.account (account_id, tenant_id, customer_id, product, currency, nickname, opened_at) "
        "values (%s, %s, %s, %s, %s, %s, ledger.at(%s))",
        (account_id, tenant_id, customer_id, product, currency, nickname, now_ms),
    )


async def open_accounts_of(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> int:
    """Return how many accounts a customer opened that are not closed."""
    cursor = await connection.execute(
        "select count(*) from bank.account where tenant_id = %s and customer_id = %s and status <> 'closed'",
        (tenant_id, customer_id),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def write_nickname(connection: AsyncConnection, *, account_id: UUID, nickname: str | None) -> None:
    """Name an account, and count the change."""
    await connection.execute(
        "update bank.account set nickname = %s, version = version + 1 where account_id = %s", (nickname, account_id)
    )


async def write_status(
    connection: AsyncConnection,
    *,
    account_id: UUID,
    status: str,
    block_cause: str | None,
    blocked_debits: bool,
    blocked_credits: bool,
) -> None:
    """Write how an account stands, and count the change."""
    await connection.execute(
        "update bank.account set status = %s, block_cause = %s, blocked_debits = %s, blocked_credits = %s, "
        "version = version + 1 where account_id = %s",
        (status, block_cause, blocked_debits, blocked_credits, account_id),
    )


async def has_open_goal(connection: AsyncConnection, account_id: UUID) -> bool:
    """Whether money may still be set aside under an account."""
    cursor = await connection.execute(
        "select exists (select from bank.goal where parent_account_id = %s and status = 'open')", (account_id,)
    )
    row = await cursor.fetchone()
    return bool(row and row[0])
