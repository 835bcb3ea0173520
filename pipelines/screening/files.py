"""A list's file, plain or compressed by gzip, as bytes or as rows; bounded, so that a hostile one fills no memory."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kit.errors import DomainError

MAX_BYTES = 2_000_000_000
"""Of a list when it is unpacked; the largest public ones have 200 MB."""
MAX_FIELD = 200_000
_GZIP = b"\x1f\x8b"


class Unreadable(DomainError):
    """The file is not what its format says."""

    code = "list-unreadable"
    title = "The list cannot be read"
    remedy = "See whether it was fetched whole and is of the format that you named (`baas screening formats`)."


class _Bounded(io.RawIOBase):
    """Reads a file and refuses to go on after `MAX_BYTES`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        try:
            content = self._file.read(len(view))
        except (EOFError, OSError) as problem:
            raise Unreadable(f"the file ends in its middle: {problem}") from problem
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable(f"it unpacks to more than {MAX_BYTES:,} bytes")
        view[: len(content)] = content
        return len(content)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked where it is packed. Raises OSError, and Unreadable while it is read."""
    with path.open("rb") as plain:
        packed = plain.read(2) == _GZIP
        plain.seek(0)
        source: IO[bytes] = gzip.GzipFile(fileobj=plain) if packed else plain  # type: ignore[assignment]
        yield io.BufferedReader(_Bounded(source), buffer_size=1 << 18)


def sha256(path: Path) -> bytes:
    """Return the digest of a list's content, the same whether it is packed or not."""
    digest = hashlib.sha256()
    with opened(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def rows(path: Path, *, encoding: str, delimiter: str = ",", width: int = 0) -> Iterator[Sequence[str]]:
    """Yield a CSV's rows, a header too where there is one. Raises Unreadable for a row that is shorter than `width`."""
    csv.field_size_limit(MAX_FIELD)
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            for number, row in enumerate(csv.reader(text, delimiter=delimiter, strict=False), start=1):
                if not row or row == ["\x1a"]:  # an empty line, and the end of a file as MS-DOS wrote it
                    continue
                if len(row) < width:
                    raise Unreadable(f"line {number} has {len(row)} fields and not {width}")
                yield row
        except (csv.Error, UnicodeDecodeError) as problem:
            raise Unreadable(f"it is not CSV in {encoding}: {problem}") from problem


def named_rows(path: Path, needed: Sequence[str], *, encoding: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield rows by the names of a header, in which `needed` must be. Raises Unreadable."""
    names: list[str] | None = None
    for row in rows(path, encoding=encoding, delimiter=delimiter):
        if names is None:
            names = [name.strip().lstrip("\ufeff") for name in row]
            missing = [name for name in needed if name not in names]
            if missing:
                raise Unreadable(f"its first line names no {', '.join(missing)}")
            continue
        yield dict(zip(names, (value.strip() for value in row), strict=False))
    if names is None:
        raise Unreadable("it is empty")
