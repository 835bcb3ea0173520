"""The manifest of a topic's files: appended to by the sink, replaced as a whole by whoever rewrites files.

Both hold its lock, for as long as it takes to write a row. A reader needs none: a row that is half written has no line end and
is passed over, and a replaced manifest is another file.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from kit.errors import Conflict

MANIFEST = "manifest.jsonl"
TEMPORARY_SUFFIX = ".tmp"
DAY_MS = 86_400_000
_LOCK = ".manifest.lock"
_FLUSHED = re.compile(r"^(\d+)-(\d{20})-(\d{20})\.parquet$")
Value = int | str


class ManifestMoved(Conflict):
    """A file that was to be replaced is not in the manifest any more: somebody else replaced it."""

    code = "manifest-moved"
    title = "The lake's files were replaced by another run meanwhile"
    remedy = "Run it again; it begins from the files that are there now."


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """How far a column's values reach, both ends included; absent where every row has null."""

    nulls: int
    least: Value | None = None
    most: Value | None = None


class LakeFile(msgspec.Struct, frozen=True, tag="file"):
    """A file and the offsets it covers, `past` excluded. Those of transaction markers and refused messages have no row.

    `spreads` are by column; `days` are the different days of a time column (UTC, counted from 1970), absent where they are
    many; `values` are the different values of a column that has few. A file whose row was not written yet has none of these,
    and `rows`, `bytes` and `schema` of it are unknown (-1).
    """

    name: str
    partition: int
    first: int
    past: int
    rows: int = -1
    bytes: int = -1
    sha256: str = ""
    schema: int = -1
    written_at_ms: int = 0
    compacted: bool = False
    settled: bool = False
    spreads: dict[str, Spread] = {}
    days: dict[str, list[int]] = {}
    values: dict[str, list[str]] = {}

    def may_reach(self, column: str, *, least: Value, past: Value) -> bool:
        """Whether a row may have a value of `column` in [least, past). False is certain, and so is null for a stranger."""
        spread = self.spreads.get(column)
        if spread is None:
            return True
        if spread.least is None or spread.most is None or spread.least >= past or spread.most < least:  # type: ignore[operator]
            return False
        if column not in self.days or isinstance(least, str) or isinstance(past, str):
            return True
        return any(least // DAY_MS <= day <= (past - 1) // DAY_MS for day in self.days[column])

    def may_have(self, column: str, value: str) -> bool:
        """Whether a row may have this value of `column`. False is certain."""
        return column not in self.values or value in self.values[column]


class Retired(msgspec.Struct, frozen=True, tag="retired"):
    """A file that others took the place of; whoever began reading before may still need it."""

    name: str
    at_ms: int


Row = LakeFile | Retired
_rows = msgspec.json.Decoder(Row)


def read(folder: Path) -> list[Row]:
    """Return the rows of a topic's manifest in their order; none where there is no manifest."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return []
    return [_rows.decode(line) for line in content.split(b"\n")[:-1]]


def live_files(folder: Path) -> list[LakeFile]:
    """Return the files that are read, by partition and offset: those of the manifest, and flushed ones that follow them."""
    files = [row for row in read(folder) if isinstance(row, LakeFile)]
    ends = ends_of(files)
    files += [file for file in flushed(folder) if file.first >= ends.get(file.partition, 0)]
    return sorted(files, key=lambda file: (file.partition, file.first))


def flushed(folder: Path) -> Iterator[LakeFile]:
    """Yield every flushed file of the folder, as far as its name says, whether the manifest covers it or not."""
    for path in folder.glob("*.parquet"):
        if named := _FLUSHED.match(path.name):
            yield LakeFile(path.name, int(named[1]), int(named[2]), int(named[3]) + 1)


def file_name(*, partition: int, first: int, last: int) -> str:
    """Return the name of a flushed file that covers `first` to `last`, both included."""
    return f"{partition}-{first:020d}-{last:020d}.parquet"


def ends_of(files: Iterable[LakeFile]) -> dict[int, int]:
    """Return partition -> the offset after everything that `files` cover."""
    ends: dict[int, int] = {}
    for file in files:
        ends[file.partition] = max(ends.get(file.partition, 0), file.past)
    return ends


def from_the_beginning(folder: Path, *, partition: int) -> list[tuple[Path, int]]:
    """Return (file, offset after it) of a partition, from offset 0 on, as far as the files follow each other without a gap."""
    covered, following = [], 0
    for file in live_files(folder):
        if file.partition != partition:
            continue
        if file.first != following:
            break
        following = file.past
        covered.append((folder / file.name, following))
    return covered


def append(folder: Path, files: Sequence[LakeFile]) -> None:
    """Add rows; they are on disk when this returns. The files themselves must be."""
    with _locked(folder):
        is_new = not (folder / MANIFEST).exists()
        with (folder / MANIFEST).open("ab+") as manifest:
            _mend(manifest)
            manifest.write(_lines(files))
            manifest.flush()
            os.fsync(manifest.fileno())
        if is_new:
            sync_folder(folder)


def replace(folder: Path, *, gone: Sequence[LakeFile], came: Sequence[LakeFile], at_ms: int) -> None:
    """Put `came` in the place of `gone`, at once for every reader from now on; `gone` is retired as of `at_ms`.

    Both cover the same offsets. Raises ManifestMoved where one of `gone` is not there any more, and ValueError where the
    offsets differ.
    """
    if _covered(gone) != _covered(came):
        raise ValueError(f"{_covered(gone)} are not the offsets {_covered(came)}")
    names = {file.name for file in gone}
    with _locked(folder):
        rows = read(folder)
        if missing := names - {row.name for row in rows if isinstance(row, LakeFile)}:
            raise ManifestMoved(f"{min(missing)} is not in the manifest any more", files=len(missing))
        kept = [row for row in rows if not (isinstance(row, LakeFile) and row.name in names)]
        retired = [Retired(file.name, at_ms) for file in gone]
        files = sorted((row for row in (*kept, *came) if isinstance(row, LakeFile)), key=lambda one: (one.partition, one.first))
        _rewrite(folder, [*files, *(row for row in kept if isinstance(row, Retired)), *retired])


def forget(folder: Path, *, retired_until_ms: int) -> list[str]:
    """Delete the files that were retired by then, then their rows; return their names.

    A kill between leaves rows whose file is gone, which the next one forgets.
    """
    with _locked(folder):
        rows = read(folder)
        old = [row for row in rows if isinstance(row, Retired) and row.at_ms <= retired_until_ms]
        if not old:
            return []
        for row in old:
            (folder / row.name).unlink(missing_ok=True)
        _rewrite(folder, [row for row in rows if row not in old])
    return [row.name for row in old]


def sync_folder(folder: Path) -> None:
    """Have the names of a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _covered(files: Sequence[LakeFile]) -> list[tuple[int, int, int]]:
    """Partition, first and past of each seamless run of `files`."""
    runs: list[tuple[int, int, int]] = []
    for file in sorted(files, key=lambda one: (one.partition, one.first)):
        if runs and runs[-1][0] == file.partition and runs[-1][2] == file.first:
            runs[-1] = (file.partition, runs[-1][1], file.past)
        else:
            runs.append((file.partition, file.first, file.past))
    return runs


def _mend(manifest: BinaryIO) -> None:
    """Cut off the row that a killed writer left without its end."""
    size = manifest.seek(0, os.SEEK_END)
    if size == 0:
        return
    manifest.seek(size - 1)
    if manifest.read(1) != b"\n":
        manifest.seek(0)
        manifest.truncate(manifest.read().rfind(b"\n") + 1)


def _lines(rows: Iterable[Row]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _rewrite(folder: Path, rows: Sequence[Row]) -> None:
    target = folder / MANIFEST
    temporary = target.with_name(target.name + TEMPORARY_SUFFIX)
    with temporary.open("wb") as manifest:
        manifest.write(_lines(rows))
        manifest.flush()
        os.fsync(manifest.fileno())
    temporary.rename(target)
    sync_folder(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
