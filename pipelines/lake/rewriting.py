"""Changing what the lake's files say, which is done to erase: in the place of the old ones at once, and they go at once too."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from kit.clock import Clock
from kit.lake.files import REWRITING, FileWriter, register, remove_leftovers
from kit.lake.lock import LakeBusy, only_rewriter, only_writer
from kit.lake.manifest import LakeFile, forget, live_files, replace

# Says whether rows have what is to go.
Telling = Callable[[pa.Table], bool]
# Gives rows without it: as many, at the same offsets.
Without = Callable[[pa.Table], pa.Table]


def rewrite(lake: Path, topic: str, *, telling: Telling, without: Without, clock: Clock) -> int:
    """Write every file of a topic anew that has what is to go; return how many had it.

    When this returns, no file of the folder has it, those that a compaction has replaced neither: no grace is given, so that a
    reading that began before may find a file gone, and has to begin again. Raises LakeBusy while another run rewrites files.
    """
    folder, changed = lake / topic, 0
    with only_rewriter(lake):
        remove_leftovers(folder, leftover=REWRITING)
        seen: set[str] = set()
        while fresh := [file for file in _registered(lake, folder, clock=clock) if file.name not in seen]:
            for file in fresh:
                seen.add(file.name)
                if (came := _rewritten(folder, file, telling=telling, without=without, clock=clock)) is not None:
                    replace(folder, gone=[file], came=[came], at_ms=clock.now_ms())
                    seen.add(came.name)
                    changed += 1
        forget(folder, retired_until_ms=clock.now_ms())
    return changed


def _registered(lake: Path, folder: Path, *, clock: Clock) -> list[LakeFile]:
    """The topic's files, those included that a killed sink left without a row. A sink that lives writes its rows itself."""
    with contextlib.suppress(LakeBusy), only_writer(lake):
        register(folder, now_ms=clock.now_ms())
    return [file for file in live_files(folder) if file.rows >= 0]


def _rewritten(folder: Path, file: LakeFile, *, telling: Telling, without: Without, clock: Clock) -> LakeFile | None:
    """The file that takes another's place, or None where that has nothing that is to go."""
    with pq.ParquetFile(folder / file.name) as source:
        groups = range(source.num_row_groups)
        if not any(telling(source.read_row_group(group)) for group in groups):
            return None
        writer = FileWriter(folder, source.schema_arrow, leftover=REWRITING)
        try:
            for group in groups:
                writer.write(without(source.read_row_group(group)))
            came = writer.finish(
                partition=file.partition, first=file.first, past=file.past, now_ms=clock.now_ms(), day=_day_of(file)
            )
        except BaseException:
            writer.abandon()
            raise
    return msgspec.structs.replace(came, settled=file.settled)


def _day_of(file: LakeFile) -> str:
    """The day's folder that a file lies in; a flushed one lies in none yet."""
    return file.name.partition("/")[0].removeprefix("day=") if file.compacted else "unknown"
