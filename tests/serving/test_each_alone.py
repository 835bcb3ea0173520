"""One of a sweep that fails holds up no other, unless it is the database that is away."""

import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.clock import SystemClock
from kit.postgres import pool
from kit.settings import Settings
from serving.each_alone import BATCH, EachAlone, Found
from serving.edge import metrics
from serving.edge.clocks import TenantClocks

pytestmark = pytest.mark.servers
FOUND = [("demo", uuid.UUID(int=number)) for number in range(5)]


class Ending(EachAlone):
    """Ends what it is told to find, but for what fails."""

    step = "test"

    def __init__(self, core: AsyncConnectionPool, failing: dict[Found, Exception]) -> None:
        super().__init__(core, clocks=TenantClocks(core, clock=SystemClock()))
        self.there = list(FOUND)
        self.failing = failing
        self.limits = list[int]()
        self.asked = list[Found]()
        self.ended = list[Found]()

    async def find(self, connection: AsyncConnection, *, limit: int) -> list[Found]:
        assert await (await connection.execute("select 1")).fetchone() == (1,)
        self.limits.append(limit)
        return [each for each in self.there if each not in self.ended]

    async def end(self, tenant_id: str, each: uuid.UUID) -> bool:
        self.asked.append((tenant_id, each))
        if (tenant_id, each) in self.failing:
            raise self.failing[(tenant_id, each)]
        self.ended.append((tenant_id, each))
        return True


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[AsyncConnectionPool]:
    async with pool(settings.core.dsn("api"), application="test", max_size=1) as found:
        yield found


async def test_one_that_fails_is_left_for_the_next_sweep_and_asked_for_beside_a_batch(opened):
    ending = Ending(opened, {FOUND[0]: ValueError("always"), FOUND[3]: psycopg.errors.LockNotAvailable("somebody holds it")})
    before = metrics.SWEPT_FAILED.labels("test")._value.get()
    await ending.sweep()
    assert ending.ended == [FOUND[1], FOUND[2], FOUND[4]]
    assert metrics.SWEPT_FAILED.labels("test")._value.get() == before + 2
    ending.failing.clear()
    await ending.sweep()
    assert ending.ended[3:] == [FOUND[0], FOUND[3]]
    await ending.sweep()
    assert ending.limits == [BATCH, BATCH + 2, BATCH]


async def test_a_database_that_is_away_ends_the_sweep(opened):
    ending = Ending(opened, {FOUND[0]: psycopg.OperationalError("connection refused")})
    with pytest.raises(psycopg.OperationalError):
        await ending.sweep()
    assert ending.asked == [FOUND[0]]
