"""The SQL of accounts at other banks, under the reader's tenant."""

from collections.abc import Mapping
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SELECT = (
    "select external_account_id, customer_id, sealed, bank_code, currency, status, first_minor, second_minor, tries_left, "
    "expires_at, (extract(epoch from expires_at) * 1000)::bigint as expires_at_ms, proof, verified_at, created_at "
    "from bank.external_account where tenant_id = %(tenant_id)s "
)
_OF_CUSTOMER = "and (%(customer_id)s::text is null or customer_id = %(customer_id)s) "


async def insert_link(connection: AsyncConnection, values: Mapping[str, object]) -> None:
    """Store an account to be proved."""
    await connection.execute(
        "insert into bank.external_account (external_account_id, tenant_id, customer_id, sealed, bank_code, "
        "currency, first_minor, second_minor, tries_left, expires_at, created_at) values ("
        "%(external_account_id)s, %(tenant_id)s, %(customer_id)s, %(sealed)s, %(bank_code)s, "
        "%(currency)s, %(first_minor)s, %(second_minor)s, %(tries_left)s, ledger.at(%(expires_at_ms)s), "
        "ledger.at(%(created_at_ms)s))",
        values,
    )


async def links_since(connection: AsyncConnection, *, tenant_id: str, customer_id: str, since_ms: int) -> int | None:
    """Return how many accounts a customer, who is locked, has linked since a moment; None when there is none, or erased."""
    key = (tenant_id, customer_id)
    found = await connection.execute(
        "select 1 from bank.customer where tenant_id = %s and customer_id = %s and restricted_at is null for no key update", key
    )
    if await found.fetchone() is None:
        return None
    cursor = await connection.execute(
        "select count(*) from bank.external_account where tenant_id = %s and customer_id = %s and created_at > ledger.at(%s)",
        (*key, since_ms),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def find_link(
    connection: AsyncConnection, *, tenant_id: str, external_account_id: UUID, customer_id: str | None, for_update: bool = False
) -> Row | None:
    """Return one account, locked when it is to be changed; only the customer's own when a customer is given."""
    query = _SELECT + _OF_CUSTOMER + "and external_account_id = %(external_account_id)s"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            query + (" for update" if for_update else ""),
            {"tenant_id": tenant_id, "external_account_id": external_account_id, "customer_id": customer_id},
        )
        return await cursor.fetchone()


async def list_links(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Return accounts after an id, by id; only the customer's own when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _SELECT + _OF_CUSTOMER + "and (%(after)s::uuid is null or external_account_id > %(after)s) "
            "order by external_account_id limit %(limit)s",
            {"tenant_id": tenant_id, "customer_id": customer_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def write_status(
    connection: AsyncConnection,
    *,
    external_account_id: UUID,
    status: str,
    tries_left: int,
    proof: str | None,
    sealed: bytes,
    now_ms: int,
) -> None:
    """Write how far a proof is, and the sealed record with what proves it; a proof that is given is dated."""
    await connection.execute(
        "update bank.external_account set status = %(status)s, tries_left = %(tries_left)s, proof = %(proof)s, "
        "sealed = %(sealed)s, "
        "verified_at = case when %(proof)s::text is not null then ledger.at(%(now_ms)s) end "
        "where external_account_id = %(external_account_id)s",
        {
            "external_account_id": external_account_id,
            "status": status,
            "tries_left": tries_left,
            "proof": proof,
            "sealed": sealed,
            "now_ms": now_ms,
        },
    )
