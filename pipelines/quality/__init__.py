"""Checks of the data that others build on, day by day, with Great Expectations."""

from pipelines.quality.check import check_decisions
from pipelines.quality.report import Finding, QualityReport

__all__ = ["Finding", "QualityReport", "check_decisions"]
