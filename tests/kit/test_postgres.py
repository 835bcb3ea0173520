"""Pools that say no instead of gathering callers, and one connection for several who take turns."""

import asyncio

import psycopg
import pytest
from psycopg_pool import TooManyRequests

from kit.postgres import UNCHECKED_S, WAITING_PER_CONNECTION, SharedConnection, connect, pool
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


async def test_those_who_share_a_connection_have_their_turns_in_the_order_in_which_they_asked(core: PostgresServer):
    async with pool(core.dsn("api"), application="test-shared", max_size=2) as connections:
        shared = SharedConnection(connections)
        seen: list[tuple[int, int]] = []

        async def work(number: int) -> None:
            async with shared.turn() as connection:
                cursor = await connection.execute("select pg_backend_pid()")
                seen.append((number, (await cursor.fetchall())[0][0]))

        await asyncio.gather(*(work(number) for number in range(20)))
        assert [number for number, _ in seen] == list(range(20))
        assert len({backend for _, backend in seen}) == 1
        await shared.close()


async def test_a_shared_connection_that_broke_while_it_was_idle_is_replaced_at_the_next_turn(core: PostgresServer):
    async with pool(core.dsn("api"), application="test-shared", max_size=1) as connections:
        shared = SharedConnection(connections)
        async with shared.turn() as connection:
            backend = connection.info.backend_pid
        with connect(core.dsn("postgres"), application="test") as admin:
            admin.execute("select pg_terminate_backend(%s, 5000)", (backend,))
        await asyncio.sleep(UNCHECKED_S)
        async with shared.turn() as connection:
            assert connection.info.backend_pid != backend
            assert await (await connection.execute("select 1")).fetchone() == (1,)
        await shared.close()


async def test_a_shared_connection_goes_back_to_its_pool_after_a_turn_that_ended_badly_and_at_the_end(core: PostgresServer):
    async def fail() -> None:
        async with shared.turn() as connection:
            await connection.execute("select 1 / 0")

    async with pool(core.dsn("api"), application="test-shared", max_size=1) as connections:
        shared = SharedConnection(connections)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await fail()
        async with connections.connection() as connection:
            assert await (await connection.execute("select 1")).fetchone() == (1,)
        async with shared.turn():
            assert connections.get_stats()["pool_available"] == 0
        await shared.close()
        assert connections.get_stats()["pool_available"] == 1
