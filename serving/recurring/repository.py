"""The SQL of what comes again: the mart only, under the reader's tenant."""

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]
MAX_SERIES = 1_000
"""Of one customer; an account with a dozen of them is a busy one."""

_SERIES = f"""
select series_id, account_id, direction, category, counterparty, currency, period, first_day, last_day, payments,
    amount_minor, next_day, earliest_day, latest_day, low_minor, high_minor, subscription, as_of
from marts.recurring_payments where tenant_id = %s and customer_id = %s
order by next_day nulls last, amount_minor desc, series_id limit {MAX_SERIES}
"""


async def series(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> list[Row]:
    """Return a customer's series, the next to come first, those that have ended last; at most MAX_SERIES."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SERIES, (tenant_id, customer_id))
        return await cursor.fetchall()
