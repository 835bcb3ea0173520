"""Customers: make, read, list."""

from psycopg.errors import UniqueViolation
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.customers import repository
from serving.customers.repository import Row
from serving.customers.schemas import NewCustomer
from serving.edge.principals import Principal
from serving.identity.repository import insert_audit


class CustomerExists(Conflict):
    """The tenant has a customer of this id."""

    code = "customer-exists"
    title = "There is a customer with this id already"
    remedy = "Read that customer, or choose another customer_id."


class CustomersService:
    """What the customers routes do."""

    def __init__(self, core: AsyncConnectionPool) -> None:
        self._core = core

    async def make(self, principal: Principal, customer: NewCustomer, *, correlation_id: str) -> Row:
        """Store a customer. Raises CustomerExists."""
        async with self._core.connection() as connection:
            try:
                async with tenant_transaction(connection, principal.tenant_id):
                    await repository.insert_customer(connection, tenant_id=principal.tenant_id, **customer.model_dump())
                    await insert_audit(
                        connection,
                        tenant_id=principal.tenant_id,
                        actor=principal.subject,
                        action="POST /v1/customers",
                        resource=f"customers/{customer.customer_id}",
                        correlation_id=correlation_id,
                        status=201,
                    )
            except UniqueViolation as taken:
                raise CustomerExists(f"{customer.customer_id} is taken") from taken
        return await self.get(principal, customer.customer_id)

    async def get(self, principal: Principal, customer_id: str) -> Row:
        """Return one customer. Raises NotFound, also for a customer who asks for somebody else."""
        row = None
        if principal.own_only in (None, customer_id):
            async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
                row = await repository.find_customer(connection, tenant_id=principal.tenant_id, customer_id=customer_id)
        if row is None:
            raise NotFound(f"no customer {customer_id[:64]}")
        return row

    async def page(self, principal: Principal, *, after: str | None, limit: int) -> list[Row]:
        """Return up to `limit` customers after an id."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.list_customers(connection, tenant_id=principal.tenant_id, after=after, limit=limit)
