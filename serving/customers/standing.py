"""Whether a customer may begin something: an account, a link, a payee, a part in somebody else's account."""

from psycopg import AsyncConnection

from kit.errors import NotFound
from serving.customers import repository
from serving.customers.statuses import CustomerNotActive, CustomerStatus
from serving.freezes import repository as freezes


async def require_active(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> None:
    """Let an active customer pass, who stays active until the transaction ends. Raises NotFound, CustomerNotActive."""
    status = await repository.customer_status(connection, tenant_id=tenant_id, customer_id=customer_id)
    if status is None:
        raise NotFound(f"no customer {customer_id}")
    if status != CustomerStatus.ACTIVE:
        raise CustomerNotActive(f"customer {customer_id} is {status}")
    if await freezes.customer_is_frozen(connection, tenant_id=tenant_id, customer_id=customer_id):
        raise CustomerNotActive(f"customer {customer_id} opens nothing at present")
