"""The SQL of customers, under the reader's tenant."""

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = (
    "select c.customer_id, c.kind, c.status, c.created_at, p.full_name, p.email, p.birth_year, p.state "
    "from bank.customer c left join bank.person p using (tenant_id, customer_id) "
)


async def insert_customer(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    customer_id: str,
    kind: str,
    full_name: str | None,
    email: str | None,
    birth_year: int | None,
    state: str | None,
) -> None:
    """Store a customer, and who it is when that is known. Raises UniqueViolation when the id is taken."""
    await connection.execute(
        "insert into bank.customer (tenant_id, customer_id, kind) values (%s, %s, %s)", (tenant_id, customer_id, kind)
    )
    if any(known is not None for known in (full_name, email, birth_year, state)):
        await connection.execute(
            "insert into bank.person (tenant_id, customer_id, full_name, email, birth_year, state) "
            "values (%s, %s, %s, %s, %s, %s)",
            (tenant_id, customer_id, full_name, email, birth_year, state),
        )


async def find_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> Row | None:
    """Return one customer."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SELECT + "where c.tenant_id = %s and c.customer_id = %s", (tenant_id, customer_id))
        return await cursor.fetchone()


async def list_customers(connection: AsyncConnection, *, tenant_id: str, after: str | None, limit: int) -> list[Row]:
    """Return customers after an id, by id."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where c.tenant_id = %(tenant_id)s and (%(after)s::text is null or c.customer_id > %(after)s) "
            "order by c.customer_id limit %(limit)s",
            {"tenant_id": tenant_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()
