"""Reading the lake: Parquet files that the sink named by topic, partition and offset range."""

from pipelines.lake.reader import (
    LakeGap,
    count_records,
    decisions,
    labels,
    ledger_events,
    log_batches,
    log_controls,
    log_labels,
    log_places,
    log_records,
    offset_ranges,
)

__all__ = [
    "LakeGap", "count_records", "decisions", "labels", "ledger_events", "log_batches", "log_controls", "log_labels",
    "log_places", "log_records", "offset_ranges",
]  # fmt: skip
