"""What one step of the sweeper ends: many of one kind, of which one that fails must not hold up the others."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import psycopg

from kit.log import get_logger
from serving.edge import metrics

BATCH, MOST = 500, 1_000
Found = tuple[str, UUID]


class EachAlone:
    """Ends (tenant, id) one after another. One that fails is logged, counted and tried again by the next sweep.

    Those that failed last are asked for on top of a batch, so that the oldest ones failing does not hide the others.
    """

    def __init__(self, step: str) -> None:
        self._step = step
        self._failing: frozenset[Found] = frozenset()
        self._log = get_logger()

    @property
    def limit(self) -> int:
        """How many to ask for."""
        return min(MOST, BATCH + len(self._failing))

    async def end(self, found: Sequence[Found], end: Callable[[str, UUID], Awaitable[bool]]) -> int:
        """Return how many were ended. Raises psycopg.OperationalError when the database is away, which is nobody's fault."""
        ended, failing = 0, set[Found]()
        for tenant_id, each in found:
            try:
                ended += await end(tenant_id, each)
            except Exception as problem:
                if isinstance(problem, psycopg.OperationalError) and problem.sqlstate is None:
                    raise
                failing.add((tenant_id, each))
                self._log.error("one of a sweep failed", step=self._step, tenant_id=tenant_id, id=str(each), exc_info=problem)
                metrics.SWEPT_FAILED.labels(self._step).inc()
        self._failing = frozenset(failing)
        return ended
