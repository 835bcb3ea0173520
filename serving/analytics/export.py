"""A mart as a file: CSV as the database writes it, or Parquet made from that, so that both hold the same.

The file is written whole before its first byte is sent: a reader that takes its time holds no transaction open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Literal

import psycopg

from kit.errors import DomainError, Unavailable
from kit.postgres import connect, tenant_block
from serving.analytics import repository
from serving.analytics.asked import Asked
from serving.analytics.catalogue import Dataset, Kind
from serving.edge.warehouse import told_of_marts

FileFormat = Literal["csv", "parquet"]
MEDIA_TYPES: dict[FileFormat, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
MAX_ROWS = 500_000
EXPORT_TIMEOUT_MS = 60_000
CHUNK_BYTES = 64 * 1024
# Parquet is written by that many rows, each group with the least and greatest of its columns.
GROUP_BYTES = 8 * 1024 * 1024


class ExportTooLong(DomainError):
    """More rows than one file of ours holds."""

    code = "export-too-long"
    title = "The export has too many rows"
    remedy = "Ask for a shorter period, or filter; several files side by side make the whole."


class ExportsBusy(Unavailable):
    """As many exports are written as may be at a time."""

    code = "exports-busy"
    title = "Other exports are being written"
    remedy = "Try again after the number of seconds in Retry-After."


def written(dsn: str, asked: Asked, *, tenant_id: str, form: FileFormat, max_rows: int = MAX_ROWS) -> IO[bytes]:
    """Return an open file without a name, at its beginning, that holds the rows; it is gone once closed.

    Blocks, for as long as the rows take. Raises ExportTooLong, MartNotBuilt, WarehouseAway.
    """
    with _own_file() as csv:
        _copy(dsn, asked, tenant_id=tenant_id, max_rows=max_rows, into=csv)
        csv.seek(0)
        if form == "csv":
            return csv
        with csv, _own_file() as parquet:
            _to_parquet(csv, asked.dataset, into=parquet)
            parquet.seek(0)
            return parquet


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the rest of a file, and close it."""
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def _own_file() -> Iterator[IO[bytes]]:
    """A file that is closed when its making fails, and is its taker's to close when that succeeds."""
    file = TemporaryFile(prefix="baas-export-")  # noqa: SIM115 (whoever takes it closes it)
    try:
        yield file
    except BaseException:
        file.close()
        raise


def _copy(dsn: str, asked: Asked, *, tenant_id: str, max_rows: int, into: IO[bytes]) -> None:
    query, values = repository.copied(
        asked.dataset, period=asked.period, filters=asked.filters, tenant_id=tenant_id, limit=max_rows + 1
    )
    rows = -1  # the head comes as a row too
    with (
        told_of_marts(),
        connect(dsn, application="api-export", statement_timeout_ms=EXPORT_TIMEOUT_MS) as connection,
        tenant_block(connection, tenant_id),
        psycopg.Cursor(connection) as cursor,
        cursor.copy(query, values) as copy,
    ):
        for row in copy:
            rows += 1
            into.write(row)
    if rows > max_rows:
        raise ExportTooLong(f"more than {max_rows} rows", max_rows=max_rows)


def _to_parquet(csv: IO[bytes], dataset: Dataset, *, into: IO[bytes]) -> None:
    # Imported where it is wanted: no other route of the API needs it, and it takes 40 MB.
    import pyarrow as pa
    from pyarrow import csv as reading
    from pyarrow import parquet

    types = {
        Kind.TEXT: pa.string(),
        Kind.DATE: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.TRUTH: pa.bool_(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in dataset.exported.items()])
    converted = reading.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
    )
    read = reading.ReadOptions(block_size=GROUP_BYTES, use_threads=False)
    parsed = reading.ParseOptions(newlines_in_values=True)
    with (
        reading.open_csv(csv, read_options=read, parse_options=parsed, convert_options=converted) as batches,
        parquet.ParquetWriter(into, schema, compression="zstd") as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
