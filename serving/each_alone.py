"""What one step of the sweeper ends: many of one kind, of which one that fails must not hold up the others."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.log import get_logger
from serving.edge import metrics
from serving.edge.clocks import TenantClocks

BATCH, MOST = 500, 1_000
Found = tuple[str, UUID]


class EachAlone(ABC):
    """Finds (tenant, id) of every tenant and ends one after another. One worker's part in it.

    One that fails is logged, counted and tried again by the next sweep. Those that failed last are asked for on top of a batch,
    so that the oldest ones failing does not hide the others.
    """

    step: ClassVar[str]
    """What is swept, for metrics and logs."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks
        self._failing: frozenset[Found] = frozenset()
        self._log = get_logger()

    @abstractmethod
    async def find(self, connection: AsyncConnection, *, limit: int) -> Sequence[Found]:
        """Return what may be ended, oldest first."""

    @abstractmethod
    async def end(self, tenant_id: str, each: UUID) -> bool:
        """End one; False where somebody has been first, or it may not be ended any more."""

    async def sweep(self) -> None:
        """End a batch at most. Raises psycopg.OperationalError when the database is away, which is nobody's fault."""
        async with self._core.connection() as connection:
            found = await self.find(connection, limit=min(MOST, BATCH + len(self._failing)))
        ended, failing = 0, set[Found]()
        for tenant_id, each in found:
            try:
                ended += await self.end(tenant_id, each)
            except Exception as problem:
                if isinstance(problem, psycopg.OperationalError) and problem.sqlstate is None:
                    raise
                failing.add((tenant_id, each))
                self._log.error("one of a sweep failed", step=self.step, tenant_id=tenant_id, id=str(each), exc_info=problem)
                metrics.SWEPT_FAILED.labels(self.step).inc()
        self._failing = frozenset(failing)
        if ended:
            self._log.info("swept what waited", step=self.step, ended=ended)
