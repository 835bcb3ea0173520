"""Ways to break a day: what each does to the warehouse and to the lake, and which promise it breaks there."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from contracts.topics import DECISIONS
from kit.settings import PostgresServer
from tests.pipelines.quality.days import FIRST, HOUR_MS, Days

ROWS = 60
KINDS = ("nulls", "doubled", "shifted", "currency", "renamed", "truncated")
# The days before say what is usual, so there are enough of them for the first broken one.
BROKEN = {kind: FIRST + timedelta(days=5 + 2 * place) for place, kind in enumerate(KINDS)}
DAYS = 8 + 2 * len(KINDS)
# Rows that are missing in the warehouse show beside a lake that has them.
LOST = FIRST + timedelta(days=DAYS - 2)


def of_day(day: date) -> str:
    return f"(known_at at time zone 'America/Sao_Paulo')::date = '{day}'"


def break_warehouse(days: Days) -> None:
    unbound = "alter table raw.decisions drop constraint decisions_pkey"
    copied = "insert into raw.decisions select * from raw.decisions where "
    days.change_rows(
        "alter table raw.decisions alter column policy drop not null",
        f"update raw.decisions set policy = null where n % 10 = 0 and {of_day(BROKEN['nulls'])}",
        unbound,
        f"{copied} n % 10 = 0 and {of_day(BROKEN['doubled'])}",
        f"update raw.decisions set event_time = event_time - interval '3 hours' where {of_day(BROKEN['shifted'])}",
        f"update raw.decisions set currency = 'USD' where n % 10 = 0 and {of_day(BROKEN['currency'])}",
        # The sender calls payee_id something else, so that nobody reads it any more.
        f"update raw.decisions set payee_id = null where {of_day(BROKEN['renamed'])}",
        f"delete from raw.decisions where n % 10 = 0 and {of_day(LOST)}",
    )


def break_lake(days: Days) -> None:
    def change(kind: str, by: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        days.change_file(DECISIONS, (BROKEN[kind] - FIRST).days, by)

    decided = pl.col("record") == "decision"
    change("nulls", lambda rows: rows.with_columns(policy=pl.when(pl.col("n") % 10 != 0).then("policy")))
    change("doubled", lambda rows: pl.concat([rows, rows.filter(decided).head(5)]))
    change("shifted", lambda rows: rows.with_columns(pl.col("event_time_ms") - 3 * HOUR_MS))
    change("currency", lambda rows: rows.with_columns(currency=pl.when(decided & (pl.col("n") % 10 == 0)).then(pl.lit("USD"))
                                                      .otherwise("currency")))  # fmt: skip
    change("renamed", lambda rows: rows.rename({"amount_minor": "amount"}))
    path = days.file(DECISIONS, (BROKEN["truncated"] - FIRST).days)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def broken_bank(warehouse: PostgresServer, lake: Path) -> Days:
    """Return a bank of `DAYS` days of which those of `BROKEN` are broken in both stores, and `LOST` in the warehouse."""
    days = Days(warehouse, lake)
    days.fill(*(FIRST + timedelta(days=number) for number in range(DAYS)), decisions=ROWS)
    break_lake(days)
    break_warehouse(days)
    return days


IN_WAREHOUSE = {
    "nulls": "expect_column_values_to_not_be_null(policy)",
    "doubled": "expect_compound_columns_to_be_unique(tenant_id, transaction_id)",
    "shifted": "expect_column_median_to_be_between(delay_s)",
    "currency": "expect_column_values_to_be_in_set(currency)",
    "renamed": "expect_column_values_to_not_be_null(payee_id)",
    "truncated": "expect_table_row_count_to_be_between",
}
IN_LAKE = IN_WAREHOUSE | {"renamed": "expect_table_columns_to_match_set", "truncated": "expect_files_to_be_whole"}


def broken_of(name: str) -> set[date]:
    if name == "lake.decisions":
        return set(BROKEN.values())
    return set(BROKEN.values()) - {BROKEN["truncated"]} | {LOST}
