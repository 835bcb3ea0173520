"""What time it is for a tenant: the machine's, or, for a sandbox, as far ahead of it as its testers have moved it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from contracts.topics import BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS
from kit.clock import Clock
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from serving.sandbox import repository

# Another worker's move is seen within this time.
REMEMBER_S = 1.0
MAX_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Present:
    """A tenant's present. Money of a sandbox is not real: its events have a topic of their own that nothing of ours reads."""

    now_ms: int
    sandbox: bool

    @property
    def topic(self) -> str:
        """Where the tenant's ledger events go."""
        return SANDBOX_TRANSACTIONS if self.sandbox else BANKING_TRANSACTIONS


class TenantClocks:
    """One worker's view of every tenant's clock. A tenant is a sandbox from its beginning or never: that is asked once."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._core = core
        self._clock = clock
        self._clock_s = clock_s
        self._real: set[str] = set()
        self._ahead_ms: dict[str, tuple[int, float]] = {}

    async def present(self, tenant_id: str) -> Present:
        """Return the tenant's present. Real tenants cost no query after the first."""
        if tenant_id in self._real:
            return Present(self._clock.now_ms(), sandbox=False)
        known = None if on_trial() else self._ahead_ms.get(tenant_id)
        if known is None or known[1] <= self._clock_s():
            known = await self._read(tenant_id)
        if known is None:
            return Present(self._clock.now_ms(), sandbox=False)
        return Present(self._clock.now_ms() + known[0], sandbox=True)

    async def now_ms(self, tenant_id: str) -> int:
        """Return the milliseconds since 1970 that it is for a tenant."""
        return (await self.present(tenant_id)).now_ms

    def moved(self, tenant_id: str) -> None:
        """Forget how far ahead a sandbox was: somebody has just moved it."""
        self._ahead_ms.pop(tenant_id, None)

    async def _read(self, tenant_id: str) -> tuple[int, float] | None:
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            ahead_ms = await repository.find_offset_ms(connection, tenant_id=tenant_id)
        if ahead_ms is None:
            if len(self._real) >= MAX_REMEMBERED:
                self._real.clear()
            self._real.add(tenant_id)
            return None
        found = (ahead_ms, self._clock_s() + REMEMBER_S)
        if not on_trial():
            self._ahead_ms[tenant_id] = found
        return found
