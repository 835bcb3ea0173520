"""The lake: reading what its manifest names, and making day files of the many small ones."""

from pipelines.lake.files import LakeGap, Part, offset_ranges, scan_parts
from pipelines.lake.reader import (
    count_records,
    decisions,
    labels,
    ledger_events,
    log_batches,
    log_controls,
    log_labels,
    log_places,
    log_profiles,
    log_records,
)

__all__ = [
    "LakeGap", "Part", "count_records", "decisions", "labels", "ledger_events", "log_batches", "log_controls", "log_labels",
    "log_places", "log_profiles", "log_records", "offset_ranges", "scan_parts",
]  # fmt: skip
