"""Two lanes to one engine: a request before money moves does not wait behind a batch of messages."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# How many requests are decided at once, and how many messages while no request comes.
SLICE_EVENTS = 256
# While requests come, a slice of messages holds the engine for about so long, as far as its least size allows.
SLICE_S = 0.001
LEAST_SLICE_EVENTS = 32
QUIET_S = 1.0
_FIRST_EACH_S = 20e-6
_WEIGHT = 0.05
_GIVE_WAY_S = 0.05


class Lanes:
    """A lock with an express lane. Bulk work takes it slice by slice and gives way whenever the express lane waits."""

    def __init__(self) -> None:
        self._each_s = _FIRST_EACH_S
        self._express_came_s = -QUIET_S
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._express = 0
        self._clear = threading.Event()
        self._clear.set()

    @contextmanager
    def express(self) -> Iterator[None]:
        """Hold the engine next, whoever else waits."""
        self._express_came_s = time.monotonic()
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

    @property
    def is_asked(self) -> bool:
        """Whether a request waits for the engine or holds it."""
        return not self._clear.is_set()

    def slice_events(self) -> int:
        """How many messages the next slice may hold: fewer while requests come, by what a message was measured to take."""
        if time.monotonic() - self._express_came_s > QUIET_S:
            return SLICE_EVENTS
        return max(LEAST_SLICE_EVENTS, min(SLICE_EVENTS, int(SLICE_S / self._each_s)))

    def measured(self, events: int, *, seconds: float) -> None:
        """Say how long a slice held the engine."""
        self._each_s += _WEIGHT * (seconds / events - self._each_s)
