"""What searches run, compiled by a process beside which the intake goes on: only who has to be searched for waits."""

import subprocess
from collections.abc import Callable, Sequence
from time import monotonic

from kit.log import get_logger
from risk.screening.warm_up import COMMAND, is_warm

COMPILED_WITHIN_S = 240.0
RETRY_S = 60.0
"""How long it is not tried again after it has failed."""


class SearchesNotReady(RuntimeError):
    """What searches run is being compiled on this machine, or could not be: `python -m risk.screening.warm_up` says why."""


class Compiled:
    """Whether searches are ready on this machine, and what makes them so.

    It is machine code of this very version, and not of any list: there is no older one that could serve meanwhile.
    """

    def __init__(
        self,
        *,
        is_ready: Callable[[], bool] = is_warm,
        command: Sequence[str] = COMMAND,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._is_ready = is_ready
        self._command = command
        self._clock_s = clock_s
        self._process: subprocess.Popen[bytes] | None = None
        self._begun_s = self._failed_s = float("-inf")

    def require(self) -> None:
        """Return where searches are compiled; see to it, and raise SearchesNotReady, where they are not."""
        if self._is_ready():
            self.close()
            return
        if self._process is None:
            self._begin()
        elif (status := self._process.poll()) is not None:
            self._fail(f"exit status {status}")
        elif self._clock_s() - self._begun_s >= COMPILED_WITHIN_S:
            self._fail(f"not done within {COMPILED_WITHIN_S:.0f} s")
        raise SearchesNotReady("searches are being compiled")

    def close(self) -> None:
        """End what compiles: what it writes is whole or not there."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _begin(self) -> None:
        if self._clock_s() - self._failed_s < RETRY_S:
            raise SearchesNotReady(f"searches could not be compiled; tried again {RETRY_S:.0f} s after that")
        get_logger().warning("searches are being compiled: money of payers who were not looked at yet waits in suspense")
        self._process = subprocess.Popen(self._command)  # noqa: S603 (our own module)
        self._begun_s = self._clock_s()

    def _fail(self, why: str) -> None:
        self.close()
        self._failed_s = self._clock_s()
        raise SearchesNotReady(f"searches could not be compiled: {why}")
