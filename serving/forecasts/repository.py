"""The SQL of forecasts: marts only, under the reader's tenant."""

from typing import Literal

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]
Kind = Literal["cash_flow", "liquidity"]

_MADE = (
    "select first_day, made_at, horizon_days, history_days, backtests, rmse_scaled, rmse_scaled_seasonal_naive, "
    "month_error_pct, month_error_pct_seasonal_naive, coverage_80_pct, coverage_95_pct "
    "from marts.forecasts where tenant_id = %s and kind = %s"
)
_BANDS = "day, flow, expected_minor, low_80_minor, high_80_minor, low_95_minor, high_95_minor"
_CASH_FLOW = (
    f"select {_BANDS} from marts.cash_flow_forecast "
    "where tenant_id = %s and customer_id = %s and currency = %s order by day, flow"
)
_LIQUIDITY = (
    f"select rail, {_BANDS} from marts.liquidity_forecast where tenant_id = %s and currency = %s order by rail, day, flow"
)


async def made(connection: AsyncConnection, *, tenant_id: str, kind: Kind) -> Row | None:
    """Return how the newest forecast was made, None where there is none."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_MADE, (tenant_id, kind))
        return await cursor.fetchone()


async def cash_flow(connection: AsyncConnection, *, tenant_id: str, customer_id: str, currency: str) -> list[Row]:
    """Return a row a day and flow of one customer, in this order."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_CASH_FLOW, (tenant_id, customer_id, currency))
        return await cursor.fetchall()


async def liquidity(connection: AsyncConnection, *, tenant_id: str, currency: str) -> list[Row]:
    """Return a row a rail, day and flow, in this order."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LIQUIDITY, (tenant_id, currency))
        return await cursor.fetchall()
