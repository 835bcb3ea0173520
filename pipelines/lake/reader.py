"""From files to frames. The order of a frame is the order of the log, and a gap between files is an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl
import pyarrow.parquet as pq

from contracts import topics
from contracts.controls import Control
from contracts.decisions import Answer, ControlRecord, LabelRecord, StartRecord
from kit.errors import DomainError

SHOWN = 3
_BATCH_ROWS = 10_000
_ANSWER = frozenset(Answer.__struct_fields__)
_IDENTITY = ["tenant_id", "transaction_id"]
_control_record = msgspec.json.Decoder(ControlRecord)
_label_record = msgspec.json.Decoder(LabelRecord)
_start_record = msgspec.json.Decoder(StartRecord)
_FILE = re.compile(r"^(?P<partition>\d+)-(?P<first>\d+)-(?P<last>\d+)\.parquet$")


class LakeGap(DomainError):
    """Two files of a partition overlap or do not follow each other, or the first ones are not there."""

    code = "lake-gap"
    title = "The lake has a gap or an overlap"
    remedy = "Move the files of the partition after it aside and restart the lake sink; it writes them again from Kafka."


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One file and the offsets it covers, both ends included. Aborted transactions' offsets are covered, not present."""

    path: Path
    partition: int
    first_offset: int
    last_offset: int


def offset_ranges(lake: Path, topic: str) -> list[LakeFile]:
    """Return the topic's files by partition and offset. Raises LakeGap unless each partition's cover its offsets seamlessly.

    A topic that the broker keeps for ever is there from offset 0; another from where it began when the lake was made.
    """
    found = _listed(lake, topic)
    if _gaps(found, topic):
        # A folder that is read while files come may show a file without the one before it; the next reading has both.
        found = _listed(lake, topic)
    if gaps := _gaps(found, topic):
        raise LakeGap("; ".join(gaps[:SHOWN]), gaps=len(gaps))
    return found


def _listed(lake: Path, topic: str) -> list[LakeFile]:
    names = ((path, _FILE.match(path.name)) for path in (lake / topic).glob("*.parquet"))
    found = [LakeFile(path, int(name["partition"]), int(name["first"]), int(name["last"])) for path, name in names if name]
    return sorted(found, key=lambda file: (file.partition, file.first_offset))


def _gaps(files: list[LakeFile], topic: str) -> list[str]:
    """What does not follow. Only the names count: offsets of transaction markers are covered, and no row has them."""
    found = []
    before: LakeFile | None = None
    kept_for_ever = topics.topics()[topic].retention_days is None
    for after in files:
        if before is None or before.partition != after.partition:
            if kept_for_ever and after.first_offset > 0:
                found.append(f"{topic} begins with {after.path.name}: nothing covers offsets 0 to {after.first_offset - 1}")
        elif after.first_offset <= before.last_offset:
            found.append(f"{before.path.name} and {after.path.name} of {topic} overlap")
        elif after.first_offset > before.last_offset + 1:
            found.append(
                f"nothing of {topic} covers offsets {before.last_offset + 1} to {after.first_offset - 1} of partition "
                f"{after.partition}"
            )
        before = after
    return found


def _scan(lake: Path, topic: str) -> pl.LazyFrame | None:
    files = offset_ranges(lake, topic)
    if not files:
        return None
    # The newest file has every column; older ones lack those that came since.
    newest = pl.read_parquet_schema(files[-1].path)
    return pl.scan_parquet([file.path for file in files], schema=newest, missing_columns="insert")


def decisions(lake: Path, *, columns: list[str] | None = None, tenant_id: str | None = None) -> pl.DataFrame:
    """Return the decision records in log order, each with the answer of its last override where it has one.

    Without `columns`, everything but the raw payload. An empty lake gives an empty frame. Raises LakeGap.
    """
    scan = _scan(lake, topics.DECISIONS)
    if scan is None:
        return pl.DataFrame()
    if tenant_id is not None:
        scan = scan.filter(pl.col("tenant_id") == tenant_id)
    there = scan.collect_schema().names()
    names = columns or [name for name in there if name != "payload"]
    chosen = scan.filter(pl.col("record") == "decision").sort("n")
    answers = [name for name in names if name.removesuffix("_ms") in _ANSWER]
    if answers:
        chosen = _overridden(chosen, scan.filter(pl.col("record") == "override"), answers)
    # A column that came since the newest file was written is unknown everywhere.
    return chosen.select(pl.col(name) if name in there else pl.lit(None).alias(name) for name in names).collect()


def _overridden(decided: pl.LazyFrame, overrides: pl.LazyFrame, answers: list[str]) -> pl.LazyFrame:
    """Put the newest override's answer, its nulls too, in the place of the first."""
    newest = (
        overrides.sort("n")
        .unique(_IDENTITY, keep="last")
        .select(*_IDENTITY, pl.struct(answers).alias("stored"), pl.lit(value=True).alias("overridden"))
    )
    joined = decided.join(newest, on=_IDENTITY, how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col("overridden")).then(pl.col("stored").struct.field(name)).otherwise(pl.col(name)).alias(name)
        for name in answers
    )


def ledger_events(lake: Path, *, tenant_id: str) -> pl.DataFrame:
    """Return the facts of a tenant's ledger in commit order, without the raw payload. Raises LakeGap."""
    scan = _scan(lake, topics.BANKING_TRANSACTIONS)
    if scan is None:
        return pl.DataFrame(schema={"tenant_id": pl.String, "status": pl.String})
    return scan.filter(pl.col("tenant_id") == tenant_id).drop("payload").collect()


def log_labels(lake: Path, *, tenant_id: str) -> list[LabelRecord]:
    """Return the labels of a tenant that are in the decision log, in its order: what the scorer had, and when it came."""
    scan = _scan(lake, topics.DECISIONS)
    if scan is None:
        return []
    told = scan.filter((pl.col("record") == "label") & (pl.col("tenant_id") == tenant_id))
    return [_label_record.decode(payload) for payload in told.sort("n").select("payload").collect()["payload"]]


def log_controls(lake: Path) -> list[Control]:
    """Return the controls that are in the decision log, in its order."""
    scan = _scan(lake, topics.DECISIONS)
    if scan is None:
        return []
    said = scan.filter(pl.col("record") == "control").sort("n").select("payload").collect()["payload"]
    return [_control_record.decode(payload).control for payload in said]


def count_records(lake: Path) -> int:
    """How many records of the decision log the lake has."""
    return sum(pq.read_metadata(file.path).num_rows for file in offset_ranges(lake, topics.DECISIONS))


def log_records(lake: Path) -> Iterator[list[bytes]]:
    """Yield batches of the decision log's records in its order, each as its bytes. Raises LakeGap."""
    for file in offset_ranges(lake, topics.DECISIONS):
        with pq.ParquetFile(file.path) as source:
            for batch in source.iter_batches(_BATCH_ROWS, columns=["payload"]):
                yield batch.column(0).to_pylist()


def log_batches(lake: Path) -> Iterator[tuple[pl.DataFrame, int]]:
    """Yield the decision log in its order, in batches of record, tenant_id, known_at_ms and payload, with its length.

    Raises LakeGap.
    """
    files = offset_ranges(lake, topics.DECISIONS)
    total = sum(pq.read_metadata(file.path).num_rows for file in files)
    for file in files:
        with pq.ParquetFile(file.path) as source:
            for batch in source.iter_batches(_BATCH_ROWS, columns=["record", "tenant_id", "known_at_ms", "payload"]):
                yield pl.DataFrame(pl.from_arrow(batch)), total


def log_places(lake: Path, *, tenant_id: str) -> tuple[pl.Series, list[tuple[int, int]]]:
    """Return which decision of the whole log each of the tenant's is, counted from 0 in log order, and the log's starts.

    Of a start: how many decisions are before it, and its `memory_rows`.
    """
    scan = _scan(lake, topics.DECISIONS)
    if scan is None:
        return pl.Series("decided", [], pl.Int64), []
    is_start = pl.col("record") == "start"
    counted = (
        scan.filter(is_start | (pl.col("record") == "decision"))
        .select("n", "record", "tenant_id")
        .sort("n")
        .with_columns((~is_start).cast(pl.Int64).cum_sum().alias("decided"))
        .filter(is_start | (pl.col("tenant_id") == tenant_id))
        .collect()
    )
    payloads = scan.filter(is_start).sort("n").select("payload").collect()["payload"]
    rows = [_start_record.decode(payload).memory_rows for payload in payloads]
    befores = counted.filter(is_start)["decided"].to_list()
    return counted.filter(~is_start)["decided"] - 1, list(zip(befores, rows, strict=True))


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
        .unique(_IDENTITY, keep="last", maintain_order=True)
        .select("tenant_id", "transaction_id", "fraud", "kind")
        .collect()
    )
