"""A customer's own money as it is read for insights: accounts, movements of a year, and up to when everything is in them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg_pool import AsyncConnectionPool

from insight import own_money
from insight.history import History
from insight.own_money import Booked, DayEnds, first_day, read_history
from insight.recurring.series import Direction, Movement, Period, Recurring
from kit.postgres import tenant_transaction
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.wanted import require_held
from serving.edge.warehouse import MartNotBuilt, warehouse_reading
from serving.history.repository import as_of
from serving.insights import repository
from serving.insights.repository import MovementRow, Row
from serving.recurring.repository import series
from serving.statements.period import DEFAULT_ZONE, local

_ZONE = ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True, slots=True)
class OwnMoney(own_money.OwnMoney):
    """What one customer has and did, in one currency: of accounts that they opened. `as_of` may be None."""

    customer_id: str
    currency: str
    now_ms: int
    as_of: datetime | None
    overdraft_limit_minor: int
    account_ids: frozenset[UUID]

    @property
    def said(self) -> Row:
        """What every insight says of itself."""
        return {"customer_id": self.customer_id, "currency": self.currency, "as_of": self.as_of, "today": self.today}


class MoneyReader:
    """Reads customers' money from both databases. A customer who is not there, or has no account, has none."""

    def __init__(self, core: AsyncConnectionPool, warehouse: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._warehouse = warehouse
        self._clocks = clocks

    async def read(self, principal: Principal, *, customer_id: str | None, currency: str) -> OwnMoney:
        """Return a customer's own money. Raises InvalidRequest unless it is said whose, MartNotBuilt, WarehouseAway."""
        whose = principal.whose(customer_id)
        if whose is None:
            raise InvalidRequest("customer_id: say whose money", field="customer_id")
        require_held(currency, field="currency")
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        today = local(now_ms, _ZONE).date()
        named = {"tenant_id": principal.tenant_id, "customer_id": whose, "currency": currency}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            accounts = await repository.accounts(connection, **named)
            budgets = await repository.budgets(connection, **named)
        start, past = first_day(today), today + timedelta(days=1)
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.movements(
                connection,
                tenant_id=principal.tenant_id,
                account_ids=[UUID(str(account["account_id"])) for account in accounts],
                start=datetime.combine(start, time(), _ZONE),
                past=datetime.combine(past, time(), _ZONE),
                zone=DEFAULT_ZONE,
            )
            known_until = await as_of(connection)
        history, day_ends = await asyncio.to_thread(_read, rows, today)
        return OwnMoney(
            customer_id=whose,
            currency=currency,
            now_ms=now_ms,
            today=today,
            as_of=known_until,
            available_minor=_sum(accounts, "available_minor"),
            set_aside_minor=_sum(accounts, "set_aside_minor"),
            overdraft_limit_minor=_sum(accounts, "overdraft_limit_minor"),
            savings_accounts=frozenset(UUID(str(account["account_id"])) for account in accounts if account["is_savings"]),
            budgets=budgets,
            history=history,
            account_ids=frozenset(UUID(str(account["account_id"])) for account in accounts),
            day_ends=day_ends,
        )

    async def recurring(self, principal: Principal, own: OwnMoney) -> tuple[date | None, list[Recurring]]:
        """Return what the nightly run found to come again on the customer's accounts, and as of which day.

        It knows who is paid beyond this bank, which no history says. Nothing of nobody, and before the mart was built.
        """
        try:
            async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
                rows = await series(connection, tenant_id=principal.tenant_id, customer_id=own.customer_id)
        except MartNotBuilt:
            return None, []
        found = [_series(row) for row in rows if row["next_day"] and row["currency"] == own.currency]
        mine = [each for each in found if each.account_id in own.account_ids]
        return (None if not mine else _day(rows[0]["as_of"])), mine


def _series(row: Row) -> Recurring:
    values = {each.name: row[each.name] for each in fields(Recurring) if each.name in row}
    words = {"direction": Direction(str(row["direction"])), "period": Period(str(row["period"])), "count": row["payments"]}
    return Recurring(**values | words)  # type: ignore[arg-type]


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _sum(accounts: Sequence[Row], name: str) -> int:
    return sum(int(str(account[name])) for account in accounts)


def _read(rows: Sequence[MovementRow], today: date) -> tuple[History, DayEnds]:
    return read_history((Booked(Movement(*row[:8]), row[8]) for row in rows), today=today)
