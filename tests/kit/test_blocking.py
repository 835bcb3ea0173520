"""Blocking work on an asynchronous connection is part of what is done there, and has the session to itself."""

import asyncio
import threading
from collections.abc import AsyncIterator

import psycopg
import pytest

from kit.blocking import blocking
from kit.postgres import pool
from kit.settings import PostgresServer
from kit.trial import Trial, TrialPool, running

pytestmark = pytest.mark.servers


@pytest.fixture
async def opened(core: PostgresServer) -> AsyncIterator[TrialPool]:
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        admin.execute("drop table if exists public.lent")
        admin.execute("create table public.lent (name text primary key)")
    async with pool(core.dsn("postgres"), application="test", max_size=2) as made:
        assert isinstance(made, TrialPool)
        yield made


def put(connection: psycopg.Connection, name: str) -> None:
    with connection.transaction():
        connection.execute("insert into public.lent values (%s)", (name,), prepare=True)


def names(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute("select name from public.lent", prepare=True).fetchall()}


async def test_each_block_commits_and_what_fails_leaves_the_connection_usable(opened):
    async with opened.connection() as connection:
        await connection.execute("select name from public.lent", prepare=True)
        await blocking(connection, lambda lent: put(lent, "a"))
        with pytest.raises(psycopg.errors.UniqueViolation):
            await blocking(connection, lambda lent: put(lent, "a"))
        await blocking(connection, lambda lent: lent.execute("insert into public.lent values ('b')"))
    async with opened.connection() as another:
        assert await blocking(another, names) == {"a", "b"}


async def test_on_a_trial_it_sees_what_the_trial_did_and_is_undone_with_it(opened):
    trial = Trial()
    with running(trial):
        async with opened.connection() as connection:
            await connection.execute("insert into public.lent values ('a')")
            await blocking(connection, lambda lent: put(lent, "b"))
        async with opened.connection() as connection:
            assert await blocking(connection, names) == {"a", "b"}
            with pytest.raises(psycopg.errors.UniqueViolation):
                await blocking(connection, lambda lent: put(lent, "b"))
            assert await blocking(connection, names) == {"a", "b"}
    await trial.undo()
    async with opened.connection() as connection:
        assert await blocking(connection, names) == set()


async def test_who_is_cancelled_waits_for_the_work_before_the_connection_goes_back(opened):
    began, go_on, ended = threading.Event(), threading.Event(), []

    def work(lent: psycopg.Connection) -> None:
        began.set()
        assert go_on.wait(10)
        put(lent, "late")
        ended.append(True)

    async def borrow() -> None:
        async with opened.connection() as connection:
            await blocking(connection, work)

    borrowing = asyncio.create_task(borrow())
    await asyncio.to_thread(began.wait, 10)
    for _ in range(2):
        borrowing.cancel()
        done, _ = await asyncio.wait([borrowing], timeout=0.05)
        assert not done
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await borrowing
    assert ended == [True]
    async with opened.connection() as connection:
        assert await blocking(connection, names) == {"late"}


async def test_a_connection_that_would_commit_nothing_is_not_lent(core):
    async with await psycopg.AsyncConnection.connect(core.dsn("postgres")) as connection:
        with pytest.raises(AssertionError, match="autocommit"):
            await blocking(connection, names)
