"""Reading the lake: Parquet files that the sink named by topic, partition and offset range."""

from pipelines.lake.reader import LakeGap, decisions, labels, offset_ranges

__all__ = ["LakeGap", "decisions", "labels", "offset_ranges"]
