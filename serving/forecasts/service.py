"""Reading forecasts: the newest one of a tenant, and nothing else of it where the reader has it already."""

import hashlib
from collections.abc import Iterable
from itertools import groupby

from psycopg_pool import AsyncConnectionPool

from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading
from serving.forecasts import repository
from serving.forecasts.repository import Row

_ACCURACY = (
    "backtests", "rmse_scaled", "rmse_scaled_seasonal_naive", "month_error_pct", "month_error_pct_seasonal_naive",
    "coverage_80_pct", "coverage_95_pct",
)  # fmt: skip


class ForecastsService:
    """What the forecast routes do. A forecast that the reader has, by its tag, is None.

    Where none has been made yet, or nothing is known of whom it is asked of, there are no days in it.
    """

    def __init__(self, warehouse: AsyncConnectionPool) -> None:
        self._warehouse = warehouse

    async def cash_flow(
        self, principal: Principal, *, customer_id: str | None, currency: str, known: str | None
    ) -> tuple[str, Row | None]:
        """Return the tag and the forecast of one customer. Raises InvalidRequest unless it is said whose."""
        whose = principal.whose(customer_id)
        if whose is None:
            raise InvalidRequest("customer_id: say whose forecast", field="customer_id")
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            made = await repository.made(connection, tenant_id=principal.tenant_id, kind="cash_flow")
            tag = _tag(made, whose, currency)
            if tag == known:
                return tag, None
            rows = await repository.cash_flow(connection, tenant_id=principal.tenant_id, customer_id=whose, currency=currency)
        return tag, {"customer_id": whose, **_presented(made, currency), "days": _days(rows)}

    async def liquidity(self, principal: Principal, *, currency: str, known: str | None) -> tuple[str, Row | None]:
        """Return the tag and the forecast of the bank's rails."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            made = await repository.made(connection, tenant_id=principal.tenant_id, kind="liquidity")
            tag = _tag(made, "", currency)
            if tag == known:
                return tag, None
            rows = await repository.liquidity(connection, tenant_id=principal.tenant_id, currency=currency)
        rails = [{"rail": rail, "days": _days(of)} for rail, of in groupby(rows, key=lambda row: row["rail"])]
        return tag, {**_presented(made, currency), "rails": rails}


def _tag(made: Row | None, whose: str, currency: str) -> str:
    said = f"{made and made['made_at']} {made and made['first_day']} {whose} {currency}"
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _presented(made: Row | None, currency: str) -> Row:
    found = {"currency": currency, **{name: made and made[name] for name in ("first_day", "made_at", "history_days")}}
    return found | {"accuracy": made and {name: made[name] for name in _ACCURACY}}


def _days(rows: Iterable[Row]) -> list[Row]:
    return [{"day": day, **{str(row["flow"]): row for row in of}} for day, of in groupby(rows, key=lambda row: row["day"])]
