"""What searches run, compiled by a process of its own: compiling in a worker would hold up every other request of it.

What lies compiled is loaded when a worker starts: the first search would else be slow, on a busy machine by seconds.
"""

import asyncio
from collections.abc import Callable, Sequence

from kit.errors import Unavailable
from kit.log import get_logger
from risk.screening.warm_up import COMMAND, is_warm, warm_up

RETRY_S = 10


class ScreeningNotReady(Unavailable):
    """What searches run is still being compiled: on a new machine, or after a new version, for up to a minute."""

    code = "screening-not-ready"
    title = "Searches are being made ready on this machine"
    remedy = "Send the same request after the number of seconds in Retry-After; nothing else is held up by it."


class Compiled:
    """Whether searches are ready, and what makes them so. Of several workers' processes one compiles (`compile_once`)."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        is_warm: Callable[[], bool] = is_warm,
        load: Callable[[], None] = warm_up,
    ) -> None:
        self._command = command
        self._is_warm = is_warm
        self._load = load
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Have it be done."""
        self._task = asyncio.create_task(self._make_ready(), name="screening-compiled")

    async def require(self, *, within_s: float) -> None:
        """Wait until searches are ready. Raises ScreeningNotReady when they are not in time."""
        if not await self.is_ready(within_s=within_s):
            raise ScreeningNotReady("what searches run is being compiled", retry_after_s=RETRY_S)

    async def is_ready(self, *, within_s: float) -> bool:
        """Wait until searches are ready, and say whether they are."""
        if self._task is None or (self._task.done() and not self._is_warm()):
            self.start()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within_s)
        return self._task is None or (self._task.done() and self._is_warm())

    async def close(self) -> None:
        """Stop what compiles."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _make_ready(self) -> None:
        if not self._is_warm():
            await self._compile()
        if self._is_warm():
            await asyncio.to_thread(self._load)

    async def _compile(self) -> None:
        process = await asyncio.create_subprocess_exec(*self._command)
        try:
            if await process.wait():
                get_logger().error("screening not compiled", exit_status=process.returncode)
        finally:
            if process.returncode is None:
                process.kill()  # what it writes is whole or not there
                await process.wait()
