"""How much runs at once: from the machine's cores and memory, without any setting. Imports nothing of Dagster."""

import os
from dataclasses import dataclass

# What a step takes at most, but for those that fold the whole log: these are in a pool, one at a time.
STEP_BYTES = 2 * 2**30
MOST_RUNS = 8
DAYS_A_RUN = 15

# Each holds one step at a time over all runs (`pools.default_limit`).
DBT_POOL = "dbt"  # two builds would swap the same tables
LOG_POOL = "log"  # a fold of the whole decision log takes gigabytes
BANK_POOL = "bank"  # one history is loaded


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many runs are under way at once, and how many steps of each."""

    runs: int
    steps: int


def bounds(*, cores: int, memory_bytes: int) -> Bounds:
    """Return what a machine bears: no more steps than cores, and half of the memory left to the bank itself."""
    runs = max(1, min(cores, memory_bytes // 2 // STEP_BYTES, MOST_RUNS))
    return Bounds(runs=runs, steps=max(1, cores // runs))


def of_machine() -> Bounds:
    """Return the bounds of the machine that this runs on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return bounds(cores=cores, memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
