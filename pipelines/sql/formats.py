"""What a query found, for people (`table`) or for programs: csv, json (an object a line), parquet."""

import csv
import io
import json
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sql.session import Answer, NotRead

FORMATS = ("table", "csv", "json", "parquet")
SHOWN_ROWS = 100
WIDEST = 60


def write(answer: Answer, *, form: str, out: Path | None, screen: TextIO) -> int:
    """Write an answer to a file, or to the screen; return how many rows it has. Raises NotRead.

    A file is there whole or not at all. A table for people shows the first `SHOWN_ROWS`.
    """
    if out is None:
        if form == "parquet":
            raise NotRead("Parquet is no text: say with --out where it goes")
        return _text(answer, form, screen)
    making = out.with_name(out.name + ".part")
    try:
        if form == "parquet":
            rows = _parquet(answer, making)
        else:
            with making.open("w", newline="") as sink:
                rows = _text(answer, form, sink)
        making.replace(out)
    finally:
        making.unlink(missing_ok=True)
    return rows


def form_of(form: str | None, out: Path | None) -> str:
    """Return the format that was asked for, or that a file's name says; a table else."""
    if form is not None:
        return form
    suffix = out.suffix.removeprefix(".").lower() if out is not None else ""
    return suffix if suffix in FORMATS else "table"


def _text(answer: Answer, form: str, sink: TextIO) -> int:
    if form == "csv":
        return _csv(answer, sink)
    return _json(answer, sink) if form == "json" else _table(answer, sink)


def _csv(answer: Answer, sink: TextIO) -> int:
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(answer.schema.names)
    rows = 0
    for batch in answer:
        writer.writerows([["" if value is None else _plain(value) for value in row.values()] for row in batch.to_pylist()])
        rows += batch.num_rows
    return rows


def _json(answer: Answer, sink: TextIO) -> int:
    rows = 0
    for batch in answer:
        sink.writelines(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in batch.to_pylist())
        rows += batch.num_rows
    return rows


def _parquet(answer: Answer, path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, answer.schema, compression="zstd") as writer:
        for batch in answer:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _table(answer: Answer, sink: TextIO) -> int:
    shown: list[dict[str, Any]] = []
    rows = 0
    for batch in answer:
        shown += batch.slice(0, max(0, SHOWN_ROWS - len(shown))).to_pylist()
        rows += batch.num_rows
    sink.write(as_table(answer.schema, shown))
    if rows > len(shown):
        sink.write(f"… and {rows - len(shown):,} more rows (all of them with --format csv, json or parquet)\n")
    return rows


def as_table(schema: pa.Schema, rows: list[dict[str, Any]]) -> str:
    """Return rows under their names; numbers stand to the right. A plan is a drawing, and shown as it is."""
    if schema.names == ["explain_key", "explain_value"]:
        return "".join(f"{row['explain_value']}\n" for row in rows)
    columns = [[name, *(_short(row[name]) for row in rows)] for name in schema.names]
    widths = [max(map(len, column)) for column in columns]
    right = [
        pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)
        for field in schema
    ]
    lines = io.StringIO()
    for at in range(len(rows) + 1):
        cells = [
            column[at].rjust(width) if to_right else column[at].ljust(width)
            for column, width, to_right in zip(columns, widths, right, strict=True)
        ]
        lines.write("  ".join(cells).rstrip() + "\n")
        if at == 0:
            lines.write("  ".join("-" * width for width in widths) + "\n")
    return lines.getvalue()


def _short(value: Any) -> str:
    text = "" if value is None else _plain(value).replace("\n", " ")
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value).lower() if isinstance(value, bool) else str(value)
