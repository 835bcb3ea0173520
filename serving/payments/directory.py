"""Who owns an account and in which currency it is: facts that never change, remembered in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from kit.errors import NotFound
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.accounts import get, open_accounts_async, settlement_account
from serving.edge.clocks import TenantClocks
from serving.edge.principals import Principal
from serving.holders.service import USERS, require_role

MAX_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What never changes about an account. Transfers use customers' own; not the bank's, and not what is set aside in goals."""

    account_id: UUID
    owner_id: str | None
    currency: str
    is_usable: bool


class AccountDirectory:
    """One worker's memory of accounts, by tenant: an account of another tenant is not found."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks
        self._known: OrderedDict[tuple[str, str], KnownAccount] = OrderedDict()

    async def find(self, tenant_id: str, account_id: str) -> KnownAccount:
        """Return the facts of an account that transfers may use. Raises NotFound, also for the bank's own and for goals."""
        known = self._known.get((tenant_id, account_id)) or await self._read(tenant_id, account_id)
        if not known.is_usable:
            raise NotFound(f"{account_id} is no account that transfers pay from or to")
        return known

    async def require_holder(self, principal: Principal, account_id: str) -> None:
        """Let a customer pass who uses an account that somebody else opened. Raises NotFound, and Forbidden for a viewer."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await require_role(connection, principal, UUID(account_id), USERS)

    async def settlement(self, tenant_id: str, *, channel: str, currency: str) -> UUID:
        """Return the id of the system account through which a channel's money leaves; it is opened when first needed."""
        wanted = settlement_account(tenant_id=tenant_id, currency=currency, channel=channel)
        account_id = str(wanted.account_id)
        if (tenant_id, account_id) not in self._known:
            now_ms = await self._clocks.now_ms(tenant_id)
            async with self._core.connection() as connection:
                await open_accounts_async(connection, [wanted], now_ms=now_ms)
            self._remember(tenant_id, account_id, KnownAccount(wanted.account_id, None, currency, is_usable=False))
        return wanted.account_id

    async def _read(self, tenant_id: str, account_id: str) -> KnownAccount:
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            try:
                account = await get(connection, UUID(account_id))
            except NotFound as unknown:
                raise NotFound(f"there is no account {account_id}") from unknown
        known = KnownAccount(account.id, account.owner_id, account.currency, is_usable=account.code is None)
        return self._remember(tenant_id, account_id, known)

    def _remember(self, tenant_id: str, account_id: str, known: KnownAccount) -> KnownAccount:
        if on_trial():  # what a trial has opened will not be there
            return known
        self._known[tenant_id, account_id] = known
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return known
