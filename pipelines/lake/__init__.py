"""Reading the lake: Parquet files that the sink named by topic, partition and offset range."""

from pipelines.lake.reader import LakeGap, decisions, labels, log_labels, log_places, offset_ranges

__all__ = ["LakeGap", "decisions", "labels", "log_labels", "log_places", "offset_ranges"]
