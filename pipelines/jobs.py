"""A process that carries out what the API queued (`governance.jobs`), one row at a time, until it is asked to end."""

import time
from collections.abc import Callable

import psycopg

from governance.jobs import Held, Queue
from kit import log
from kit.errors import DomainError
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings

IDLE_S = 1.0
ALIVE_EVERY_S = 2.0
_MAX_PROBLEM = 2_000

# Says how many records are done, of how many.
Progress = Callable[[int, int], None]


class Lost(Exception):
    """The row is no longer this worker's, or the process is asked to end."""


class JobWorker:
    """Takes what waits, oldest first. What it finds is written once: a worker that lost its row hears so and drops it."""

    process: str
    queue: Queue

    def __init__(self, ours: Settings, lifecycle: Lifecycle) -> None:
        self.settings = ours
        self._lifecycle = lifecycle
        self.ended = 0
        self.failed = 0

    def carry_out(self, connection: psycopg.Connection, held: Held, progress: Progress) -> bytes:
        """Do the work of a row and return its result as JSON. A DomainError is kept as what was wrong."""
        raise NotImplementedError

    def between(self, connection: psycopg.Connection) -> None:
        """Do what is due while nothing waits."""

    def run(self) -> None:
        """Work until asked to end; a row that is not at its end then is another worker's.

        Raises psycopg.OperationalError when the database is lost.
        """
        with connect(self.settings.core.dsn("backtester"), application=self.process) as connection:
            self._lifecycle.ready()
            while self._lifecycle.running:
                if not self.step(connection):
                    self.between(connection)
                    self._lifecycle.wait(IDLE_S)

    def step(self, connection: psycopg.Connection) -> bool:
        """Carry out one row; False when none waits."""
        held = self.queue.take(connection)
        if held is None:
            return False
        started_s = time.monotonic()
        try:
            result, problem = self.carry_out(connection, held, self._alive(connection, held)), None
        except Lost:
            log.get_logger().info("work dropped", job=held.key)
            return True
        except DomainError as refused:
            result, problem = None, f"{refused.title}: {refused.detail}. {refused.remedy}"[:_MAX_PROBLEM]
            self.failed += 1
        self.queue.end(connection, held, result=result, problem=problem)
        self.ended += 1
        log.get_logger().info("work ended", job=held.key, seconds=round(time.monotonic() - started_s, 1), problem=problem)
        return True

    def _alive(self, connection: psycopg.Connection, held: Held) -> Progress:
        told_s = 0.0

        def alive(done: int, of: int) -> None:
            nonlocal told_s
            if not self._lifecycle.running:
                raise Lost
            if done < of and time.monotonic() - told_s < ALIVE_EVERY_S:
                return
            told_s = time.monotonic()
            if not self.queue.say_alive(connection, held, done=done, of=of):
                raise Lost

        return alive

    def facts(self) -> dict[str, object]:
        """What the health port says."""
        return {"ended": self.ended, "failed": self.failed}
