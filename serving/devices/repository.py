"""The SQL of registered devices, under the reader's tenant."""

from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]
MOST_SHOWN = 200

_DEVICE = (
    "select customer_id, device_id, number, asked_at, confirmed_at, confirmed_by, removed_at from bank.device "
    "where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s "
)
_NEWEST = _DEVICE + "and device_id = %(device_id)s order by number desc limit 1"
_ALL = _DEVICE + "order by asked_at desc, device_id, number desc limit %(most)s"
_KEPT = (
    "select count(*), count(*) filter (where removed_at is null) from bank.device "
    "where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s"
)
_INSERT = (
    "insert into bank.device (tenant_id, customer_id, device_id, number, asked_at, asked_by) "
    "values (%(tenant_id)s, %(customer_id)s, %(device_id)s, %(number)s, %(at)s, %(by)s)"
)
_ONE = "where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s and device_id = %(device_id)s and removed_at is null"
_CONFIRM = "update bank.device set confirmed_at = %(at)s, confirmed_by = %(by)s " + _ONE + " and confirmed_at is null"
_REMOVE = "update bank.device set removed_at = greatest(%(at)s, coalesce(confirmed_at, asked_at)), removed_by = %(by)s " + _ONE


async def newest(connection: AsyncConnection, *, tenant_id: str, customer_id: str, device_id: str) -> Row | None:
    """Return a device's newest registration; None where there is none."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_NEWEST, {"tenant_id": tenant_id, "customer_id": customer_id, "device_id": device_id})
        return await cursor.fetchone()


async def registrations(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> list[Row]:
    """Return a customer's registrations, newest first, at most MOST_SHOWN."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ALL, {"tenant_id": tenant_id, "customer_id": customer_id, "most": MOST_SHOWN})
        return await cursor.fetchall()


async def counted(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> tuple[int, int]:
    """Return how many registrations a customer ever had, and how many are not removed."""
    row = await (await connection.execute(_KEPT, {"tenant_id": tenant_id, "customer_id": customer_id})).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def insert_device(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, device_id: str, number: int, at: datetime, by: str
) -> None:
    """Store that a device is to be registered."""
    named = {"tenant_id": tenant_id, "customer_id": customer_id, "device_id": device_id}
    await connection.execute(_INSERT, named | {"number": number, "at": at, "by": by})


async def confirm(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, device_id: str, at: datetime, by: str
) -> None:
    """Let payments come from a device that waits for it, from this moment on."""
    named = {"tenant_id": tenant_id, "customer_id": customer_id, "device_id": device_id}
    await connection.execute(_CONFIRM, named | {"at": at, "by": by})


async def remove(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, device_id: str, at: datetime, by: str
) -> None:
    """End a device's registration."""
    named = {"tenant_id": tenant_id, "customer_id": customer_id, "device_id": device_id}
    await connection.execute(_REMOVE, named | {"at": at, "by": by})
