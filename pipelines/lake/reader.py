"""From files to frames. The order of a frame is the order of the log, and a gap between files is an error."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import polars as pl
import pyarrow.parquet as pq

from contracts import topics
from contracts.controls import Control
from contracts.decisions import Answer, ControlRecord, LabelRecord, StartRecord
from kit.lake.manifest import LakeFile
from pipelines.lake.files import Needed, Part, in_time, offset_ranges, scan

_BATCH_ROWS = 10_000
_ANSWER = frozenset(Answer.__struct_fields__)
_IDENTITY = ["tenant_id", "transaction_id"]
_FACTS = ["record", "tenant_id", "n"]
_IS_CONTROL = pl.col("record") == "control"
_control_record = msgspec.json.Decoder(ControlRecord)
_label_record = msgspec.json.Decoder(LabelRecord)
_start_record = msgspec.json.Decoder(StartRecord)


def decisions(
    lake: Path, *, columns: list[str] | None = None, tenant_id: str | None = None, between_ms: tuple[int, int] | None = None
) -> pl.DataFrame:
    """Return the decision records in log order, each with the answer of its last override where it has one.

    Without `columns`, everything but the raw payload. With `between_ms`, those whose event time is in [first, second): only
    files that may have such a row are opened. An empty lake gives an empty frame. Raises LakeGap.
    """
    told = in_time("event_time_ms", between_ms)
    found = scan(lake, topics.DECISIONS, needed=lambda file: told(file) and _holds(file, "decision", tenant_id))
    overrides = scan(lake, topics.DECISIONS, needed=lambda file: _holds(file, "override", tenant_id))
    if found is None or overrides is None:
        return pl.DataFrame()
    if tenant_id is not None:
        found, overrides = (frame.filter(pl.col("tenant_id") == tenant_id) for frame in (found, overrides))
    if between_ms is not None:
        found = found.filter(pl.col("event_time_ms").is_between(*between_ms, closed="left"))
    there = found.collect_schema().names()
    names = columns or [name for name in there if name != "payload"]
    chosen = found.filter(pl.col("record") == "decision").sort("n")
    answers = [name for name in names if name.removesuffix("_ms") in _ANSWER]
    if answers:
        chosen = _overridden(chosen, overrides.filter(pl.col("record") == "override"), answers)
    # A column that came since the newest file was written is unknown everywhere.
    return chosen.select(pl.col(name) if name in there else pl.lit(None).alias(name) for name in names).collect()


def _holds(file: LakeFile, record: str, tenant_id: str | None) -> bool:
    return file.may_have("record", record) and (tenant_id is None or file.may_have("tenant_id", tenant_id))


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


def ledger_events(lake: Path, *, tenant_id: str, between_ms: tuple[int, int] | None = None) -> pl.DataFrame:
    """Return the facts of a tenant's ledger in commit order, without the raw payload. Raises LakeGap.

    With `between_ms`, those that occurred in [first, second).
    """
    told = in_time("occurred_at_ms", between_ms)
    found = scan(
        lake, topics.BANKING_TRANSACTIONS, needed=lambda file: told(file) and file.may_have("tenant_id", tenant_id)
    )  # fmt: skip
    if found is None:
        return pl.DataFrame(schema={"tenant_id": pl.String, "status": pl.String})
    if between_ms is not None:
        found = found.filter(pl.col("occurred_at_ms").is_between(*between_ms, closed="left"))
    return found.filter(pl.col("tenant_id") == tenant_id).drop("payload").collect()


def log_labels(lake: Path, *, tenant_id: str) -> list[LabelRecord]:
    """Return the labels of a tenant that are in the decision log, in its order: what the scorer had, and when it came."""
    found = scan(lake, topics.DECISIONS, needed=lambda file: _holds(file, "label", tenant_id))
    if found is None:
        return []
    told = found.filter((pl.col("record") == "label") & (pl.col("tenant_id") == tenant_id))
    return [_label_record.decode(payload) for payload in told.sort("n").select("payload").collect()["payload"]]


def log_controls(lake: Path) -> list[Control]:
    """Return the models and policies that the decision log's controls named, in its order, and nothing of profiles and lists.

    Raises LakeGap.
    """
    found: list[tuple[int, Control]] = []
    for batch in _controls(lake, _IS_CONTROL, pl.Struct({"kind": pl.String})):
        chosen = batch.filter(pl.col("control").struct.field("kind").is_in(["model", "policy"]))
        found += [(record.n, record.control) for record in map(_control_record.decode, chosen["payload"])]
    return [control for _, control in sorted(found, key=lambda each: each[0])]


def log_profiles(lake: Path, *, tenant_id: str, entity: str, names: Sequence[str], before_n: int) -> Iterator[pl.DataFrame]:
    """Yield in log order what a tenant's profile controls before number `before_n` told of a kind of entity.

    Frames of some thousand rows with n (Int64), entity_id, and `names` (Float64, null where a control does not say). Row groups
    without such a control are not read. Raises LakeGap.
    """
    values = pl.Struct(dict.fromkeys(names, pl.Float64))
    said = pl.Struct({"kind": pl.String, "entity": pl.String, "entity_id": pl.String, "values": values})
    told = _IS_CONTROL & (pl.col("tenant_id") == tenant_id) & (pl.col("n") < before_n)

    def needed(file: LakeFile) -> bool:
        return _holds(file, "control", tenant_id) and file.may_reach("n", least=0, past=before_n)

    for batch in _controls(lake, told, said, needed=needed):
        controls = batch.select(pl.col("n").cast(pl.Int64), "control").unnest("control")
        profiles = controls.filter((pl.col("kind") == "profile") & (pl.col("entity") == entity))
        yield profiles.select("n", "entity_id", *(pl.col("values").struct.field(name) for name in names))


def _controls(lake: Path, asked: pl.Expr, said: pl.Struct, *, needed: Needed = lambda _file: True) -> Iterator[pl.DataFrame]:
    """Yield in log order batches of the controls that are asked for, with some of what they say decoded as `control`."""
    kind = pl.Struct({"control": said})
    control = pl.col("payload").cast(pl.String).str.json_decode(kind).struct.field("control")
    for part in offset_ranges(lake, topics.DECISIONS):
        if part.row.may_have("record", "control") and needed(part.row):
            for batch in _batches_with(part, asked):
                yield batch.filter(asked).with_columns(control)


def _batches_with(part: Part, asked: pl.Expr) -> Iterator[pl.DataFrame]:
    """Yield batches of record, tenant_id, n and payload of the row groups in which a row is asked for."""
    with pq.ParquetFile(part.path) as source:
        for group in range(source.num_row_groups):
            facts = pl.DataFrame(pl.from_arrow(source.read_row_group(group, columns=_FACTS)))
            if facts.select(asked.any()).item():
                for batch in source.iter_batches(_BATCH_ROWS, row_groups=[group], columns=[*_FACTS, "payload"]):
                    yield pl.DataFrame(pl.from_arrow(batch))


def count_records(lake: Path) -> int:
    """How many records of the decision log the lake has."""
    return sum(part.count() for part in offset_ranges(lake, topics.DECISIONS))


def log_records(lake: Path) -> Iterator[list[bytes]]:
    """Yield batches of the decision log's records in its order, each as its bytes. Raises LakeGap."""
    for part in offset_ranges(lake, topics.DECISIONS):
        with pq.ParquetFile(part.path) as source:
            for batch in source.iter_batches(_BATCH_ROWS, columns=["payload"]):
                yield batch.column(0).to_pylist()


def log_batches(lake: Path) -> Iterator[tuple[pl.DataFrame, int]]:
    """Yield the decision log in its order, in batches of record, tenant_id, known_at_ms and payload, with its length.

    Raises LakeGap.
    """
    parts = offset_ranges(lake, topics.DECISIONS)
    total = sum(part.count() for part in parts)
    for part in parts:
        with pq.ParquetFile(part.path) as source:
            for batch in source.iter_batches(_BATCH_ROWS, columns=["record", "tenant_id", "known_at_ms", "payload"]):
                yield pl.DataFrame(pl.from_arrow(batch)), total


def log_places(lake: Path, *, tenant_id: str) -> tuple[pl.Series, list[tuple[int, int]]]:
    """Return which decision of the whole log each of the tenant's is, counted from 0 in log order, and the log's starts.

    Of a start: how many decisions are before it, and its `memory_rows`.
    """
    found = scan(lake, topics.DECISIONS)
    if found is None:
        return pl.Series("decided", [], pl.Int64), []
    is_start = pl.col("record") == "start"
    counted = (
        found.filter(is_start | (pl.col("record") == "decision"))
        .select("n", "record", "tenant_id")
        .sort("n")
        .with_columns((~is_start).cast(pl.Int64).cum_sum().alias("decided"))
        .filter(is_start | (pl.col("tenant_id") == tenant_id))
        .collect()
    )
    payloads = found.filter(is_start).sort("n").select("payload").collect()["payload"]
    rows = [_start_record.decode(payload).memory_rows for payload in payloads]
    befores = counted.filter(is_start)["decided"].to_list()
    return counted.filter(~is_start)["decided"] - 1, list(zip(befores, rows, strict=True))


def labels(lake: Path, *, known_by_ms: int) -> pl.DataFrame:
    """Return the newest label of each transaction that was known at `known_by_ms` (included)."""
    found = scan(lake, topics.LABELS)
    if found is None:
        return pl.DataFrame(
            schema={"tenant_id": pl.String, "transaction_id": pl.String, "fraud": pl.Boolean, "kind": pl.String}
        )
    return (
        found.filter(pl.col("known_at_ms") <= known_by_ms)
        .sort("known_at_ms", "offset")
        .unique(_IDENTITY, keep="last", maintain_order=True)
        .select("tenant_id", "transaction_id", "fraud", "kind")
        .collect()
    )
