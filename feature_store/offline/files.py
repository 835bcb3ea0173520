"""Where the rows of a feature view lie: one file a tenant and day, written whole and replaced whole."""

import os
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


def replace_file(path: Path, rows: pl.DataFrame) -> None:
    """Write a file whole, or, where that fails, leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        rows.write_parquet(unfinished, compression="zstd")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
