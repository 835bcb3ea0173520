"""Building the marts: dbt over what the sinks wrote to the warehouse, once (`build`) or for as long as a process lives."""

from pipelines.marts.build import (
    PROJECT,
    BuildStopped,
    Built,
    MartsBusy,
    MartsNotBuilt,
    build,
    compiled,
    environment,
    manifest,
    one_build_at_a_time,
)
from pipelines.marts.results import ModelRun

__all__ = [
    "PROJECT", "BuildStopped", "Built", "MartsBusy", "MartsNotBuilt", "ModelRun", "build", "compiled", "environment",
    "manifest", "one_build_at_a_time",
]  # fmt: skip
