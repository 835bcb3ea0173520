"""What must happen though nobody asks for it: leases run out, holds expire, schedules are paid, keys rotate, old rows go.

Every worker sweeps; each step takes effect once whoever races.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from ledger.claims import forget, sweep_abandoned
from ledger.holds import expire_holds
from serving.edge import metrics
from serving.identity.keys import KeyRing
from serving.identity.service import IdentityService

EVERY_S = 5.0
HOUSEKEEPING_TURNS = 12
LONGEST_PAUSE_S = 60.0
MAX_DOUBLINGS = 10
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


@dataclass(slots=True)
class _Step:
    """One thing that is done every `every_s`; after failures in a row it waits longer, up to `LONGEST_PAUSE_S`."""

    name: str
    run: Callable[[], Awaitable[None]]
    every_s: float
    due_s: float
    failures: int = 0
    obstacle: str | None = None


class Sweeper:
    """The task of one worker. A step that fails, for whatever reason, is logged, counted, told and tried again."""

    def __init__(
        self,
        dsn: str,
        *,
        identity: IdentityService,
        keys: KeyRing,
        clock: Clock,
        every_s: float = EVERY_S,
        more: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
    ) -> None:
        """`more` are steps of others, by name, done as often as holds are expired."""
        self._more = more or {}
        self._dsn = dsn
        self._identity = identity
        self._keys = keys
        self._clock = clock
        self._every_s = every_s
        self._steps: tuple[_Step, ...] = ()
        self._task: asyncio.Task[None] | None = None
        self._log = get_logger()

    @property
    def obstacle(self) -> str | None:
        """What keeps a step from being done, or None; for readiness."""
        if self._task is None or self._task.done():
            return "not running"
        return next((f"{step.name}: {step.obstacle}" for step in self._steps if step.obstacle is not None), None)

    def start(self) -> None:
        """Begin to sweep."""
        housekeeping_s = self._every_s * HOUSEKEEPING_TURNS
        first_s = asyncio.get_running_loop().time() + self._every_s
        self._steps = (
            _Step("claims and holds", self._end_what_is_due, self._every_s, first_s),
            *(_Step(name, run, self._every_s, first_s) for name, run in self._more.items()),
            _Step("sessions", self._drop_sessions, housekeeping_s, first_s),
            _Step("keys", self._rotate_keys, housekeeping_s, first_s),
        )
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def close(self) -> None:
        """Stop; what was being swept ends by its own transaction."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(max(0.0, min(step.due_s for step in self._steps) - loop.time()))
            for step in self._steps:
                if step.due_s <= loop.time():
                    await self._do(step)

    async def _do(self, step: _Step) -> None:
        try:
            await step.run()
            step.failures, step.obstacle = 0, None
        except Exception as problem:
            step.failures, step.obstacle = step.failures + 1, type(problem).__name__
            self._log.error("sweep failed", step=step.name, failures=step.failures, exc_info=problem)
        metrics.SWEEPS.labels(step.name, "failed" if step.failures else "done").inc()
        pause_s = step.every_s * 2 ** min(step.failures, MAX_DOUBLINGS)
        step.due_s = asyncio.get_running_loop().time() + min(pause_s, max(step.every_s, LONGEST_PAUSE_S))

    async def _end_what_is_due(self) -> None:
        swept = await asyncio.to_thread(sweep_once, self._dsn, now_ms=self._clock.now_ms())
        if swept.abandoned or swept.expired:
            self._log.info("swept", abandoned=swept.abandoned, expired=swept.expired)

    async def _drop_sessions(self) -> None:
        await self._identity.sweep()

    async def _rotate_keys(self) -> None:
        await asyncio.to_thread(self._keys.rotate_if_due)
