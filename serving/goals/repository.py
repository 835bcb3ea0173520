"""The SQL of goals, under the reader's tenant."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from serving.holders.repository import HELD_BY_CUSTOMER

Row = dict[str, object]

_SELECT = (
    "select g.goal_id, g.parent_account_id as account_id, g.name, g.status, g.target_minor, g.target_date, g.created_at, "
    "g.version, l.currency, l.credits_posted_minor - l.debits_posted_minor as balance_minor "
    "from bank.goal g join ledger.account l on l.id = g.goal_id "
)
_SEEN_BY_CUSTOMER = "(%(customer_id)s::text is null or g.parent_account_id in (" + HELD_BY_CUSTOMER + ")) "


async def find_parent(connection: AsyncConnection, account_id: UUID) -> Row | None:
    """Return owner, currency and status of an account, which is locked."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select customer_id, currency, status from bank.account where account_id = %s for update", (account_id,)
        )
        return await cursor.fetchone()


async def insert_goal(connection: AsyncConnection, values: Mapping[str, object]) -> None:
    """Store a goal whose account the ledger has opened."""
    await connection.execute(
        "insert into bank.goal (goal_id, tenant_id, parent_account_id, name, target_minor, target_date, created_at) values ("
        "%(goal_id)s, %(tenant_id)s, %(account_id)s, %(name)s, %(target_minor)s, %(target_date)s, "
        "ledger.at(%(created_at_ms)s))",
        values,
    )


async def find_goal(connection: AsyncConnection, *, tenant_id: str, goal_id: UUID, for_update: bool = False) -> Row | None:
    """Return one goal, locked when it is to be changed or money to be moved."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        if for_update:
            await cursor.execute("select 1 from bank.goal where goal_id = %s for update", (goal_id,))
        await cursor.execute(_SELECT + "where g.tenant_id = %s and g.goal_id = %s", (tenant_id, goal_id))
        return await cursor.fetchone()


async def list_goals(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    account_id: UUID | None,
    customer_id: str | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Return goals after an id, by id; only an account's, and only those that a customer holds, when one is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where g.tenant_id = %(tenant_id)s and " + _SEEN_BY_CUSTOMER + "and "
            "(%(account_id)s::uuid is null or g.parent_account_id = %(account_id)s) and "
            "(%(after)s::uuid is null or g.goal_id > %(after)s) order by g.goal_id limit %(limit)s",
            {
                "tenant_id": tenant_id,
                "customer_id": customer_id,
                "account_id": account_id,
                "after": after,
                "limit": limit,
            },
        )
        return await cursor.fetchall()


async def update_goal(
    connection: AsyncConnection,
    *,
    goal_id: UUID,
    given: Sequence[str],
    name: str | None,
    target_minor: int | None,
    target_date: object,
) -> None:
    """Write what is given of a goal, and count the change."""
    await connection.execute(
        "update bank.goal set name = coalesce(%(name)s, name), "
        "target_minor = case when 'target_minor' = any(%(given)s) then %(target_minor)s else target_minor end, "
        "target_date = case when 'target_date' = any(%(given)s) then %(target_date)s else target_date end, "
        "version = version + 1 where goal_id = %(goal_id)s",
        {
            "goal_id": goal_id,
            "given": list(given),
            "name": name,
            "target_minor": target_minor,
            "target_date": target_date,
        },
    )


async def close_goal(connection: AsyncConnection, goal_id: UUID) -> None:
    """Close a goal, and count the change."""
    await connection.execute("update bank.goal set status = 'closed', version = version + 1 where goal_id = %s", (goal_id,))
