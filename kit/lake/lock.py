"""One process at a time: one that flushes files to a lake, and one that rewrites them (compaction, erasure)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.errors import Conflict

_FLUSHING, _REWRITING = ".writer.lock", ".rewriter.lock"


class LakeBusy(Conflict):
    """Another process does the same to this lake."""

    code = "lake-busy"
    title = "Another process writes to this lake"
    remedy = "Wait until it has ended; the system lets go of its lock however it ends."


@contextmanager
def only_writer(lake: Path) -> Iterator[None]:
    """Be the one that flushes new files, until the end of the block. Raises LakeBusy."""
    with _held(lake / _FLUSHING, f"another sink writes to {lake}"):
        yield


@contextmanager
def only_rewriter(lake: Path) -> Iterator[None]:
    """Be the one that puts files in the place of others, until the end of the block. Raises LakeBusy."""
    with _held(lake / _REWRITING, f"another run rewrites files of {lake}"):
        yield


@contextmanager
def _held(path: Path, busy: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise LakeBusy(busy) from problem
        yield
