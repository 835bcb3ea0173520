"""A trial is done for real, sees its own work, and is undone; whoever is not in it sees nothing of it and does not wait."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from kit.postgres import pool
from kit.settings import PostgresServer
from kit.trial import MAX_TRIALS, Trial, TrialPool, forget, on_trial, running

pytestmark = pytest.mark.servers


@pytest.fixture
async def opened(core: PostgresServer) -> AsyncIterator[TrialPool]:
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        admin.execute("drop table if exists public.thing")
        admin.execute("create table public.thing (name text primary key)")
    async with pool(core.dsn("postgres"), application="test", max_size=MAX_TRIALS + 1) as made:
        assert isinstance(made, TrialPool)
        yield made


async def put(opened: TrialPool, name: str) -> None:
    async with opened.connection() as connection:
        await connection.execute("insert into public.thing values (%s)", (name,))


async def names(opened: TrialPool) -> set[str]:
    async with opened.connection() as connection:
        return {row[0] for row in await (await connection.execute("select name from public.thing")).fetchall()}


async def test_what_several_steps_do_is_seen_by_the_next_and_by_nobody_else_and_is_gone_at_the_end(opened):
    trial = Trial()
    with running(trial):
        assert on_trial()
        await put(opened, "a")
        await put(opened, "b")
        assert await names(opened) == {"a", "b"}
    assert not on_trial()
    assert await names(opened) == set()
    await trial.undo()
    await put(opened, "a")
    assert await names(opened) == {"a"}


async def test_a_step_that_fails_and_is_caught_spoils_no_other(opened):
    trial = Trial()
    with running(trial):
        await put(opened, "a")
        with pytest.raises(psycopg.errors.UniqueViolation):
            await put(opened, "a")
        await put(opened, "b")
        assert await names(opened) == {"a", "b"}
    await trial.undo()
    assert await names(opened) == set()


async def test_a_trial_that_was_undone_early_holds_no_lock_and_what_still_comes_is_undone_too(opened):
    trial = Trial()
    with running(trial):
        await put(opened, "a")
        await trial.undo()
        await put(opened, "late")
    await trial.undo()
    async with asyncio.timeout(5):
        await put(opened, "a")
    assert await names(opened) == {"a"}


async def test_whoever_took_a_trial_along_does_nothing_in_it_after_its_end(opened):
    trial = Trial()
    with running(trial):
        await put(opened, "a")
        await trial.end()
        with pytest.raises(RuntimeError, match="the trial has ended"):
            await put(opened, "late")
        forget()
        await put(opened, "own")
    assert await names(opened) == {"own"}


async def test_trials_beyond_their_slots_wait_and_leave_the_other_connections_to_what_is_real(opened):
    trials = [Trial() for _ in range(MAX_TRIALS + 1)]
    begun = 0

    async def begin(trial: Trial) -> None:
        nonlocal begun
        with running(trial):
            await names(opened)
            begun += 1

    first, last = trials[:-1], trials[-1]
    for trial in first:
        await begin(trial)
    waiting = asyncio.create_task(begin(last))
    await put(opened, "real")
    assert await names(opened) == {"real"}
    assert begun == MAX_TRIALS
    await first[0].undo()
    async with asyncio.timeout(5):
        await waiting
    assert begun == MAX_TRIALS + 1
    for trial in trials:
        await trial.undo()
