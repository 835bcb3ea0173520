"""Reading the marts."""

from datetime import date, datetime, timedelta

from psycopg_pool import AsyncConnectionPool

from serving.analytics import repository
from serving.analytics.repository import Row
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading

MAX_DAYS = 400
DEFAULT_DAYS = 90
_COUNTED = (
    "transactions",
    "amount_minor",
    "allowed",
    "reviewed",
    "denied",
    "frauds",
    "fraud_amount_minor",
    "frauds_caught",
    "false_alarms",
)


class AnalyticsService:
    """What the analytics routes do."""

    def __init__(self, warehouse: AsyncConnectionPool) -> None:
        self._warehouse = warehouse

    async def daily(
        self, principal: Principal, *, first: date | None, past: date | None, today: date
    ) -> tuple[list[Row], datetime | None]:
        """Return a row a day and channel of [first, past), and as of when they are.

        Raises InvalidRequest for a period that is empty or too long.
        """
        past = past or today + timedelta(days=1)
        if first is None:
            first = past - min(timedelta(days=DEFAULT_DAYS), past - date.min)
        if not timedelta(0) < past - first <= timedelta(days=MAX_DAYS):
            raise InvalidRequest(f"from: must be before to, and at most {MAX_DAYS} days before it", field="from")
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.daily(connection, tenant_id=principal.tenant_id, first=first, past=past)
            return rows, await repository.as_of(connection, tenant_id=principal.tenant_id)

    async def summary(self, principal: Principal) -> Row:
        """Return everything in one row, and a row a channel."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            channels = await repository.by_channel(connection, tenant_id=principal.tenant_id)
            as_of = await repository.as_of(connection, tenant_id=principal.tenant_id)
        total: Row = {name: sum(int(str(row[name])) for row in channels) for name in _COUNTED}
        return total | {
            "as_of": as_of,
            "first_day": min((row["first_day"] for row in channels), default=None, key=str),
            "last_day": max((row["last_day"] for row in channels), default=None, key=str),
            "caught_share": _share(total["frauds_caught"], total["frauds"]),
            "false_alarm_share": _share(total["false_alarms"], total["transactions"]),
            "channels": channels,
        }


def _share(part: object, whole: object) -> float | None:
    return int(str(part)) / int(str(whole)) if whole else None
