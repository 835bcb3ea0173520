"""What must happen though nobody asks for it: leases that ran out are abandoned, holds expire, keys rotate, old rows go.

Every worker sweeps; each step takes effect once whoever races.
"""

import asyncio
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from ledger.claims import forget, sweep_abandoned
from ledger.holds import expire_holds
from serving.identity.keys import KeyRing
from serving.identity.service import IdentityService

EVERY_S = 5.0
HOUSEKEEPING_EVERY_S = 60.0
REPLAYS_KEPT_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep ended."""

    abandoned: int
    expired: int


def sweep_once(dsn: str, *, now_ms: int) -> Swept:
    """Abandon what nobody finished and expire the holds that are due. Blocking."""
    with connect(dsn, application="api-sweeper") as connection:
        abandoned = sweep_abandoned(connection, now_ms=now_ms)
        expired = expire_holds(connection, now_ms=now_ms)
        forget(connection, before_ms=now_ms - REPLAYS_KEPT_MS)
    return Swept(len(abandoned), len(expired))


class Sweeper:
    """The task of one worker."""

    def __init__(self, dsn: str, *, identity: IdentityService, keys: KeyRing, clock: Clock) -> None:
        self._dsn = dsn
        self._identity = identity
        self._keys = keys
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._log = get_logger()

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def close(self) -> None:
        """Stop; what was being swept ends by its own transaction."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        housekeeping_at_s = loop.time()
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                swept = await asyncio.to_thread(sweep_once, self._dsn, now_ms=self._clock.now_ms())
                if swept.abandoned or swept.expired:
                    self._log.info("swept", abandoned=swept.abandoned, expired=swept.expired)
                if loop.time() >= housekeeping_at_s:
                    housekeeping_at_s = loop.time() + HOUSEKEEPING_EVERY_S
                    await self._identity.sweep()
                    await asyncio.to_thread(self._keys.rotate_if_due)
            except (psycopg.Error, PoolTimeout, OSError) as problem:
                self._log.warning("sweep failed", problem=str(problem))
