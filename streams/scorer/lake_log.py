"""The decision log as the lake keeps it: each record's own bytes, in the order of the log."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from contracts.topics import DECISIONS
from kit.lake.manifest import from_the_beginning

_BATCH_ROWS = 10_000
_PARTITION = 0


def covered_until(lake: Path) -> int:
    """Return the offset after what the lake has of the log without a gap from its beginning; 0 when it has nothing."""
    covered = from_the_beginning(lake / DECISIONS, partition=_PARTITION)
    return covered[-1][1] if covered else 0


def records_from(lake: Path, *, offset: int) -> Iterator[list[bytes]]:
    """Yield batches of the records from `offset` on. What the sink refused is not there: a fold then finds the gap in `n`."""
    for path, following in from_the_beginning(lake / DECISIONS, partition=_PARTITION):
        if following <= offset:
            continue
        with pq.ParquetFile(path) as source:
            for batch in source.iter_batches(_BATCH_ROWS, columns=["offset", "payload"]):
                offsets, payloads = batch.column(0).to_pylist(), batch.column(1).to_pylist()
                yield [payload for at, payload in zip(offsets, payloads, strict=True) if at >= offset]
