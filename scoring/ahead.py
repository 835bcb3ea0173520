"""Memory taken ahead of need by a thread of its own: no decision waits while the system clears pages for a growing state."""

import threading

from kit.log import get_logger
from scoring.engine import Engine

AHEAD_BYTES = 32 * 2**20
EVERY_S = 0.05


class PagesAhead:
    """Keeps `AHEAD_BYTES` of an engine's feature arrays and of its memory of decisions ready, from `start` to `stop`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pages-ahead", daemon=True)

    def start(self) -> None:
        """Take the first pages before returning, then go on in the background."""
        if self._populate():
            self._thread.start()
        else:
            get_logger().info("this system takes no pages ahead (Linux 5.14 does): decisions wait for new ones")

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_S):
            self._populate()

    def _populate(self) -> bool:
        return self._engine.features.state.populate_ahead(AHEAD_BYTES) and self._engine.memory.populate_ahead(AHEAD_BYTES)
