"""Reading what comes again: a customer their own, others of the customer whom they name."""

from psycopg_pool import AsyncConnectionPool

from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading
from serving.recurring import repository
from serving.recurring.repository import Row


class RecurringService:
    """What the route of recurring payments does."""

    def __init__(self, warehouse: AsyncConnectionPool) -> None:
        self._warehouse = warehouse

    async def of_customer(self, principal: Principal, *, customer_id: str | None) -> Row:
        """Return what comes again on a customer's accounts. Raises InvalidRequest unless it is said whose, MartNotBuilt."""
        whose = principal.whose(customer_id)
        if whose is None:
            raise InvalidRequest("customer_id: say whose recurring payments", field="customer_id")
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.series(connection, tenant_id=principal.tenant_id, customer_id=whose)
        return {"customer_id": whose, "as_of": rows[0]["as_of"] if rows else None, "items": rows}
