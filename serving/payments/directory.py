"""Who owns an account and in which currency it is: facts that never change, remembered in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from kit.clock import Clock
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from ledger.accounts import get, open_accounts_async, settlement_account

MAX_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What never changes about an account."""

    account_id: UUID
    owner_id: str | None
    currency: str


class AccountDirectory:
    """One worker's memory of accounts, by tenant: an account of another tenant is not found."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock) -> None:
        self._core = core
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], KnownAccount] = OrderedDict()

    async def find(self, tenant_id: str, account_id: str) -> KnownAccount:
        """Return the account's facts. Raises NotFound."""
        known = self._known.get((tenant_id, account_id))
        if known is not None:
            return known
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            try:
                account = await get(connection, UUID(account_id))
            except NotFound as unknown:
                raise NotFound(f"there is no account {account_id}") from unknown
        return self._remember(tenant_id, account_id, KnownAccount(account.id, account.owner_id, account.currency))

    async def settlement(self, tenant_id: str, *, channel: str, currency: str) -> UUID:
        """Return the id of the system account through which a channel's money leaves; it is opened when first needed."""
        wanted = settlement_account(tenant_id=tenant_id, currency=currency, channel=channel)
        account_id = str(wanted.account_id)
        if (tenant_id, account_id) not in self._known:
            async with self._core.connection() as connection:
                await open_accounts_async(connection, [wanted], now_ms=self._clock.now_ms())
            self._remember(tenant_id, account_id, KnownAccount(wanted.account_id, None, currency))
        return wanted.account_id

    def _remember(self, tenant_id: str, account_id: str, known: KnownAccount) -> KnownAccount:
        self._known[tenant_id, account_id] = known
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return known
