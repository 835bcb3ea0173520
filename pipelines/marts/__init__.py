"""Building the marts: dbt over what the warehouse has, once (`build`) or for as long as a process lives."""

from pipelines.marts.build import (
    Built,
    MartsBusy,
    build,
    build_whole_next,
    compiled,
    keep_built,
    manifest,
    one_build_at_a_time,
    planned,
    write_docs,
)
from pipelines.marts.dbt import PROJECT, BuildStopped, MartsNotBuilt, environment
from pipelines.marts.results import ModelRun

__all__ = [
    "PROJECT", "BuildStopped", "Built", "MartsBusy", "MartsNotBuilt", "ModelRun", "build", "build_whole_next",
    "compiled", "environment", "keep_built", "manifest", "one_build_at_a_time", "planned", "write_docs",
]  # fmt: skip
