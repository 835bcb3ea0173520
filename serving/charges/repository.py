"""The SQL of charges, under the reader's tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_CHARGE = (
    "select charge_id, account_id, kind, period, amount_minor, currency, value_day, status, attempts, problem, transfer_id, "
    "due_at, settled_at from bank.charge where tenant_id = %(tenant_id)s "
)


async def find_charge(connection: AsyncConnection, *, tenant_id: str, charge_id: UUID, lock: bool = False) -> Row | None:
    """Return one charge."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _CHARGE + "and charge_id = %(charge_id)s" + (" for update" if lock else ""),
            {"tenant_id": tenant_id, "charge_id": charge_id},
        )
        return await cursor.fetchone()


async def list_charges(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    status: str | None,
    account_id: UUID | None,
    before: tuple[str, str] | None,
    limit: int,
) -> list[Row]:
    """Return charges before a moment and id, newest first."""
    bound = {
        "tenant_id": tenant_id,
        "status": status,
        "account_id": account_id,
        "at": before[0] if before else None,
        "id": before[1] if before else None,
        "limit": limit,
    }
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _CHARGE + "and (%(status)s::text is null or status = %(status)s) "
            "and (%(account_id)s::uuid is null or account_id = %(account_id)s) "
            "and (%(at)s::timestamptz is null or (due_at, charge_id) < (%(at)s::timestamptz, %(id)s::uuid)) "
            "order by due_at desc, charge_id desc limit %(limit)s",
            bound,
        )
        return await cursor.fetchall()


async def waive(connection: AsyncConnection, *, charge_id: UUID, now_ms: int) -> None:
    """Let a charge go."""
    await connection.execute(
        "update bank.charge set status = 'waived', settled_at = ledger.at(%s) where charge_id = %s", (now_ms, charge_id)
    )
