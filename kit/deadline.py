"""An end to steps that never end: a library call that ignores its own timeout can be neither interrupted nor waited for."""

import math
import os
import threading
import time
from types import TracebackType

from kit.log import get_logger

EXIT_STALLED = 75
_LOOK_EVERY_S = 0.5


class Deadline:
    """Ends the whole process, as a kill would, when its `with` block lasts longer than `limit_s`.

    For processes whose next start goes on from what is committed. Not re-entrant; one thread uses it, another watches.
    """

    def __init__(self, what: str, *, limit_s: float) -> None:
        self._what = what
        self._limit_s = limit_s
        self._due_s = math.inf
        threading.Thread(target=self._watch, name=f"deadline of {what}", daemon=True).start()

    def __enter__(self) -> None:
        """Start the time."""
        self._due_s = time.monotonic() + self._limit_s

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Stop it."""
        self._due_s = math.inf

    def _watch(self) -> None:
        while time.monotonic() < self._due_s:
            time.sleep(_LOOK_EVERY_S)
        get_logger().error("a step never ended; ending the process", step=self._what, limit_s=self._limit_s)
        os._exit(EXIT_STALLED)
