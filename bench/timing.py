"""How long a piece of work takes, over several runs in one process."""

import time
from collections.abc import Callable

REPETITIONS = 9


def us_each(work: Callable[[], object], run_s: float, *, rows: int = 1) -> list[float]:
    """Microseconds a row in each of `REPETITIONS` runs of about `run_s`, after a warm-up."""
    work()
    started = time.perf_counter()
    work()
    times = max(1, int(run_s / max(time.perf_counter() - started, 1e-7)))
    samples = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        for _ in range(times):
            work()
        samples.append((time.perf_counter() - started) / times / rows * 1e6)
    return samples
