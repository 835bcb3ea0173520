"""The SQL of budgets, under the reader's tenant."""

from collections.abc import Mapping
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = (
    "select budget_id, customer_id, category, currency, limit_minor, created_at, version from bank.budget "
    "where tenant_id = %(tenant_id)s and (%(customer_id)s::text is null or customer_id = %(customer_id)s) "
)
_INSERT = (
    "insert into bank.budget (budget_id, tenant_id, customer_id, category, currency, limit_minor, created_at) "
    "select %(budget_id)s, c.tenant_id, c.customer_id, %(category)s, %(currency)s, %(limit_minor)s, "
    "ledger.at(%(created_at_ms)s) from bank.customer c "
    "where c.tenant_id = %(tenant_id)s and c.customer_id = %(customer_id)s and c.restricted_at is null "
    "on conflict (tenant_id, customer_id, category, currency) do nothing"
)


async def insert_budget(connection: AsyncConnection, values: Mapping[str, object]) -> bool:
    """Store a budget; False when the customer has one of the same, or their erasure was asked for."""
    return (await connection.execute(_INSERT, values)).rowcount == 1


async def find_budget(
    connection: AsyncConnection, *, tenant_id: str, budget_id: UUID, customer_id: str | None, for_update: bool = False
) -> Row | None:
    """Return one budget, locked when it is to be changed; only the customer's own when a customer is given."""
    query = _SELECT + "and budget_id = %(budget_id)s"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            query + (" for update" if for_update else ""),
            {"tenant_id": tenant_id, "budget_id": budget_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def list_budgets(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Return budgets after an id, by id; only the customer's own when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "and (%(after)s::uuid is null or budget_id > %(after)s) order by budget_id limit %(limit)s",
            {"tenant_id": tenant_id, "customer_id": customer_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def count_budgets(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> int:
    """Return how many budgets a customer has."""
    cursor = await connection.execute(
        "select count(*) from bank.budget where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def update_budget(connection: AsyncConnection, *, budget_id: UUID, limit_minor: int) -> None:
    """Write a budget's limit, and count the change."""
    await connection.execute(
        "update bank.budget set limit_minor = %s, version = version + 1 where budget_id = %s", (limit_minor, budget_id)
    )


async def delete_budget(connection: AsyncConnection, budget_id: UUID) -> None:
    """Forget a budget."""
    await connection.execute("delete from bank.budget where budget_id = %s", (budget_id,))
