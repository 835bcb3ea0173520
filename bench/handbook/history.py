"""The Handbook's transactions, as a folder of Parquet files holds them, in the order of time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from feature_store.vocabulary import DAY_MS

FILES = "transactions_*.parquet"
_COLUMNS = ("TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_FRAUD", "TX_AMOUNT_CENTS")
_NOTICE = "the bench reads the simulator's transactions with their amounts in cents"


class HandbookRefused(ValueError):
    """The folder, or the days that were asked for, cannot be measured; the text says what to do."""


@dataclass(frozen=True, slots=True)
class History:
    """Columns of all transactions, oldest first: each int64[n], `fraud` bool[n]. Times are milliseconds since 1970, UTC."""

    transaction_id: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    customer: NDArray[np.int64]
    terminal: NDArray[np.int64]
    amount_cents: NDArray[np.int64]
    fraud: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time_ms)

    @property
    def day(self) -> NDArray[np.int64]:
        """Days since 1970, int64[n]."""
        return self.time_ms // DAY_MS

    def between(self, first_day: int, end_day: int) -> "History":
        """Return the transactions of days [first_day, end_day)."""
        first, end = np.searchsorted(self.time_ms, (first_day * DAY_MS, end_day * DAY_MS)).tolist()
        chosen = slice(first, end)
        return History(
            self.transaction_id[chosen], self.time_ms[chosen], self.customer[chosen], self.terminal[chosen],
            self.amount_cents[chosen], self.fraud[chosen],
        )  # fmt: skip


def read(folder: Path) -> History:
    """Read every file of transactions in the folder. Raises HandbookRefused."""
    if not folder.is_dir():
        raise HandbookRefused(f"{folder} is no folder: name the one that holds {FILES}")
    paths = sorted(folder.glob(FILES))
    if not paths:
        raise HandbookRefused(f"{folder} holds no {FILES}: {_NOTICE}")
    frame = pl.concat([_read_file(path) for path in paths]).sort("TX_DATETIME", "TRANSACTION_ID")
    if frame["TRANSACTION_ID"].is_duplicated().any():
        twice = frame.filter(pl.col("TRANSACTION_ID").is_duplicated())["TRANSACTION_ID"][0]
        raise HandbookRefused(f"transaction {twice} is there more than once: leave one file of each period in {folder}")
    return History(
        transaction_id=frame["TRANSACTION_ID"].to_numpy(),
        time_ms=frame["TX_DATETIME"].to_numpy(),
        customer=frame["CUSTOMER_ID"].to_numpy(),
        terminal=frame["TERMINAL_ID"].to_numpy(),
        amount_cents=frame["TX_AMOUNT_CENTS"].to_numpy(),
        fraud=frame["TX_FRAUD"].to_numpy() == 1,
    )


def _read_file(path: Path) -> pl.DataFrame:
    try:
        there = pl.read_parquet_schema(path)
        missing = [column for column in _COLUMNS if column not in there]
        if missing:
            raise HandbookRefused(f"{path.name} has no column {missing[0]}: {_NOTICE}")
        frame = pl.read_parquet(path, columns=list(_COLUMNS))
    except (pl.exceptions.PolarsError, OSError) as cause:
        raise HandbookRefused(f"{path.name} is no Parquet file that can be read: {cause}") from cause
    if not isinstance(there["TX_DATETIME"], pl.Datetime):
        raise HandbookRefused(f"{path.name}: TX_DATETIME is {there['TX_DATETIME']}, not a moment")
    holes = [column for column in _COLUMNS if frame[column].null_count()]
    if holes:
        raise HandbookRefused(f"{path.name}: {holes[0]} is missing in {frame[holes[0]].null_count()} rows")
    return frame.select(
        pl.col("TX_DATETIME").dt.epoch("ms") if name == "TX_DATETIME" else pl.col(name).cast(pl.Int64) for name in _COLUMNS
    )


def day_number(day: date) -> int:
    """Days since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000 // DAY_MS


def day_text(day: int) -> str:
    """Return the day as people write it."""
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()
