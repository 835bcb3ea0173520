"""Reading decisions."""

from collections.abc import Mapping
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from kit.errors import NotFound
from serving.decisions import repository
from serving.decisions.repository import Row
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading


class DecisionsService:
    """What the decisions routes do."""

    def __init__(self, warehouse: AsyncConnectionPool) -> None:
        self._warehouse = warehouse

    async def page(self, principal: Principal, *, filters: Mapping[str, object | None], limit: int) -> list[Row]:
        """Return up to `limit` decisions that pass, newest first."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.list_decisions(connection, tenant_id=principal.tenant_id, filters=filters, limit=limit)
        return [_presented(row) for row in rows]

    async def get(self, principal: Principal, transaction_id: UUID) -> Row:
        """Return one decision. Raises NotFound."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            row = await repository.find_decision(connection, tenant_id=principal.tenant_id, transaction_id=transaction_id)
        if row is None:
            raise NotFound(f"no decision about {transaction_id}; one that was just made takes a second to arrive here")
        return _presented(row)


def _presented(row: Row) -> Row:
    return row | {
        "amount": money(row["amount_minor"], row["currency"]),
        "latency_us": row["duration_us"],
        "sequence": {"epoch": row["epoch"], "n": row["n"]},
    }
