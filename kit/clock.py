"""Time as an argument. Domain code takes a `Clock`; only process entry points make a `SystemClock`."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where a process reads the present from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class TenantClock(Protocol):
    """Where the present of a tenant is read from: testers of a sandbox move theirs."""

    async def now_ms(self, tenant_id: str) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z, as the tenant has it."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, from the operating system."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that a test or a sandbox moves by hand; it never goes back."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """The moment last set."""
        return self._now_ms

    def advance(self, by_ms: int) -> None:
        """Move forward by `by_ms` milliseconds; raises ValueError when negative."""
        if by_ms < 0:
            raise ValueError(f"a clock does not go back (asked for {by_ms} ms)")
        self._now_ms += by_ms


class FixedClock:
    """A moment that stays: for work that is all done in one present."""

    def __init__(self, moment_ms: int) -> None:
        self._moment_ms = moment_ms

    def now_ms(self) -> int:
        """The moment."""
        return self._moment_ms
