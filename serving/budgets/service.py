"""Budgets: set one, read, list, change its limit, drop it."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.budgets import repository
from serving.budgets.repository import Row
from serving.budgets.schemas import Budget, BudgetChange, NewBudget
from serving.customers.standing import require_active
from serving.edge.clocks import Present
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.versions import require
from serving.edge.wanted import customer_of, require_held
from serving.identity.audit import record
from serving.payments.once import Done, Once

ROUTE = "POST /v1/budgets"
# More than there are categories, in a few currencies: what one answer of a customer's budgets can carry.
MAX_BUDGETS = 100


class BudgetExists(Conflict):
    """One month has one limit on a category."""

    code = "budget-exists"
    title = "The customer has a budget of this already"
    remedy = "List the budgets and change the limit of the one that there is."


class TooManyBudgets(Conflict):
    """More budgets than anybody keeps an eye on."""

    code = "too-many-budgets"
    title = "The customer has as many budgets as there may be"
    remedy = "Drop one that is not needed any more."


class BudgetsService:
    """What the budget routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once) -> None:
        self._core = core
        self._once = once

    async def set(self, principal: Principal, wanted: NewBudget, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Set a budget once a key. Raises InvalidRequest, NotFound, CustomerNotActive, BudgetExists, TooManyBudgets."""
        customer_id = customer_of(principal, wanted.customer_id, role="whose budget it is")
        require_held(wanted.currency, field="currency")

        async def work(connection: AsyncConnection, budget_id: UUID, present: Present) -> Budget:
            return await self._set(
                connection, principal, wanted, customer_id=customer_id, budget_id=budget_id, now_ms=present.now_ms
            )

        return await self._once.do(
            principal,
            work,
            action=ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def get(self, principal: Principal, budget_id: UUID) -> Row:
        """Return one budget. Raises NotFound, also for somebody else's."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, budget_id)

    async def page(self, principal: Principal, *, customer_id: str | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` budgets after an id; a customer's own, whatever customer was asked for."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_budgets(
                connection,
                tenant_id=principal.tenant_id,
                customer_id=principal.whose(customer_id),
                after=after,
                limit=limit,
            )
        return [_presented(row) for row in rows]

    async def change(
        self, principal: Principal, budget_id: UUID, wanted: BudgetChange, *, version: int, correlation_id: str
    ) -> Row:
        """Change a budget's limit. Raises NotFound, StaleVersion."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            require(await self._required(connection, principal, budget_id, for_update=True), version)
            await repository.update_budget(connection, budget_id=budget_id, limit_minor=wanted.limit_minor)
            await self._record(connection, principal, "PATCH", budget_id, correlation_id)
            return await self._required(connection, principal, budget_id)

    async def drop(self, principal: Principal, budget_id: UUID, *, version: int, correlation_id: str) -> Row:
        """Forget a budget and return it as it was. Raises NotFound, StaleVersion."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, budget_id, for_update=True)
            require(found, version)
            await repository.delete_budget(connection, budget_id)
            await self._record(connection, principal, "DELETE", budget_id, correlation_id)
            return found

    async def _set(
        self,
        connection: AsyncConnection,
        principal: Principal,
        wanted: NewBudget,
        *,
        customer_id: str,
        budget_id: UUID,
        now_ms: int,
    ) -> Budget:
        await require_active(connection, tenant_id=principal.tenant_id, customer_id=customer_id)
        if await repository.count_budgets(connection, tenant_id=principal.tenant_id, customer_id=customer_id) >= MAX_BUDGETS:
            raise TooManyBudgets(f"customer {customer_id} has {MAX_BUDGETS} budgets")
        values = wanted.model_dump(mode="json") | {
            "budget_id": budget_id,
            "tenant_id": principal.tenant_id,
            "customer_id": customer_id,
            "created_at_ms": now_ms,
        }
        if not await repository.insert_budget(connection, values):
            raise BudgetExists(f"there is a budget of {wanted.category or 'all spending'} in {wanted.currency}")
        return Budget.model_validate(await self._required(connection, principal, budget_id))

    @staticmethod
    async def _record(
        connection: AsyncConnection, principal: Principal, method: str, budget_id: UUID, correlation_id: str
    ) -> None:
        action, resource = f"{method} /v1/budgets/{{budget_id}}", f"budgets/{budget_id}"
        await record(connection, principal, action, resource=resource, correlation_id=correlation_id)

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, budget_id: UUID, *, for_update: bool = False) -> Row:
        row = await repository.find_budget(
            connection,
            tenant_id=principal.tenant_id,
            budget_id=budget_id,
            customer_id=principal.own_only,
            for_update=for_update,
        )
        if row is None:
            raise NotFound(f"there is no budget {budget_id}")
        return _presented(row)


def _presented(row: Row) -> Row:
    return row | {"limit": money(row["limit_minor"], row["currency"])}
