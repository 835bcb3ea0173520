"""A loan book as files hold it: loans (or applications), what moved on their accounts, standing orders, and areas.

Each file is Parquet or CSV. Days are dates (CSV: 2026-11-29), amounts whole minor units. docs/credit-score.md has the layout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from kit.errors import DomainError

DECIDED_BY = "bad"
LOANS = {
    "loan_id": pl.String, "account_id": pl.String, "granted_on": pl.Date, "amount_minor": pl.Int64, "payment_minor": pl.Int64,
    "duration_months": pl.Int64,
}  # fmt: skip
LOANS_OPTIONAL = {
    DECIDED_BY: pl.Boolean, "opened_on": pl.Date, "card_since": pl.Date, "area": pl.String, "birth_date": pl.Date,
    "sex": pl.String, "region": pl.String,
}  # fmt: skip
MOVEMENTS = {"account_id": pl.String, "day": pl.Date, "amount_minor": pl.Int64, "balance_minor": pl.Int64}
MOVEMENTS_OPTIONAL = {"kind": pl.String}
ORDERS = {"account_id": pl.String, "started_on": pl.Date, "amount_minor": pl.Int64}
AREAS = {
    "area": pl.String, "known_from": pl.Date, "unemployment_pct": pl.Float64, "average_salary_minor": pl.Float64,
    "crimes_per_1000": pl.Float64,
}  # fmt: skip


class BadLoanBook(DomainError):
    """A file of the loan book cannot be used."""

    code = "bad-loan-book"
    title = "The loan book cannot be used"
    remedy = "docs/credit-score.md has the columns of each file, with an example."


@dataclass(frozen=True, slots=True)
class LoanBook:
    """Frames with exactly the columns above; optional ones that a file lacks are null.

    `movements` are in the order in which they were booked: the last one of a day has the day's closing balance. What moved from
    `covered_until` on is not known, because the file ends there.
    """

    loans: pl.DataFrame
    movements: pl.DataFrame
    orders: pl.DataFrame
    areas: pl.DataFrame

    @property
    def covered_until(self) -> date | None:
        """The day after the last movement of all; None without a movement."""
        last = self.movements["day"].max()
        return last + timedelta(days=1) if isinstance(last, date) else None


def read_book(loans: Path, movements: Path, *, orders: Path | None = None, areas: Path | None = None) -> LoanBook:
    """Read the files. Raises BadLoanBook."""
    return checked(
        read_file(loans),
        read_file(movements),
        None if orders is None else read_file(orders),
        None if areas is None else read_file(areas),
    )


def checked(
    loans: pl.DataFrame, movements: pl.DataFrame, orders: pl.DataFrame | None = None, areas: pl.DataFrame | None = None
) -> LoanBook:
    """Return the frames as a book. Raises BadLoanBook for a column that is missing or holds something else."""
    found = LoanBook(
        loans=_shaped("loans", loans, LOANS, LOANS_OPTIONAL),
        movements=_shaped("movements", movements, MOVEMENTS, MOVEMENTS_OPTIONAL),
        orders=_shaped("orders", pl.DataFrame(schema=ORDERS) if orders is None else orders, ORDERS, {}),
        areas=_shaped("areas", pl.DataFrame(schema=AREAS) if areas is None else areas, AREAS, {}),
    )
    twice = found.loans.filter(pl.col("loan_id").is_duplicated())
    if len(twice):
        raise BadLoanBook(f"loans: loan {twice['loan_id'][0]} is there more than once")
    if not len(found.loans):
        raise BadLoanBook("loans: there is none")
    for name in ("amount_minor", "payment_minor", "duration_months"):
        wrong = found.loans.filter(pl.col(name) <= 0)
        if len(wrong):
            raise BadLoanBook(f"loans: {name} of loan {wrong['loan_id'][0]} is {wrong[name][0]}, which must be above 0")
    return found


def read_file(path: Path) -> pl.DataFrame:
    """Read one file as it is. Raises BadLoanBook."""
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise BadLoanBook(f"{path.name} cannot be read: {problem}") from problem
    raise BadLoanBook(f"{path.name}: only Parquet and CSV are read")


def _shaped(
    name: str, frame: pl.DataFrame, needed: Mapping[str, type[pl.DataType]], optional: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    kinds = {**needed, **optional}
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        raise BadLoanBook(f"{name}: there is no column {missing[0]}")
    found = frame.select(
        _as(frame, column, kind) if column in frame.columns else pl.lit(None, kind).alias(column)
        for column, kind in kinds.items()
    )
    for column, kind in kinds.items():
        if column in frame.columns and found[column].null_count() > frame[column].null_count():
            wrong = frame[column].filter(found[column].is_null() & frame[column].is_not_null())[0]
            raise BadLoanBook(f"{name}: {wrong!r} in column {column} is not a {kind.__name__.lower()}")
        if column in frame.columns and kind is pl.Int64 and frame[column].dtype.is_float():
            broken = frame[column].filter(frame[column] != frame[column].round())
            if len(broken):
                raise BadLoanBook(f"{name}: {broken[0]!r} in column {column} is not a whole number")
    holes = [column for column in needed if found[column].null_count()]
    if holes:
        raise BadLoanBook(f"{name}: {holes[0]} is missing in {found[holes[0]].null_count()} rows")
    return found


def _as(frame: pl.DataFrame, column: str, kind: type[pl.DataType]) -> pl.Expr:
    value = pl.col(column)
    if frame[column].dtype != pl.String or kind is pl.String:
        return value.cast(kind, strict=False)
    if kind is pl.Date:
        return value.str.to_date("%Y-%m-%d", strict=False)
    if kind is pl.Boolean:
        words = {"true": True, "false": False, "1": True, "0": False}
        return value.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    return value.cast(kind, strict=False)
