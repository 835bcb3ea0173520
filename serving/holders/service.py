"""Holders: put somebody on an account, take them off, list them; and the question whether a customer may use one."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.customers.standing import require_active
from serving.edge.errors import Forbidden
from serving.edge.principals import Principal
from serving.holders import repository
from serving.holders.repository import Row
from serving.holders.schemas import HolderRole
from serving.identity.audit import record

MAX_HOLDERS = 16
USERS = frozenset({HolderRole.OWNER, HolderRole.HOLDER})
OWNERS = frozenset({HolderRole.OWNER})
ANYBODY = frozenset(HolderRole)


class TooManyHolders(Conflict):
    """An account has a bounded number of holders."""

    code = "too-many-holders"
    title = "The account has as many holders as it can"
    remedy = "Take somebody off the account first."


class OpenerStays(Conflict):
    """Whose account it is stays on it."""

    code = "opener-stays"
    title = "The customer who opened the account stays its owner"
    remedy = "Close the account, or open another one for the customer who should own it."


async def require_role(
    connection: AsyncConnection, principal: Principal, account_id: UUID, roles: frozenset[HolderRole]
) -> None:
    """Let staff and partners pass, and a customer who has one of these roles on the account.

    Raises NotFound for an account that is not the customer's at all, Forbidden for one that they may not use so.
    """
    if principal.own_only is None:
        return
    role = await repository.role_of(connection, account_id=account_id, customer_id=principal.own_only)
    if role is None:
        raise NotFound(f"there is no account {account_id}")
    if role not in roles:
        raise Forbidden(f"a {role} of this account does not do this; open to: {', '.join(sorted(roles))}")


class HoldersService:
    """What the holders routes do."""

    def __init__(self, core: AsyncConnectionPool) -> None:
        self._core = core

    async def page(self, principal: Principal, account_id: UUID, *, after: str | None, limit: int) -> list[Row]:
        """Return up to `limit` who use an account, after a customer id. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await require_role(connection, principal, account_id, ANYBODY)
            rows = await repository.list_holders(connection, account_id=account_id, after=after, limit=limit)
        if not rows and after is None:
            raise NotFound(f"there is no account {account_id}")
        return rows

    async def put(
        self, principal: Principal, account_id: UUID, customer_id: str, role: HolderRole, *, correlation_id: str
    ) -> Row:
        """Say what a customer may do with an account; again, it changes nothing.

        Raises NotFound, CustomerNotActive, Forbidden for who is not an owner, OpenerStays, TooManyHolders.
        """
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._let_change(connection, principal, account_id, customer_id)
            await require_active(connection, tenant_id=principal.tenant_id, customer_id=customer_id)
            if (
                await repository.find_holder(connection, account_id=account_id, customer_id=customer_id) is None
                and await repository.count_holders(connection, account_id) >= MAX_HOLDERS
            ):
                raise TooManyHolders(f"account {account_id} has {MAX_HOLDERS} holders", most=MAX_HOLDERS)
            await repository.write_holder(
                connection,
                tenant_id=principal.tenant_id,
                account_id=account_id,
                customer_id=customer_id,
                role=role,
            )
            await self._record(connection, principal, "PUT", account_id, customer_id, correlation_id, role)
            found = await repository.find_holder(connection, account_id=account_id, customer_id=customer_id)
        return found or {}

    async def remove(self, principal: Principal, account_id: UUID, customer_id: str, *, correlation_id: str) -> None:
        """Take a customer off an account; who holds one may take themselves off. Raises NotFound, Forbidden, OpenerStays."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            roles = ANYBODY if principal.own_only == customer_id else OWNERS
            await self._let_change(connection, principal, account_id, customer_id, roles=roles)
            await repository.delete_holder(connection, account_id=account_id, customer_id=customer_id)
            await self._record(connection, principal, "DELETE", account_id, customer_id, correlation_id, None)

    @staticmethod
    async def _let_change(
        connection: AsyncConnection,
        principal: Principal,
        account_id: UUID,
        customer_id: str,
        *,
        roles: frozenset[HolderRole] = OWNERS,
    ) -> None:
        opener = await repository.owner_of(connection, account_id)
        if opener is None:
            raise NotFound(f"there is no account {account_id}")
        await require_role(connection, principal, account_id, roles)
        if opener == customer_id:
            raise OpenerStays(f"customer {customer_id} opened account {account_id}")

    @staticmethod
    async def _record(
        connection: AsyncConnection,
        principal: Principal,
        method: str,
        account_id: UUID,
        customer_id: str,
        correlation_id: str,
        role: HolderRole | None,
    ) -> None:
        await record(
            connection,
            principal,
            f"{method} /v1/accounts/{{account_id}}/holders/{{customer_id}}",
            resource=f"accounts/{account_id}",
            correlation_id=correlation_id,
            detail={"customer_id": customer_id, "role": role},
        )
