"""Bounded waits: a thing is ready when a real request to it has worked."""

import time
from collections.abc import Callable

POLL_INTERVAL_S = 0.1


class NotReady(RuntimeError):
    """The thing did not answer in time, or died while we waited."""


def wait_until_ready(
    name: str,
    check: Callable[[], object],
    *,
    timeout_s: float,
    obstacle: Callable[[float], str | None] = lambda _waited_s: None,
    errors: tuple[type[Exception], ...] = (Exception,),
) -> float:
    """Call `check` until it stops raising and return the seconds that took.

    `obstacle` gets the seconds waited and may say that waiting on is pointless (the process is gone).
    Raises NotReady with the last error in it.
    """
    started = time.monotonic()
    while True:
        try:
            check()
        except errors as problem:
            last = problem
        else:
            return time.monotonic() - started
        reason = obstacle(time.monotonic() - started)
        if reason is not None:
            raise NotReady(f"{name}: {reason}") from last
        if time.monotonic() - started > timeout_s:
            raise NotReady(f"{name} did not answer within {timeout_s:.0f} s: {type(last).__name__}: {last}") from last
        time.sleep(POLL_INTERVAL_S)
