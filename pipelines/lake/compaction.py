"""Many small files become few: a day's records in one file, behind the back of whoever reads.

New files are written and on disk before one replacement of the manifest puts them in the place of the old ones. A kill before
it leaves files that no manifest names, which the next run deletes; a kill after it leaves retired ones, which a later run
deletes once nobody can still be reading them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kit.clock import Clock
from kit.lake.files import REWRITING, FileWriter, remove_leftovers, version_of
from kit.lake.lock import only_rewriter
from kit.lake.manifest import DAY_MS, LakeFile, forget, read, replace
from pipelines.lake.compaction_plan import TOLD_COLUMNS, Cutter, Run, Sizes, runs
from pipelines.lake.files import LakeDamaged, require_whole

# A reading of the whole log takes minutes; whoever began one with the old files has this long to end it.
GRACE_MS = 6 * 3_600_000
_BATCH_ROWS = 50_000

# Hears a line for people.
Progress = Callable[[str], None]


@dataclass(slots=True)
class Compacted:
    """What a run did to a topic."""

    topic: str
    files_before: int = 0
    files_after: int = 0
    rows: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    deleted: int = 0


def compact(
    lake: Path, *, clock: Clock, sizes: Sizes | None = None, grace_ms: int = GRACE_MS, progress: Progress | None = None
) -> list[Compacted]:
    """Compact every topic of the lake, and delete what was replaced `grace_ms` ago or before. Run twice, it does nothing more.

    Raises LakeBusy while another run rewrites files. Flushing and reading go on meanwhile.
    """
    done = []
    with only_rewriter(lake):
        for folder in sorted(path for path in lake.glob("*") if path.is_dir()):
            result = _compact_topic(folder, clock=clock, sizes=sizes or Sizes(), grace_ms=grace_ms)
            done.append(result)
            if progress and (result.files_before or result.deleted):
                progress(
                    f"{result.topic}: {result.files_before} files of {result.bytes_before / 1e6:.1f} MB are "
                    f"{result.files_after} of {result.bytes_after / 1e6:.1f} MB, {result.deleted} old ones deleted"
                )
    return done


def _compact_topic(folder: Path, *, clock: Clock, sizes: Sizes, grace_ms: int) -> Compacted:
    result = Compacted(folder.name)
    remove_leftovers(folder, leftover=REWRITING)
    rows = read(folder)
    _delete_unnamed(folder, {row.name for row in rows})
    for run in runs([row for row in rows if isinstance(row, LakeFile)], now_ms=clock.now_ms(), sizes=sizes):
        came = _rewrite(folder, run, clock=clock, sizes=sizes)
        replace(folder, gone=run.files, came=came, at_ms=clock.now_ms())
        result.files_before += len(run.files)
        result.files_after += len(came)
        result.rows += sum(file.rows for file in came)
        result.bytes_before += sum(file.bytes for file in run.files)
        result.bytes_after += sum(file.bytes for file in came)
    result.deleted = len(forget(folder, retired_until_ms=clock.now_ms() - grace_ms))
    for empty in (day for day in folder.glob("day=*") if not any(day.iterdir())):
        empty.rmdir()
    return result


def _delete_unnamed(folder: Path, named: set[str]) -> None:
    """Delete the compacted files of runs that were killed before their manifest named them."""
    for path in folder.glob("day=*/*.parquet"):
        if str(path.relative_to(folder)) not in named:
            path.unlink()


def _rewrite(folder: Path, run: Run, *, clock: Clock, sizes: Sizes) -> list[LakeFile]:
    """Write the rows of a run anew, in their order. Raises LakeDamaged: damage must not get a checksum of its own."""
    for file in run.files:
        require_whole(folder, file)
    writing = _Writing(folder, run, schema=_merged_schema(folder, run.files), clock=clock, sizes=sizes)
    try:
        for file in run.files:
            with pq.ParquetFile(folder / file.name) as source:
                for batch in source.iter_batches(_BATCH_ROWS):
                    writing.take(pa.Table.from_batches([batch]))
        came = writing.end()
    except BaseException:
        writing.abandon()
        raise
    if sum(file.rows for file in came) != sum(file.rows for file in run.files):
        raise LakeDamaged(f"{run.files[0].name} and what follows it have not the rows that the manifest of {folder.name} says")
    return came


def _merged_schema(folder: Path, files: tuple[LakeFile, ...]) -> pa.Schema:
    """What the files have in all, in the order of the newest version, numbers as wide as the widest."""
    schemas = [pq.read_schema(folder / file.name) for file in files]
    newest = max(schemas, key=version_of)
    merged = pa.unify_schemas([schema.remove_metadata() for schema in (newest, *schemas)], promote_options="permissive")
    return merged.with_metadata(newest.metadata)


class _Writing:
    """The files of a run in the making: one is open."""

    def __init__(self, folder: Path, run: Run, *, schema: pa.Schema, clock: Clock, sizes: Sizes) -> None:
        self._folder = folder
        self._run = run
        self._schema = schema
        self._clock = clock
        self._cutter = Cutter(sizes)
        self._first = run.files[0].first
        self._open = self._next()
        self._written: list[LakeFile] = []

    def take(self, table: pa.Table) -> None:
        """Add rows, in their order."""
        rows, begins = self._as_merged(table), 0
        for cut in self._cutter.cuts(_days(rows)):
            self._open.write(rows.slice(begins, cut.at - begins))
            self._finish(past=rows["offset"][cut.at].as_py(), day=cut.day)
            self._open = self._next()
            begins = cut.at
        self._open.write(rows.slice(begins))

    def end(self) -> list[LakeFile]:
        """Return the rows of the manifest of all that was written."""
        self._finish(past=self._run.files[-1].past, day=self._cutter.day)
        return self._written

    def abandon(self) -> None:
        """Leave the open file away. Those that are whole are not named by any manifest, and the next run deletes them."""
        self._open.abandon()

    def _next(self) -> FileWriter:
        return FileWriter(self._folder, self._schema, leftover=REWRITING)

    def _finish(self, *, past: int, day: int | None) -> None:
        partition, now_ms = self._run.files[0].partition, self._clock.now_ms()
        named = "unknown" if day is None else datetime.fromtimestamp(day * DAY_MS / 1_000, UTC).date().isoformat()
        written = self._open.finish(partition=partition, first=self._first, past=past, now_ms=now_ms, day=named)
        self._written.append(msgspec.structs.replace(written, settled=self._run.settled))
        self._first = past

    def _as_merged(self, table: pa.Table) -> pa.Table:
        """The rows with every column: null in those that came later."""
        there = set(table.column_names)
        columns = [
            table[field.name].cast(field.type) if field.name in there else pa.nulls(table.num_rows, field.type)
            for field in self._schema
        ]
        return pa.Table.from_arrays(columns, schema=self._schema)


def _days(rows: pa.Table) -> NDArray[np.int64]:
    """The day that each row was told on, in days since 1970; -1 where no column says it."""
    told = [rows[name] for name in TOLD_COLUMNS if name in rows.column_names]
    if not told:
        return np.full(rows.num_rows, -1, np.int64)
    days: NDArray[np.int64] = pc.fill_null(pc.coalesce(*told), -1).to_numpy() // DAY_MS
    return days
