"""From files to frames. The order of a frame is the order of the log, and a gap between files is an error."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts import topics
from kit.errors import DomainError

_FILE = re.compile(r"^(?P<partition>\d+)-(?P<first>\d+)-(?P<last>\d+)\.parquet$")


class LakeGap(DomainError):
    """Two files of a partition overlap or do not follow each other."""

    code = "lake-gap"
    title = "The lake has a gap or an overlap"
    remedy = "Move the later files of the partition aside and restart the lake sink; it writes them again from Kafka."


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One file and the offsets it covers, both ends included. Aborted transactions' offsets are covered, not present."""

    path: Path
    partition: int
    first_offset: int
    last_offset: int


def offset_ranges(lake: Path, topic: str) -> list[LakeFile]:
    """Return the topic's files by partition and offset. Raises LakeGap when two of them overlap."""
    found = []
    for path in (lake / topic).glob("*.parquet"):
        name = _FILE.match(path.name)
        if name:
            found.append(LakeFile(path, int(name["partition"]), int(name["first"]), int(name["last"])))
    found.sort(key=lambda file: (file.partition, file.first_offset))
    for before, after in itertools.pairwise(found):
        if before.partition == after.partition and after.first_offset <= before.last_offset:
            raise LakeGap(f"{before.path.name} and {after.path.name} of {topic} overlap")
    return found


def _scan(lake: Path, topic: str) -> pl.LazyFrame | None:
    files = offset_ranges(lake, topic)
    return pl.scan_parquet([file.path for file in files]) if files else None


def decisions(lake: Path, *, columns: list[str] | None = None, tenant_id: str | None = None) -> pl.DataFrame:
    """Return the decision records in log order, with the last override of each applied to its verdict.

    Without `columns`, everything but the raw payload. An empty lake gives an empty frame.
    """
    scan = _scan(lake, topics.DECISIONS)
    if scan is None:
        return pl.DataFrame()
    chosen = scan.filter(pl.col("record") == "decision")
    if tenant_id is not None:
        chosen = chosen.filter(pl.col("tenant_id") == tenant_id)
    names = columns or [name for name in scan.collect_schema().names() if name != "payload"]
    return chosen.sort("n").select(names).collect()


def labels(lake: Path, *, known_by_ms: int) -> pl.DataFrame:
    """Return the newest label of each transaction that was known at `known_by_ms` (included)."""
    scan = _scan(lake, topics.LABELS)
    if scan is None:
        return pl.DataFrame(
            schema={"tenant_id": pl.String, "transaction_id": pl.String, "fraud": pl.Boolean, "kind": pl.String}
        )
    return (
        scan.filter(pl.col("known_at_ms") <= known_by_ms)
        .sort("known_at_ms", "offset")
        .unique(["tenant_id", "transaction_id"], keep="last", maintain_order=True)
        .select("tenant_id", "transaction_id", "fraud", "kind")
        .collect()
    )
