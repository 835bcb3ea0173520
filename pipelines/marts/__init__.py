"""Building the marts: dbt over what the sinks wrote to the warehouse."""

from pipelines.marts.build import PROJECT, Built, MartsNotBuilt, build, environment, manifest, one_build_at_a_time
from pipelines.marts.results import ModelRun

__all__ = ["PROJECT", "Built", "MartsNotBuilt", "ModelRun", "build", "environment", "manifest", "one_build_at_a_time"]
