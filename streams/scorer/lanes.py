"""Two lanes to one engine: a request before money moves does not wait behind a batch of messages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A slice of a batch holds the engine this long at most, about two milliseconds.
SLICE_EVENTS = 256
_GIVE_WAY_S = 0.05


class Lanes:
    """A lock with an express lane. Bulk work takes it slice by slice and gives way whenever the express lane waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._express = 0
        self._clear = threading.Event()
        self._clear.set()

    @contextmanager
    def express(self) -> Iterator[None]:
        """Hold the engine next, whoever else waits."""
        with self._counting:
            self._express += 1
            self._clear.clear()
        try:
            with self._lock:
                yield
        finally:
            with self._counting:
                self._express -= 1
                if not self._express:
                    self._clear.set()

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Hold the engine once the express lane is clear, or after `_GIVE_WAY_S`, so that no flood starves it."""
        self._clear.wait(_GIVE_WAY_S)
        with self._lock:
            yield
