"""Declared incomes: keep what a customer told the bank that they earn, and say what holds."""

from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict
from kit.postgres import tenant_transaction
from ledger.days import day_of
from serving.customers.visible import is_blocked, require_kept, visible_customer
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.edge.wanted import require_held
from serving.identity.audit import record
from serving.incomes import repository
from serving.incomes.repository import Row
from serving.incomes.schemas import NewIncome

ROUTE = "PUT /v1/customers/{customer_id}/income"
MOST_VERSIONS = 1_000
_SAID = ("income_minor", "currency", "source", "declared_on")


class TooManyDeclarations(Conflict):
    """Nobody's income changes so often."""

    code = "too-many-declarations"
    title = "The customer has declared an income too often"
    remedy = f"At most {MOST_VERSIONS} declarations are kept of a customer; read what holds."


class IncomesService:
    """What the income routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def put(self, principal: Principal, customer_id: str, wanted: NewIncome, *, correlation_id: str) -> Row:
        """Keep what a customer declared; it holds from today on. Said again, the same changes nothing.

        Raises NotFound, InvalidRequest, CustomerErased, CustomerNotActive, TooManyDeclarations.
        """
        require_held(wanted.currency, field="currency")
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        today = day_of(now_ms)
        if wanted.declared_on > today:
            raise InvalidRequest("declared_on: a day that has not come", field="declared_on")
        tenant_id = principal.tenant_id
        said: Row = {
            "income_minor": wanted.monthly_minor, "currency": wanted.currency, "source": wanted.source.value,
            "declared_on": wanted.declared_on,
        }  # fmt: skip
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            require_kept(await visible_customer(connection, principal, customer_id, for_update=True))
            before = await repository.declared(connection, tenant_id=tenant_id, customer_id=customer_id)
            if before and {name: before[0][name] for name in _SAID} == said:
                return _presented(customer_id, before)
            version = int(str(before[0]["version"])) + 1 if before else 1
            if version > MOST_VERSIONS:
                raise TooManyDeclarations(f"customer {customer_id} has {MOST_VERSIONS} declarations")
            await repository.insert_income(
                connection, tenant_id=tenant_id, customer_id=customer_id, version=version,
                income_minor=wanted.monthly_minor, currency=wanted.currency, source=wanted.source.value,
                declared_on=wanted.declared_on, valid_from=today, kept_by=principal.subject, kept_at=moment(now_ms),
            )  # fmt: skip
            await record(
                connection, principal, ROUTE, resource=f"customers/{customer_id}", correlation_id=correlation_id,
                detail={"version": version},
            )  # fmt: skip
            return _presented(customer_id, await repository.declared(connection, tenant_id=tenant_id, customer_id=customer_id))

    async def get(self, principal: Principal, customer_id: str) -> Row:
        """Return what a customer declared. Raises NotFound, also for a customer who asks for somebody else.

        Records that are blocked for an erasure are shown to those who answer for them alone.
        """
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            if is_blocked(await visible_customer(connection, principal, customer_id), principal):
                return _presented(customer_id, [])
            rows = await repository.declared(connection, tenant_id=principal.tenant_id, customer_id=customer_id)
        return _presented(customer_id, rows)


def _presented(customer_id: str, rows: list[Row]) -> Row:
    shown = [
        {name: row[name] for name in ("version", "source", "declared_on", "valid_from", "kept_by", "kept_at")}
        | {"monthly": money(row["income_minor"], row["currency"])}
        for row in rows
    ]
    return {"customer_id": customer_id, "holds": shown[0] if shown else None, "before": shown[1:]}
