"""Topics kept as Parquet: files that cover offsets without a gap, and a manifest that says which of them are read.

In a topic's folder, `<partition>-<first>-<last>.parquet` is what a sink flushed, `day=<day>/...` what a compaction made of many
such files, and `manifest.jsonl` has a row a file. What the manifest covers is in the files it names and in no other; what comes
after it is in the flushed files that follow. So there is one moment at which compacted files take the place of those they were
made of, and a file whose row was not written yet is read all the same.
"""
