"""Work in a process of its own, which gives its memory back and ends when the one that asked for it does.

The child is started anew (`spawn`), not forked: it has no connection and no lock of its parent's. Asked to end, it leaves what
it does as by an exception, so that transactions are undone and not committed; one that has not ended after a while is killed.
It leads a group of processes, so that workers which it has started itself end with it.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess, parent_process
from types import FrameType
from typing import Any, NoReturn, ParamSpec, TypeVar

from kit import log
from kit.process import Lifecycle

LOOK_S = 0.25
# Half of what the supervisor waits between asking a process to end and killing it.
GRACE_S = 15.0
_SPAWN = multiprocessing.get_context("spawn")

P = ParamSpec("P")
T = TypeVar("T")


class Interrupted(Exception):
    """The process was asked to end while the work was done; nothing came of it."""


class DiedApart(Exception):
    """The child ended without an answer: killed, most likely for memory."""


class Apart:
    """Does work in a child of its own each time. `process` is what its logs are called after."""

    def __init__(self, lifecycle: Lifecycle, *, process: str) -> None:
        self._lifecycle = lifecycle
        self._process = process

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function does; it, its arguments and its answer go from one process to the other as pickles.

        What it raises is raised here. Raises Interrupted once this process is asked to end, and DiedApart.
        """
        answers, told = _SPAWN.Pipe(duplex=False)
        child = _SPAWN.Process(target=_work, args=(told, self._process, function, args, kwargs))
        with answers:
            child.start()
            told.close()  # the child's is the only one now: when it ends, so does the wait
            try:
                answer = self._answer(child, answers, function.__name__)
            finally:
                exit_code = _end(child)
        if answer is None:
            raise DiedApart(f"{function.__name__} ended with {exit_code}")
        made, problem = answer
        if problem is not None:
            raise problem
        return made  # type: ignore[no-any-return]

    def _answer(self, child: BaseProcess, answers: Connection, name: str) -> tuple[Any, Exception | None] | None:
        """Wait for what came of it; None where the child ended without saying."""
        while not answers.poll(LOOK_S):
            if not self._lifecycle.running:
                raise Interrupted(name)
        try:
            answer: tuple[Any, Exception | None] = answers.recv()
        except EOFError:
            return None
        wait([child.sentinel], GRACE_S)
        return answer


def _end(child: BaseProcess) -> int | None:
    """End the child and whom it has started; return its exit code. Until it is joined here, its id is nobody else's."""
    _tell(child, signal.SIGTERM)
    child.join(GRACE_S)
    if child.exitcode is None:
        _tell(child, signal.SIGKILL)
        child.join()
    return child.exitcode


def _tell(child: BaseProcess, number: signal.Signals) -> None:
    """Send a signal to the child's group, or, where it has not come to make one, to itself."""
    if child.pid is None:
        return
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            os.kill(child.pid, number)


def _work(
    told: Connection, process: str, function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    threading.Thread(target=_follow_the_parent, name="parent", daemon=True).start()
    log.configure(process)
    try:
        answer: tuple[object, Exception | None] = (function(*args, **kwargs), None)
    except Exception as problem:
        answer = (None, _portable(problem))
    told.send(answer)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def _follow_the_parent() -> None:
    """End when the parent has, however that was."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.killpg(0, signal.SIGTERM)


def _portable(problem: Exception) -> Exception:
    """Return the problem with where it arose; one that cannot go to another process, by its words alone."""
    problem.add_note("".join(traceback.format_exception(problem)))
    try:
        pickle.loads(pickle.dumps(problem))  # noqa: S301 (made here)
    except Exception:
        return RuntimeError(f"{type(problem).__name__}: {problem}\n{''.join(problem.__notes__)}")
    return problem
