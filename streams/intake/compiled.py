"""What searches run, compiled by a process of its own, which the intake waits for, and no longer than it runs itself."""

import subprocess
from collections.abc import Callable, Sequence
from time import monotonic

from kit.log import get_logger
from kit.process import Lifecycle, Stopping
from risk.screening.warm_up import COMMAND, is_warm

COMPILED_WITHIN_S = 240.0
"""Less than the broker waits for who takes no messages."""
RETRY_S = 60.0
"""How long it is not tried again after it has failed."""
_POLL_S = 0.1


class SearchesNotReady(RuntimeError):
    """What searches run could not be compiled on this machine: run `python -m risk.screening.warm_up`, which says why."""


class Compiled:
    """Whether searches are ready on this machine, and what makes them so."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        *,
        is_ready: Callable[[], bool] = is_warm,
        command: Sequence[str] = COMMAND,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._lifecycle = lifecycle
        self._is_ready = is_ready
        self._command = command
        self._clock_s = clock_s
        self._failed_s = float("-inf")

    def require(self) -> None:
        """Wait until searches are compiled. Raises SearchesNotReady, and Stopping when this process is asked to end."""
        if self._is_ready():
            return
        if self._clock_s() - self._failed_s < RETRY_S:
            raise SearchesNotReady(f"searches could not be compiled; tried again {RETRY_S:.0f} s after that")
        try:
            self._compile()
        except SearchesNotReady:
            self._failed_s = self._clock_s()
            raise

    def _compile(self) -> None:
        get_logger().warning("inbound money waits until searches are compiled")
        until_s = self._clock_s() + COMPILED_WITHIN_S
        process = subprocess.Popen(self._command)  # noqa: S603 (our own module)
        try:
            while process.poll() is None:
                if self._lifecycle.wait(_POLL_S):
                    raise Stopping("asked to end while searches are compiled")
                if self._clock_s() >= until_s:
                    raise SearchesNotReady(f"searches were not compiled within {COMPILED_WITHIN_S:.0f} s")
        finally:
            process.kill()  # what it writes is whole or not there
            process.wait()
        if process.returncode or not self._is_ready():
            raise SearchesNotReady(f"searches could not be compiled: exit status {process.returncode}")
