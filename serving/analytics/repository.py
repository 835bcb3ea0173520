"""The SQL of analytics: marts only, under the reader's tenant."""

from datetime import date, datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_SUMS = (
    "sum(transactions)::bigint as transactions, sum(amount_minor)::bigint as amount_minor, sum(allowed)::bigint as allowed, "
    "sum(reviewed)::bigint as reviewed, sum(denied)::bigint as denied, sum(frauds)::bigint as frauds, "
    "sum(fraud_amount_minor)::bigint as fraud_amount_minor, sum(frauds_caught)::bigint as frauds_caught, "
    "sum(false_alarms)::bigint as false_alarms"
)


async def daily(connection: AsyncConnection, *, tenant_id: str, first: date, past: date) -> list[Row]:
    """Return a row a day and channel of the half-open period [first, past)."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select day, channel, {_SUMS} from marts.daily_volume_and_fraud "
            "where tenant_id = %s and day >= %s and day < %s group by day, channel order by day, channel",
            (tenant_id, first, past),
        )
        return await cursor.fetchall()


async def as_of(connection: AsyncConnection, *, tenant_id: str) -> datetime | None:
    """Return when the build that made the marts began; None where they hold nothing of the tenant."""
    cursor = await connection.execute("select as_of from marts.freshness where tenant_id = %s", (tenant_id,))
    row = await cursor.fetchone()
    return row[0] if row else None


async def by_channel(connection: AsyncConnection, *, tenant_id: str) -> list[Row]:
    """Return a row a channel over all days, with the first and last day."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select channel, min(day) as first_day, max(day) as last_day, {_SUMS} from marts.daily_volume_and_fraud "
            "where tenant_id = %s group by channel order by channel",
            (tenant_id,),
        )
        return await cursor.fetchall()
