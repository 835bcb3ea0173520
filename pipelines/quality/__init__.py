"""Whether the data that others build on keeps its promises: Great Expectations day by day, and days that are held back."""

from pipelines.quality.check import Checker
from pipelines.quality.quarantine import DayHeld, NotHeld, held_days, keep, refuse_held, release
from pipelines.quality.report import Finding, QualityReport
from pipelines.quality.sets import KEPT, SETS, Kept, NoSuchSet, Store, kept

__all__ = [
    "KEPT", "SETS", "Checker", "DayHeld", "Finding", "Kept", "NoSuchSet", "NotHeld", "QualityReport", "Store", "held_days",
    "keep", "kept", "refuse_held", "release",
]  # fmt: skip
