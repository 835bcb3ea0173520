"""The SQL of sandbox clocks, under the tenant's own rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class ClockRow:
    """How far ahead a sandbox is, and who moved it last."""

    offset_ms: int
    moved_at: datetime
    moved_by: str | None


async def find_offset_ms(connection: AsyncConnection, *, tenant_id: str) -> int | None:
    """Return how far ahead a tenant is; None for one that is no sandbox."""
    row = await find_clock(connection, tenant_id=tenant_id)
    return None if row is None else row.offset_ms


async def find_clock(connection: AsyncConnection, *, tenant_id: str) -> ClockRow | None:
    """Return a sandbox's clock; None for a tenant that is none."""
    async with connection.cursor(row_factory=class_row(ClockRow)) as cursor:
        await cursor.execute("select offset_ms, moved_at, moved_by from bank.sandbox_clock where tenant_id = %s", (tenant_id,))
        return await cursor.fetchone()


async def move(connection: AsyncConnection, *, tenant_id: str, offset_ms: int, moved_by: str) -> None:
    """Put a sandbox so far ahead, or leave it where it is when somebody else has moved it further."""
    await connection.execute(
        "update bank.sandbox_clock set offset_ms = %(offset_ms)s, moved_at = clock_timestamp(), moved_by = %(moved_by)s "
        "where tenant_id = %(tenant_id)s and offset_ms < %(offset_ms)s",
        {"tenant_id": tenant_id, "offset_ms": offset_ms, "moved_by": moved_by[:128]},
    )


async def next_expiry_ms(connection: AsyncConnection, *, tenant_id: str, after_ms: int) -> int | None:
    """Return when the next of the tenant's holds runs out."""
    cursor = await connection.execute(
        "select (extract(epoch from min(expires_at)) * 1000)::bigint from ledger.transfer "
        "where tenant_id = %s and status = 'held' and expires_at > ledger.at(%s::bigint)",
        (tenant_id, after_ms),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def any_charge_due(connection: AsyncConnection, *, tenant_id: str) -> bool:
    """Whether a charge of the tenant waits to be collected."""
    cursor = await connection.execute("select from bank.charge where tenant_id = %s and status = 'due' limit 1", (tenant_id,))
    return await cursor.fetchone() is not None


async def expired(connection: AsyncConnection, *, tenant_id: str, now_ms: int, limit: int) -> list[UUID]:
    """Return the ids of the tenant's holds whose time has run out, oldest first."""
    cursor = await connection.execute(
        "select id from ledger.transfer where tenant_id = %s and status = 'held' "
        "and expires_at <= ledger.at(%s::bigint) order by expires_at limit %s",
        (tenant_id, now_ms, limit),
    )
    return [row[0] for row in await cursor.fetchall()]
