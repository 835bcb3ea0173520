"""The folder of snapshots: the newest, and the one before it; each a whole file named by its position."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

# A snapshot leaves this much of the disk to others: a broker without room is worse than a longer start.
SPARE_BYTES = 2**30
SUFFIX, PARTIAL_SUFFIX = ".snapshot", ".partial"
_NAME = re.compile(r"^(\d+)-(\d+)\.snapshot$")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: the state of `epoch` after `next_n` records of the log. `written_at_s` is the file's time, in Unix seconds."""

    path: Path
    epoch: int
    next_n: int
    bytes: int
    written_at_s: float


class NoRoom(OSError):
    """The disk would have too little room left."""


def file_name(*, epoch: int, next_n: int) -> str:
    """Return the name of the file of that position."""
    return f"{epoch}-{next_n}{SUFFIX}"


def newest_first(folder: Path) -> list[Kept]:
    """Return the whole files by the time of writing: a log that began anew has low positions, and they are the new ones."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        named = _NAME.match(path.name)
        if named:
            facts = path.stat()
            found.append((facts.st_mtime_ns, Kept(path, int(named[1]), int(named[2]), facts.st_size, facts.st_mtime)))
    return [kept for _, kept in sorted(found, key=lambda each: (each[0], each[1].path.name), reverse=True)]


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed child left half written."""
    for path in folder.glob(f"*{PARTIAL_SUFFIX}"):
        path.unlink(missing_ok=True)


def put(folder: Path, *, epoch: int, next_n: int, size: int, before: Path | None, fill: Callable[[FileIO], int]) -> int:
    """Have the file that `fill` writes, whole and on disk, or not at all; then remove every other but `before`.

    `before` is the last one that this process wrote or went on from: what it refused makes room for what it can use. `size` is
    about what the file will take. Returns what `fill` did. Raises NoRoom, OSError and what `fill` raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free - size < SPARE_BYTES:
        raise NoRoom(f"{free} bytes are free in {folder}; the snapshot takes {size}, and {SPARE_BYTES} must stay free")
    target = folder / file_name(epoch=epoch, next_n=next_n)
    partial = target.with_name(f"{target.name}.{os.getpid()}{PARTIAL_SUFFIX}")
    try:
        with partial.open("wb", buffering=0) as sink:
            written = fill(sink)
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync(folder)
    for other in newest_first(folder):
        if other.path not in (target, before):
            other.path.unlink(missing_ok=True)
    return written


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
