"""Writing a file of the lake: whole and on disk, or not there at all; and what its row in the manifest says of it."""

import hashlib
import os
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kit.lake.manifest import (
    DAY_MS,
    LakeFile,
    Spread,
    append,
    ends_of,
    file_name,
    live_files,
    read,
    sync_folder,
)

COMPRESSION = "zstd"
FLUSHING, REWRITING = ".parquet.tmp", ".rewritten.tmp"
ROW_GROUP_ROWS = 65_536
# Of these columns a row of the manifest names the different values, where a file has few.
NAMED_COLUMNS = ("tenant_id", "record")
MOST_VALUES = 32
MOST_DAYS = 400
TIME_SUFFIX = "_ms"
SCHEMA_VERSION = b"lake.schema"
_BATCH_ROWS = 50_000


class FileFacts:
    """What the manifest says of rows, gathered batch by batch. `spreads` are by integer column."""

    def __init__(self) -> None:
        self.rows = 0
        self.spreads: dict[str, Spread] = {}
        self._days: dict[str, set[int]] = {}
        self._values: dict[str, set[str]] = {}

    def add(self, table: pa.Table) -> None:
        """Count rows of a file."""
        self.rows += table.num_rows
        for field in table.schema:
            if pa.types.is_integer(field.type):
                self._add_numbers(field.name, table[field.name])
            elif field.name in NAMED_COLUMNS:
                self._values.setdefault(field.name, set()).update(
                    value for value in pc.unique(table[field.name]).to_pylist() if value is not None
                )

    def row_of(self, *, name: str, partition: int, first: int, past: int, **others: Any) -> LakeFile:
        """Return the manifest's row of the file that holds what was counted."""
        return LakeFile(
            name, partition, first, past, rows=self.rows, spreads=self.spreads,
            days={column: sorted(days) for column, days in self._days.items() if len(days) <= MOST_DAYS},
            values={column: sorted(values) for column, values in self._values.items() if len(values) <= MOST_VALUES},
            **others,
        )  # fmt: skip

    def _add_numbers(self, name: str, column: pa.ChunkedArray) -> None:
        found = pc.min_max(column).as_py()
        before = self.spreads.get(name, Spread(0))
        known = [value for value in (before.least, before.most, found["min"], found["max"]) if value is not None]
        self.spreads[name] = Spread(before.nulls + column.null_count, min(known, default=None), max(known, default=None))  # type: ignore[type-var]
        if name.endswith(TIME_SUFFIX):
            days = self._days.setdefault(name, set())
            if len(days) <= MOST_DAYS and found["min"] is not None:
                first, last = found["min"] // DAY_MS, found["max"] // DAY_MS
                days |= {first} if first == last else _days_of(column)


class FileWriter:
    """One file in the making. `finish` gives it its name; until then, and after `abandon`, nobody sees it."""

    def __init__(self, folder: Path, schema: pa.Schema, *, leftover: str = FLUSHING) -> None:
        """`folder` is the topic's. Columns are those of `schema`, and its version is in the metadata.

        `leftover` ends the name of what a kill leaves, so that each kind of writer removes its own.
        """
        self._folder = folder
        self._temporary = folder / f"{os.getpid()}-{id(self)}{leftover}"
        self._sink = _Hashed(self._temporary.open("wb"))
        self._schema = schema
        numbers = [field.name for field in schema if pa.types.is_integer(field.type)]
        # Numbers grow with the log, so that their differences are small; messages are all different. Neither is helped by a
        # dictionary, which is tried first where it is allowed: a tenth of the bytes and a quarter of the time.
        repeated = [
            field.name for field in schema if not pa.types.is_integer(field.type) and not pa.types.is_binary(field.type)
        ]
        self._writer = pq.ParquetWriter(
            self._sink, schema, compression=COMPRESSION, use_dictionary=repeated,
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        )  # fmt: skip
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self.facts = FileFacts()

    def write(self, table: pa.Table) -> None:
        """Add rows. They are gathered until they fill a row group: a small one costs more than what is in it."""
        self.facts.add(table)
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= ROW_GROUP_ROWS:
            self._write_waiting()

    def _write_waiting(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=ROW_GROUP_ROWS)
            self._waiting, self._waiting_rows = [], 0

    def finish(self, *, partition: int, first: int, past: int, now_ms: int, day: str | None = None) -> LakeFile:
        """Put the file in its place and on disk; return its row, which the manifest does not have yet.

        With `day` it is a compacted one: it lies in that day's folder, and its content is in its name, so that one that is made
        again of the same offsets has another name.
        """
        self._write_waiting()
        self._writer.close()
        self._sink.sync()
        digest = self._sink.sha256.hexdigest()
        name = file_name(partition=partition, first=first, last=past - 1)
        if day is not None:
            name = f"day={day}/{name.removesuffix('.parquet')}-{digest[:12]}.parquet"
        target = self._folder / name
        target.parent.mkdir(exist_ok=True)
        self._temporary.rename(target)
        sync_folder(target.parent)
        if day is not None:
            sync_folder(self._folder)
        return self.facts.row_of(
            name=name, partition=partition, first=first, past=past, bytes=self._sink.bytes, sha256=digest,
            schema=version_of(self._schema), written_at_ms=now_ms, compacted=day is not None,
        )  # fmt: skip

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._sink.close()
        self._temporary.unlink(missing_ok=True)


def write_file(folder: Path, table: pa.Table, *, partition: int, first: int, last: int, now_ms: int) -> LakeFile:
    """Flush `table` as the file that covers `first` to `last`, then its row. It is on disk when this returns.

    Killed between the two, the file is there and its row is not: `register` of the next start writes it.
    """
    writer = FileWriter(folder, table.schema)
    writer.write(table)
    written = writer.finish(partition=partition, first=first, past=last + 1, now_ms=now_ms)
    append(folder, [written])
    return written


def register(folder: Path, *, now_ms: int) -> list[LakeFile]:
    """Give rows to the flushed files that follow what the manifest covers; return them. Only the sink may do this."""
    ends = ends_of(row for row in read(folder) if isinstance(row, LakeFile))
    missing = [file for file in live_files(folder) if file.first >= ends.get(file.partition, 0) and file.rows < 0]
    rows = [described(folder, file, now_ms=now_ms) for file in missing]
    if rows:
        append(folder, rows)
    return rows


def described(folder: Path, file: LakeFile, *, now_ms: int) -> LakeFile:
    """Return the row of a file that is there, from its content."""
    path = folder / file.name
    facts = FileFacts()
    with pq.ParquetFile(path) as source:
        schema = source.schema_arrow
        wanted = [field.name for field in schema if pa.types.is_integer(field.type) or field.name in NAMED_COLUMNS]
        for batch in source.iter_batches(_BATCH_ROWS, columns=wanted):
            facts.add(pa.Table.from_batches([batch]))
    return facts.row_of(
        name=file.name, partition=file.partition, first=file.first, past=file.past, bytes=path.stat().st_size,
        sha256=digest_of(path), schema=version_of(schema), written_at_ms=now_ms, compacted=file.compacted,
    )  # fmt: skip


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def version_of(schema: pa.Schema) -> int:
    """Return the version that a schema says it has; 0 for those from before there were any."""
    return int((schema.metadata or {}).get(SCHEMA_VERSION, b"0"))


def remove_leftovers(folder: Path, *, leftover: str = FLUSHING) -> None:
    """Remove what killed writers of a kind left half written. Only while no other of that kind writes there."""
    for path in folder.glob(f"*{leftover}"):
        path.unlink(missing_ok=True)


def _days_of(column: pa.ChunkedArray) -> set[int]:
    return set(np.unique(column.drop_null().to_numpy() // DAY_MS).tolist())


class _Hashed:
    """A file that counts and hashes what is written to it, in order."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self.sha256 = hashlib.sha256()
        self.bytes = 0
        self.closed = False

    def write(self, content: bytes) -> int:
        self._sink.write(content)
        self.sha256.update(content)
        self.bytes += len(content)
        return len(content)

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        self._sink.flush()

    def sync(self) -> None:
        self._sink.flush()
        os.fsync(self._sink.fileno())
        self._sink.close()
        self.closed = True

    def close(self) -> None:
        self._sink.close()
        self.closed = True
