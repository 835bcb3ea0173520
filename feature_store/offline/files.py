"""Where the rows of a feature view lie: one file a tenant and day, written whole and replaced whole."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

TENANT = "tenant_id"
# The first moment at which a row may be asked for: the end of the day that it is of.
DAY_END = "day_end"
# The newest moment that anything in a row was known at.
KNOWN_AT = "known_at"
MOMENT = pl.Datetime("us", "UTC")


def file_of(folder: Path, *, tenant_id: str, day: date) -> Path:
    """The file of a view's tenant and day. `folder` is the view's."""
    return folder / tenant_id / f"{day.isoformat()}.parquet"


def files_in(folder: Path) -> list[Path]:
    """All files of a view, by tenant and day."""
    return sorted(folder.glob("*/*.parquet"))


def scan(files: list[Path], columns: Sequence[str]) -> pl.LazyFrame:
    """Read some columns of a view's files, of which there is one at least.

    A feature is null in days that were made before it was there; what is there no more is passed over.
    """
    known = pl.read_parquet_schema(max(files, key=lambda path: path.stem))
    whole = pl.scan_parquet(files, schema=known, missing_columns="insert", extra_columns="ignore")
    return whole.select(pl.col(name) if name in known else pl.lit(None, pl.Float32).alias(name) for name in columns)


def replace_file(path: Path, rows: pl.DataFrame) -> None:
    """Write a file whole, or, where that fails, leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        rows.write_parquet(unfinished, compression="zstd")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
