"""A snapshot's file: sections (arrays as they lie in memory), a footer that says what they are, a trailer that finds it.

    section ... | footer (JSON) | length of the footer, its CRC-32 (little-endian, 8 and 4 bytes) | magic (8 bytes)

The footer comes last because it holds each section's CRC-32. The writer runs in a forked child: system calls, memory and zlib,
no lock of any library. CRC-32 finds every error of up to 32 bits in a row and leaves one in 2^32 of larger ones.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from scoring.engine import Engine
from scoring.snapshot import Facts, SnapshotUnfit, arrays, describe, restore
from streams.scorer.snapshots.position import Position

FORMAT = 1
MAGIC = b"BAASSNAP"
_TRAILER = struct.Struct("<QI8s")
_CHUNK_BYTES = 8 * 2**20
MAX_FOOTER_BYTES = 2**31


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One array: where it begins in the file, and how it is read back."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    bytes: int
    crc32: int


class Footer(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is. `state_version` is of the code that made the state, `taken_at` in epoch milliseconds."""

    format: int
    state_version: str
    feature_set: str
    taken_at: int
    position: Position
    sections: list[Section]
    facts: Facts


class Abandoned(Exception):
    """Nobody waits for this snapshot any more."""


def size_of(engine: Engine) -> int:
    """Return how many bytes the sections will take."""
    return sum(part.nbytes for part in arrays(engine, describe(engine)).values())


def write(
    sink: FileIO, engine: Engine, *, position: Position, state_version: str, taken_at: int, wanted: Callable[[], bool]
) -> int:
    """Write an engine that nobody changes meanwhile; return the file's bytes. Raises OSError, and Abandoned if not `wanted`."""
    facts = describe(engine)
    sections, start = [], 0
    for name, part in arrays(engine, facts).items():
        crc32 = 0
        for chunk in _chunks(part):
            if not wanted():
                raise Abandoned
            crc32 = zlib.crc32(chunk, crc32)
            _write_all(sink, chunk)
        sections.append(Section(name=name, dtype=part.dtype.str, shape=part.shape, start=start, bytes=part.nbytes, crc32=crc32))
        start += part.nbytes
    footer = msgspec.json.encode(
        Footer(
            format=FORMAT,
            state_version=state_version,
            feature_set=engine.feature_set,
            taken_at=taken_at,
            position=position,
            sections=sections,
            facts=facts,
        )
    )
    _write_all(sink, footer)
    _write_all(sink, _TRAILER.pack(len(footer), zlib.crc32(footer), MAGIC))
    os.fsync(sink.fileno())
    if not wanted():
        raise Abandoned
    return start + len(footer) + _TRAILER.size


def _write_all(sink: FileIO, content: bytes | memoryview) -> None:
    """Write it whole: an unbuffered file takes what fits, and says how much that was."""
    left = memoryview(content)
    while left:
        left = left[sink.write(left) or 0 :]


def _chunks(part: NDArray[Any]) -> Iterator[memoryview]:
    if part.nbytes:
        whole = part.reshape(-1).view(np.uint8).data
        for at in range(0, len(whole), _CHUNK_BYTES):
            yield whole[at : at + _CHUNK_BYTES]


def read_footer(path: Path, *, feature_set: str, state_version: str) -> Footer:
    """Return the footer of a whole file that this process may use. Raises SnapshotUnfit, and OSError."""
    with path.open("rb") as source:
        size = source.seek(0, os.SEEK_END)
        if size < _TRAILER.size:
            raise SnapshotUnfit("the file is cut short")
        source.seek(size - _TRAILER.size)
        length, crc32, magic = _TRAILER.unpack(source.read(_TRAILER.size))
        if magic != MAGIC or length > min(size - _TRAILER.size, MAX_FOOTER_BYTES):
            raise SnapshotUnfit("the file is cut short, or is no snapshot")
        source.seek(size - _TRAILER.size - length)
        content = source.read(length)
    if zlib.crc32(content) != crc32:
        raise SnapshotUnfit("the footer does not have its checksum")
    _check_made_for_us(content, feature_set=feature_set, state_version=state_version)
    footer = msgspec.json.decode(content, type=Footer)
    if sum(section.bytes for section in footer.sections) + length + _TRAILER.size != size:
        raise SnapshotUnfit("the file is not as long as its sections")
    return footer


class _Maker(msgspec.Struct):
    """The part of a footer that every format has."""

    format: int
    state_version: str
    feature_set: str


def _check_made_for_us(content: bytes, *, feature_set: str, state_version: str) -> None:
    maker = msgspec.json.decode(content, type=_Maker)
    if maker.format != FORMAT:
        raise SnapshotUnfit(f"its format is {maker.format}; this process reads {FORMAT}")
    if maker.feature_set != feature_set:
        raise SnapshotUnfit(f"its feature set is {maker.feature_set}; this process computes {feature_set}")
    if maker.state_version != state_version:
        raise SnapshotUnfit("other code made it: its layout or its content may differ from what this version keeps")


def read_into(path: Path, footer: Footer, engine: Engine) -> None:
    """Restore a fresh engine. Raises SnapshotUnfit and OSError; the engine is then of no further use."""
    with path.open("rb", buffering=0) as source:
        restore(engine, footer.facts, lambda targets: _fill(source, footer.sections, targets))


def _fill(source: Any, sections: list[Section], targets: Mapping[str, NDArray[Any]]) -> None:
    if [section.name for section in sections] != list(targets):
        raise SnapshotUnfit("it has other sections than this state")
    for section in sections:
        target = targets[section.name]
        if (section.dtype, section.shape) != (target.dtype.str, target.shape):
            raise SnapshotUnfit(
                f"{section.name} is {section.dtype}{list(section.shape)}; here {target.dtype.str}{target.shape}"
            )
        source.seek(section.start)
        crc32 = 0
        for chunk in _chunks(target):
            filled = 0
            while filled < len(chunk):
                count = source.readinto(chunk[filled:])
                if not count:
                    raise SnapshotUnfit(f"{section.name} is cut short")
                filled += count
            crc32 = zlib.crc32(chunk, crc32)
        if crc32 != section.crc32:
            raise SnapshotUnfit(f"{section.name} does not have its checksum")
