"""What runs at once follows from the machine."""

import yaml

from baas.up.tools import dagster_yaml
from orchestration.bounds import Bounds, bounds, of_machine

GIB = 2**30


def test_there_are_never_more_steps_at_once_than_cores() -> None:
    for cores in range(1, 65):
        for gib in (2, 8, 24, 256):
            found = bounds(cores=cores, memory_bytes=gib * GIB)
            assert 1 <= found.runs * found.steps <= cores


def test_half_of_the_memory_is_left_to_the_bank() -> None:
    assert bounds(cores=16, memory_bytes=16 * GIB) == Bounds(runs=4, steps=4)
    assert bounds(cores=2, memory_bytes=24 * GIB) == Bounds(runs=2, steps=1)
    assert bounds(cores=4, memory_bytes=2 * GIB).runs == 1


def test_dagster_is_told_so_and_a_pool_holds_one() -> None:
    found = yaml.safe_load(dagster_yaml(Bounds(runs=3, steps=1)))
    assert found["concurrency"] == {"runs": {"max_concurrent_runs": 3}, "pools": {"default_limit": 1, "granularity": "op"}}


def test_this_machine_bears_something() -> None:
    assert of_machine().runs >= 1
