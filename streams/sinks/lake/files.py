"""The lake's files: `<topic>/<partition>-<first offset>-<last offset>.parquet`, whole or not there at all.

A file covers every offset from `first` to `last`, transaction markers and refused messages included, so that one file's
`last + 1` is the next one's `first` and a gap between names is a gap in the lake. The names are the only memory of how far
the sink has come.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION = "zstd"
TEMPORARY_SUFFIX = ".tmp"
_NAME = re.compile(r"^(\d+)-(\d{20})-(\d{20})\.parquet$")


class LakeBusy(RuntimeError):
    """Another sink writes to this lake."""


def file_name(*, partition: int, first: int, last: int) -> str:
    """Return the name of the file that covers `first` to `last`, both included."""
    return f"{partition}-{first:020d}-{last:020d}.parquet"


def next_offsets(folder: Path) -> dict[int, int]:
    """Return partition -> the offset after everything that the files in a topic's `folder` cover."""
    found: dict[int, int] = {}
    for path in folder.iterdir() if folder.exists() else ():
        named = _NAME.match(path.name)
        if named:
            partition, last = int(named[1]), int(named[3])
            found[partition] = max(found.get(partition, 0), last + 1)
    return found


def from_the_beginning(folder: Path, *, partition: int) -> list[tuple[Path, int]]:
    """Return (file, offset after it) of a partition, from offset 0 on, as far as the files follow each other without a gap."""
    named = [(int(found[2]), int(found[3]), path) for path in folder.glob("*.parquet") if (found := _NAME.match(path.name))
             and int(found[1]) == partition]  # fmt: skip
    covered, following = [], 0
    for first, last, path in sorted(named):
        if first != following:
            break
        following = last + 1
        covered.append((path, following))
    return covered


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed sink left half written. Only the holder of the lake's lock may do this."""
    for path in folder.glob(f"*{TEMPORARY_SUFFIX}"):
        path.unlink()


def write_file(folder: Path, table: pa.Table, *, partition: int, first: int, last: int) -> Path:
    """Write `table` so that the file is there, whole and on disk, when this returns, and not there at all before."""
    target = folder / file_name(partition=partition, first=first, last=last)
    temporary = target.with_name(target.name + TEMPORARY_SUFFIX)
    with temporary.open("wb") as sink:
        pq.write_table(table, sink, compression=COMPRESSION)
        sink.flush()
        os.fsync(sink.fileno())
    temporary.rename(target)
    _sync_folder(folder)
    return target


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def only_writer(lake: Path) -> Iterator[None]:
    """Hold the lake's lock; the system lets go of it however this process ends. Raises LakeBusy."""
    lake.mkdir(parents=True, exist_ok=True)
    with (lake / ".writer.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise LakeBusy(f"another sink writes to {lake}") from problem
        yield
