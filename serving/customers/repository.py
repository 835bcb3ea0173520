"""The SQL of customers, under the reader's tenant."""

from collections.abc import Mapping

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = (
    "select c.customer_id, c.kind, c.status, c.created_at, c.version, c.restricted_at, p.birth_year, p.state, p.sealed "
    "from bank.customer c left join bank.person p using (tenant_id, customer_id) "
)
_WRITE_PERSON = """
insert into bank.person (tenant_id, customer_id, birth_year, state, sealed, document_index)
values (%(tenant_id)s, %(customer_id)s, %(birth_year)s, %(state)s, %(sealed)s, %(document_index)s)
on conflict (tenant_id, customer_id) do update set
    birth_year = excluded.birth_year, state = excluded.state, sealed = excluded.sealed,
    document_index = excluded.document_index
"""


async def insert_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str, kind: str) -> None:
    """Store a customer. Raises UniqueViolation when the id is taken."""
    await connection.execute(
        "insert into bank.customer (tenant_id, customer_id, kind) values (%s, %s, %s)", (tenant_id, customer_id, kind)
    )


async def write_person(connection: AsyncConnection, *, tenant_id: str, customer_id: str, kept: Mapping[str, object]) -> None:
    """Store all that is known of who a customer is. Raises UniqueViolation for a document twice."""
    await connection.execute(_WRITE_PERSON, {"tenant_id": tenant_id, "customer_id": customer_id, **kept})


async def find_customer(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, for_update: bool = False
) -> Row | None:
    """Return one customer, locked when it is to be changed."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        if for_update:
            await cursor.execute(
                "select 1 from bank.customer where tenant_id = %s and customer_id = %s for update", (tenant_id, customer_id)
            )
        await cursor.execute(_SELECT + "where c.tenant_id = %s and c.customer_id = %s", (tenant_id, customer_id))
        return await cursor.fetchone()


async def customer_status(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> str | None:
    """Return how a customer stands, who stays so until the transaction ends; None when there is no such customer."""
    cursor = await connection.execute(
        "select status from bank.customer where tenant_id = %s and customer_id = %s for share", (tenant_id, customer_id)
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def list_customers(connection: AsyncConnection, *, tenant_id: str, after: str | None, limit: int) -> list[Row]:
    """Return customers after an id, by id."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + "where c.tenant_id = %(tenant_id)s and (%(after)s::text is null or c.customer_id > %(after)s) "
            "order by c.customer_id limit %(limit)s",
            {"tenant_id": tenant_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def touch_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str, status: str | None = None) -> None:
    """Count a change of a customer, and write a status when one is given."""
    await connection.execute(
        "update bank.customer set version = version + 1, status = coalesce(%s, status) "
        "where tenant_id = %s and customer_id = %s",
        (status, tenant_id, customer_id),
    )


async def has_open_account(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> bool:
    """Whether an account of the customer's own is not closed."""
    cursor = await connection.execute(
        "select exists (select from bank.account where tenant_id = %s and customer_id = %s and status <> 'closed')",
        (tenant_id, customer_id),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def erase_person(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> None:
    """Erase everything that says who a customer is, and whom they paid and where else they bank."""
    key = (tenant_id, customer_id)
    await connection.execute("delete from bank.person where tenant_id = %s and customer_id = %s", key)
    await connection.execute("delete from bank.beneficiary where tenant_id = %s and customer_id = %s", key)
    await connection.execute("delete from bank.external_account where tenant_id = %s and customer_id = %s", key)
