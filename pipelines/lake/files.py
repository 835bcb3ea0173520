"""Which files a reading of the lake opens. The order is the order of the log; a gap between files is an error."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from contracts import topics
from kit.errors import DomainError
from kit.lake.files import digest_of
from kit.lake.manifest import LakeFile, live_files

SHOWN = 3
_WIDER = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128), (pl.Float32, pl.Float64)
_WIDEN = pl.ScanCastOptions(integer_cast="upcast", float_cast="upcast", missing_struct_fields="insert")

# Says of a file whether a reading needs it.
Needed = Callable[[LakeFile], bool]


class LakeGap(DomainError):
    """Files of a partition overlap, do not follow each other or are gone, or the first ones are not there."""

    code = "lake-gap"
    title = "The lake has a gap or an overlap"
    remedy = (
        "Put the file back from a backup, or move the topic's folder aside and restart the lake sink: it writes everything "
        "again that Kafka has."
    )


class LakeDamaged(DomainError):
    """A file is not what was written."""

    code = "lake-damaged"
    title = "A file of the lake is not what was written"
    remedy = LakeGap.remedy


@dataclass(frozen=True, slots=True)
class Part:
    """A file, and what the manifest says of it. Offsets of aborted transactions are covered, and no row has them."""

    path: Path
    row: LakeFile

    @property
    def partition(self) -> int:
        """The topic's partition."""
        return self.row.partition

    @property
    def first_offset(self) -> int:
        """The first offset that it covers."""
        return self.row.first

    @property
    def last_offset(self) -> int:
        """The last offset that it covers."""
        return self.row.past - 1

    def count(self) -> int:
        """How many rows it has."""
        return self.row.rows if self.row.rows >= 0 else int(pq.read_metadata(self.path).num_rows)


def offset_ranges(lake: Path, topic: str) -> list[Part]:
    """Return the topic's files by partition and offset. Raises LakeGap unless each partition's cover its offsets seamlessly.

    A topic that the broker keeps for ever is there from offset 0; another from where it began when the lake was made.
    """
    found = _parts(lake, topic)
    if _gaps(found, topic):
        # A folder that is read while files come may show a file without the one before it; the next reading has both.
        found = _parts(lake, topic)
    if gaps := _gaps(found, topic):
        raise LakeGap("; ".join(gaps[:SHOWN]), gaps=len(gaps))
    return found


def scan(lake: Path, topic: str, *, needed: Needed | None = None) -> pl.LazyFrame | None:
    """Return the topic's rows in files that are `needed`; None while it has no file. Raises LakeGap.

    Columns are those that any file has, also where the needed ones lack them.
    """
    parts = offset_ranges(lake, topic)
    return scan_parts(parts, needed=needed) if parts else None


def scan_parts(parts: Sequence[Part], *, needed: Needed | None = None) -> pl.LazyFrame:
    """Return the rows of some parts in their order: null in columns that came after a file, numbers as wide as the widest."""
    schema = schema_of(parts)
    paths = [part.path for part in parts if needed is None or needed(part.row)]
    if not paths:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(paths, schema=schema, missing_columns="insert", cast_options=_WIDEN)


def schema_of(parts: Sequence[Part]) -> pl.Schema:
    """Return what the parts' files have in all. Only the newest file of each version of the schema is opened."""
    # Columns are only ever added, so that the newest file of a version has all that the version has.
    newest_of = {part.row.schema: part for part in parts}
    merged: dict[str, pl.DataType] = {}
    for part in [parts[-1], *newest_of.values()]:
        for name, kind in pl.read_parquet_schema(part.path).items():
            merged[name] = _wider(merged.get(name, kind), kind)
    return pl.Schema(merged)


def in_time(column: str, between_ms: tuple[int, int] | None) -> Needed:
    """Say which files may have a row whose `column` is in [between_ms[0], between_ms[1]); all of them for None."""
    if between_ms is None:
        return lambda _file: True
    least, past = between_ms
    return lambda file: file.may_reach(column, least=least, past=past)


def require_whole(folder: Path, file: LakeFile) -> None:
    """Raise LakeDamaged unless a topic's file has the content that the manifest says."""
    path = folder / file.name
    if not path.exists():
        raise LakeDamaged(f"{file.name} of {folder.name} is not there")
    if file.sha256 and digest_of(path) != file.sha256:
        raise LakeDamaged(f"{file.name} of {folder.name} is not what was written: its SHA-256 differs")


def _wider(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    for ladder in _WIDER:
        if one in ladder and other in ladder:
            return max(one, other, key=lambda kind: ladder.index(type(kind)))
    return other if one == pl.Null else one


def _parts(lake: Path, topic: str) -> list[Part]:
    return [Part(lake / topic / file.name, file) for file in live_files(lake / topic)]


def _gaps(parts: list[Part], topic: str) -> list[str]:
    """What does not follow. Only the ranges count: offsets of transaction markers are covered, and no row has them."""
    found = []
    before: Part | None = None
    kept_for_ever = topics.topics()[topic].retention_days is None
    for after in parts:
        if not after.path.exists():
            found.append(f"{after.row.name} of {topic}, which the manifest names, is not there")
        if before is None or before.partition != after.partition:
            if kept_for_ever and after.first_offset > 0:
                found.append(f"{topic} begins with {after.row.name}: nothing covers offsets 0 to {after.first_offset - 1}")
        elif after.first_offset <= before.last_offset:
            found.append(f"{before.row.name} and {after.row.name} of {topic} overlap")
        elif after.first_offset > before.last_offset + 1:
            found.append(
                f"nothing of {topic} covers offsets {before.last_offset + 1} to {after.first_offset - 1} of partition "
                f"{after.partition}"
            )
        before = after
    return found
