"""Pools that say no instead of gathering callers."""

import asyncio

import pytest
from psycopg_pool import TooManyRequests

from kit.postgres import WAITING_PER_CONNECTION, pool
from kit.settings import PostgresServer

pytestmark = pytest.mark.servers


async def test_who_would_wait_behind_too_many_is_refused_at_once_and_the_others_get_their_turn(core: PostgresServer):
    async def use() -> int:
        async with opened.connection() as connection:
            row = await (await connection.execute("select 1")).fetchone()
            return int(row[0]) if row else 0

    async with pool(core.dsn("api"), application="test", max_size=1) as opened:
        async with opened.connection():
            waiting = [asyncio.create_task(use()) for _ in range(WAITING_PER_CONNECTION)]
            while opened.get_stats()["requests_waiting"] < WAITING_PER_CONNECTION:
                await asyncio.sleep(0)
            with pytest.raises(TooManyRequests):
                await use()
        assert await asyncio.gather(*waiting) == [1] * WAITING_PER_CONNECTION
