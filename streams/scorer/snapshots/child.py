"""One forked child that works over a copy of this process's memory, as it was at the fork, and says one line at its end.

Only the forking thread lives on in the child. Whatever other threads held then (a lock of the log, of a Kafka client, of an
event loop) is held for ever there: the child touches none of it, closes what it inherited, and leaves by `_exit` in every case.
"""

import gc
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

NICENESS = 19
_SAID_BYTES = 1_024
_OPEN_FILES = 65_536


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, after `seconds`; `said` is its line, or why there is none."""

    succeeded: bool
    said: str
    seconds: float


class Child:
    """A running child. `poll` never waits; past `limit_s` the child is killed."""

    def __init__(self, pid: int, reading: int, *, limit_s: float) -> None:
        self.pid = pid
        self._reading = reading
        self._began_s = time.monotonic()
        self._limit_s = limit_s
        self._killed = False

    def poll(self) -> Ended | None:
        """Return how it ended, once; None while it lives."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        seconds = time.monotonic() - self._began_s
        if pid:
            return self._ended(os.waitstatus_to_exitcode(status), seconds)
        if seconds > self._limit_s and not self._killed:
            self._killed = True
            os.kill(self.pid, signal.SIGKILL)
        return None

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._reading)

    def _ended(self, exit_code: int, seconds: float) -> Ended:
        said = os.read(self._reading, _SAID_BYTES).decode(errors="replace")
        os.close(self._reading)
        if self._killed:
            said = f"not done after {self._limit_s:.0f} s: killed"
        elif exit_code < 0:
            said = f"killed by signal {-exit_code}"
        return Ended(exit_code == 0, said, seconds)


def fork(work: Callable[[Callable[[], bool]], str], *, limit_s: float) -> Child:
    """Start a child that does `work` and says what it returns, or the exception that it raises.

    `work` gets a question: whether the parent still lives. For the main thread. Raises OSError when there is no process.
    """
    parent = os.getpid()
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if pid == 0:
        _live(work, writing, parent)
    os.close(writing)
    os.set_blocking(reading, False)
    return Child(pid, reading, limit_s=limit_s)


def _live(work: Callable[[Callable[[], bool]], str], writing: int, parent: int) -> NoReturn:
    status = 1
    try:
        gc.disable()  # a collection could end a Kafka client that only the parent may end
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _close_inherited(writing)
        os.nice(NICENESS)
        said = work(lambda: os.getppid() == parent)
        status = 0
    except BaseException as problem:
        said = f"{type(problem).__name__}: {problem}"
    finally:
        try:
            os.write(writing, said.encode()[:_SAID_BYTES])
        finally:
            os._exit(status)


def _close_inherited(writing: int) -> None:
    """A port that a killed parent listened on must be free for the next one, however long its child lives."""
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], _OPEN_FILES)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    os.closerange(3, writing)
    os.closerange(writing + 1, limit)
