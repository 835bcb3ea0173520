"""How long each step of a training takes, and how much memory the process has taken by its end."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `peak_mib` is the most that the process has had in memory up to its end."""

    name: str
    seconds: float
    peak_mib: float


@dataclass(slots=True)
class Steps:
    """The steps so far, in their order."""

    done: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens in the block."""
        began_s = time.monotonic()
        yield
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB
        self.done.append(Step(name, time.monotonic() - began_s, peak_mib))
