"""The SQL of reversals, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]


async def find_original(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Row | None:
    """Return a transfer with what was posted and reversed of it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select id, status, purpose, debit_account_id, credit_account_id, posted_minor, reversed_minor, currency, "
            "(extract(epoch from occurred_at) * 1000)::bigint as occurred_at_ms "
            "from ledger.transfer where tenant_id = %s and id = %s",
            (tenant_id, transfer_id),
        )
        return await cursor.fetchone()


async def find_reversal(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Row | None:
    """Return a reversal beside what can still be taken back of the transfer that it reverses."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select r.id, r.reverses_id, r.reason, r.debit_account_id, r.credit_account_id, r.posted_minor, r.currency, "
            "o.posted_minor - o.reversed_minor as left_minor, r.occurred_at as value_at, r.booked_at "
            "from ledger.transfer r join ledger.transfer o on o.id = r.reverses_id where r.tenant_id = %s and r.id = %s",
            (tenant_id, transfer_id),
        )
        return await cursor.fetchone()
