"""Which customer a principal may see, whether their records are blocked, and whether anything may still be written of them."""

from psycopg import AsyncConnection

from governance.erasures.erasure import CustomerErased
from kit.errors import NotFound
from serving.customers import repository
from serving.customers.repository import Row
from serving.customers.statuses import CustomerNotActive, CustomerStatus
from serving.edge.access import ERASERS
from serving.edge.principals import Principal


async def visible_customer(
    connection: AsyncConnection, principal: Principal, customer_id: str, *, for_update: bool = False
) -> Row:
    """Return a customer as they are kept. Raises NotFound, also for a customer who asks for somebody else."""
    found = None
    if principal.own_only in (None, customer_id):
        found = await repository.find_customer(
            connection, tenant_id=principal.tenant_id, customer_id=customer_id, for_update=for_update
        )
    if found is None:
        raise NotFound(f"no customer {customer_id[:64]}")
    return found


def is_blocked(customer: Row, principal: Principal) -> bool:
    """Whether records are blocked for an erasure: they are shown to those who answer for them alone."""
    return bool(customer["restricted_at"]) and ERASERS.isdisjoint(principal.roles)


def require_kept(customer: Row) -> None:
    """Let pass of whom the bank still keeps records. Raises CustomerErased, CustomerNotActive for who has left."""
    if customer["restricted_at"]:
        raise CustomerErased(f"the erasure of customer {customer['customer_id']} was asked for")
    if customer["status"] == CustomerStatus.CLOSED:
        raise CustomerNotActive(f"customer {customer['customer_id']} is closed")
