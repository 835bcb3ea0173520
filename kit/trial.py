"""Trials: work that is done for real, in one transaction a database, and undone before its answer leaves.

Whoever works asks its pool for connections as always. While a trial runs, every one of them is the trial's own connection,
inside the transaction that will be rolled back: checks, limits, triggers and answers are the real ones, and nothing stays.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

# A trial holds a connection from its first statement to its end: a few at a time leave the others to what is real.
MAX_TRIALS = 2
MAX_WAITING_TRIALS = 64


class Trial:
    """One trial. `undo` may be called as soon as the answer is known, so that locks go before the answer is sent."""

    def __init__(self) -> None:
        self._begun: dict[TrialPool, AsyncConnection] = {}
        self._undoing = AsyncExitStack()
        self._ended = False

    @asynccontextmanager
    async def connection_of(self, pool: "TrialPool") -> AsyncIterator[AsyncConnection]:
        """Give the trial's connection of a pool. A step that fails undoes itself alone: its caller may know what to do.

        Raises RuntimeError when the trial has ended: whoever asks took it along, and nobody would undo what they do.
        """
        if self._ended:
            raise RuntimeError("the trial has ended")
        connection = self._begun.get(pool)
        if connection is None:
            connection = self._begun[pool] = await self._undoing.enter_async_context(pool.undone())
        async with connection.transaction():
            yield connection

    async def undo(self) -> None:
        """Roll everything back and give the connections back."""
        self._begun.clear()
        await self._undoing.aclose()

    async def end(self) -> None:
        """Undo for the last time."""
        self._ended = True
        await self.undo()


_RUNNING: ContextVar[Trial | None] = ContextVar("trial", default=None)


def on_trial() -> bool:
    """Whether what is being done now will be undone. For what leaves the database: counts, memories, other processes."""
    return _RUNNING.get() is not None


def forget() -> None:
    """Be part of no trial from here on, for a task that begins work of its own: it was given the context of what began it."""
    _RUNNING.set(None)


@contextmanager
def running(trial: Trial) -> Iterator[None]:
    """Make everything within, and the tasks that it starts, part of a trial. The caller undoes it."""
    token = _RUNNING.set(trial)
    try:
        yield
    finally:
        _RUNNING.reset(token)


class TrialPool(AsyncConnectionPool):
    """A pool whose connections, while a trial runs, are that trial's one connection."""

    _slots: asyncio.Semaphore | None = None
    _waiting_trials = 0

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Give a connection. Raises PoolTimeout when there is none in time, TooManyRequests when too many wait."""
        trial = _RUNNING.get()
        given = super().connection(timeout) if trial is None else trial.connection_of(self)
        async with given as connection:
            yield connection

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that is rolled back at the end. Raises PoolTimeout, TooManyRequests."""
        slots = await self._take_slot()
        try:
            async with super().connection() as connection, connection.transaction(force_rollback=True):
                yield connection
        finally:
            slots.release()

    async def _take_slot(self) -> asyncio.Semaphore:
        slots = self._slots = self._slots or asyncio.Semaphore(MAX_TRIALS)
        if self._waiting_trials >= MAX_WAITING_TRIALS:
            raise TooManyRequests(f"{MAX_WAITING_TRIALS} trials wait for a connection")
        self._waiting_trials += 1
        try:
            async with asyncio.timeout(self.timeout):
                await slots.acquire()
        except TimeoutError as late:
            raise PoolTimeout(f"no trial ended within {self.timeout} s") from late
        finally:
            self._waiting_trials -= 1
        return slots
