"""Building the marts: dbt over what the sinks wrote to the warehouse."""

from pipelines.marts.build import Built, MartsNotBuilt, build, environment, manifest
from pipelines.marts.results import ModelRun

__all__ = ["Built", "MartsNotBuilt", "ModelRun", "build", "environment", "manifest"]
