"""The Berka tables as a loan book. Loans of status B (ended unpaid) and D (running, in debt) are bad.

What has no date is not known before a grant, and is left out: who else may use an account. The tables' standing orders have
no date either, but the transactions show when they begin: of the 1,116 whose payments are seen, 99% were first paid within
`ORDERS_RUN_FROM_DAYS` of the account's opening (docs/credit-score.md). They are taken to run from then on, and are unknown
for loans granted earlier. The order that pays the loan itself begins after the grant and is left out. Districts have figures
of 1995 and 1996, each known from the year after.
"""

from datetime import date
from pathlib import Path

import polars as pl

from pipelines.credit.behaviour import attributes
from pipelines.credit.book import LoanBook, checked

BAD = ("B", "D")
ORDERS_RUN_FROM_DAYS = 200
KINDS = {
    "UROK": "interest", "SANKC. UROK": "penalty_interest", "UVER": "loan_payment", "SLUZBY": "fee", "SIPO": "household",
    "POJISTNE": "insurance",
}  # fmt: skip
TABLES = ("account", "card", "client", "disp", "district", "loan", "order")
ORDER_ATTRIBUTES = ("standing_orders", "standing_orders_to_payment")


class BerkaRefused(ValueError):
    """The folder does not hold the tables; the text says what to do."""


def read(folder: Path) -> LoanBook:
    """Read a folder of `loan.parquet` and the other tables, with transactions in `trans*.parquet`. Raises BerkaRefused."""
    if not folder.is_dir():
        raise BerkaRefused(f"{folder} is no folder: name the one that holds loan.parquet")
    missing = [name for name in TABLES if not (folder / f"{name}.parquet").exists()]
    if missing or not list(folder.glob("trans*.parquet")):
        raise BerkaRefused(
            f"{folder} holds no {missing[0] if missing else 'trans*'}.parquet: all tables of the challenge are needed"
        )
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    movements = pl.concat([pl.read_parquet(path) for path in sorted(folder.glob("trans*.parquet"))])
    accounts = tables["account"].select(_text("account_id"), _day("date").alias("opened_on"), "district_id")
    return checked(
        _loans(tables, accounts), _movements(movements), _orders(tables["order"], accounts), _areas(tables["district"])
    )


def attributes_of(book: LoanBook, *, max_stale_days: int) -> pl.DataFrame:
    """Return the attributes of the loans; standing orders are unknown where the account was too young for them to run."""
    young = (pl.col("granted_on") - pl.col("opened_on")).dt.total_days() <= ORDERS_RUN_FROM_DAYS
    too_young = book.loans.select(young.alias("too_young"))["too_young"]
    return attributes(book, max_stale_days=max_stale_days).with_columns(
        pl.when(~too_young).then(pl.col(name)).alias(name) for name in ORDER_ATTRIBUTES
    )


def _loans(tables: dict[str, pl.DataFrame], accounts: pl.DataFrame) -> pl.DataFrame:
    owners = tables["disp"].filter(pl.col("type") == "OWNER")
    month = pl.col("birth_number") // 100 % 100
    born = pl.col("birth_number") - pl.when(month > 50).then(5_000).otherwise(0)
    people = owners.join(tables["client"].drop("district_id"), on="client_id").select(
        _text("account_id"),
        _day(born).alias("birth_date"),
        pl.when(month > 50).then(pl.lit("female")).otherwise(pl.lit("male")).alias("sex"),
    )
    cards = (
        tables["card"].rename({"type": "card"}).join(tables["disp"], on="disp_id")
        .group_by(_text("account_id")).agg(_day(pl.col("issued").str.head(6)).min().alias("card_since"))
    )  # fmt: skip
    regions = tables["district"].select(pl.col("A1").alias("district_id"), pl.col("A3").alias("region"))
    return (
        tables["loan"].select(
            _text("loan_id"), _text("account_id"), _day("date").alias("granted_on"), _minor("amount"),
            _minor("payments", "payment"), pl.col("duration").alias("duration_months"),
            pl.col("status").is_in(BAD).alias("bad"),
        )
        .join(accounts, on="account_id", maintain_order="left")
        .join(people, on="account_id", how="left", maintain_order="left")
        .join(cards, on="account_id", how="left", maintain_order="left")
        .join(regions, on="district_id", how="left", maintain_order="left")
        .with_columns(_text("district_id").alias("area"))
    )  # fmt: skip


def _movements(table: pl.DataFrame) -> pl.DataFrame:
    sign = pl.when(pl.col("type") == "PRIJEM").then(1).otherwise(-1)
    cash = pl.col("operation").is_in(["VKLAD", "VYBER"])
    kind = pl.col("k_symbol").cast(pl.String).replace_strict(KINDS, default=None, return_dtype=pl.String)
    return table.sort("date", maintain_order=True).select(
        _text("account_id"),
        _day("date").alias("day"),
        _minor("amount") * sign,
        _minor("balance"),
        pl.coalesce(kind, pl.when(cash).then(pl.lit("cash")).otherwise(pl.lit("transfer"))).alias("kind"),
    )


def _orders(table: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    began = pl.col("opened_on").dt.offset_by(f"{ORDERS_RUN_FROM_DAYS}d").alias("started_on")
    others = table.filter(pl.col("k_symbol") != "UVER").with_columns(_text("account_id"))
    return others.join(accounts, on="account_id", maintain_order="left").select("account_id", began, _minor("amount"))


def _areas(table: pl.DataFrame) -> pl.DataFrame:
    def of_year(year: int, unemployment: str, crimes: str) -> pl.DataFrame:
        return table.select(
            pl.col("A1").cast(pl.String).alias("area"),
            pl.lit(date(year + 1, 1, 1)).alias("known_from"),
            pl.col(unemployment).cast(pl.Float64, strict=False).alias("unemployment_pct"),
            (pl.col("A11") * 100).cast(pl.Float64).alias("average_salary_minor"),
            (pl.col(crimes).cast(pl.Float64, strict=False) * 1_000 / pl.col("A4")).alias("crimes_per_1000"),
        )

    return pl.concat([of_year(1995, "A12", "A15"), of_year(1996, "A13", "A16")]).fill_null(float("nan"))


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _day(column: str | pl.Expr) -> pl.Expr:
    value = pl.col(column) if isinstance(column, str) else column
    return ("19" + value.cast(pl.String).str.zfill(6)).str.to_date("%Y%m%d")


def _minor(column: str, name: str | None = None) -> pl.Expr:
    return (pl.col(column) * 100).round().cast(pl.Int64).alias(f"{name or column}_minor")
