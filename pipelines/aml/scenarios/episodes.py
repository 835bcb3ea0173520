"""From single payments at which a rule is met to findings: payments near to one another are one."""

import polars as pl

from pipelines.aml.scenarios.finding import MOST_TRANSACTIONS, Finding

MET = ("account_id", "first_at", "last_at")


def findings(scenario: str, met: pl.DataFrame, among: pl.DataFrame, *, since: int) -> list[Finding]:
    """Return a finding for each run of an account's rows in `met` whose spans touch, from `since` on.

    `met` has `account_id`, `first_at`, `last_at`: where the rule was met, and by payments from when to when. `among` are the
    movements that it may be made of (`payments.moved`, filtered).
    """
    spans = (
        met.select(MET)
        .sort("account_id", "first_at", "last_at")
        .with_columns(reached=pl.col("last_at").cum_max().over("account_id").shift(1).over("account_id"))
        .with_columns(begins=(pl.col("first_at") > pl.col("reached")).fill_null(True).cum_sum().over("account_id"))
        .group_by("account_id", "begins")
        .agg(pl.col("first_at").min(), pl.col("last_at").max())
        .filter(pl.col("last_at") >= since)
    )
    if spans.is_empty():
        return []
    made = (
        among.join(spans, on="account_id", how="inner")
        .filter(pl.col("at").is_between("first_at", "last_at"))
        .sort("account_id", "begins", "at", "transaction_id")
        .group_by("account_id", "begins", maintain_order=True)
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.len().alias("payments"),
            pl.col("amount_minor").sum(),
            pl.col("transaction_id").head(MOST_TRANSACTIONS).alias("transactions"),
        )
        .sort("account_id", "first_at")
    )
    return [
        Finding(
            scenario=scenario,
            account_id=row["account_id"],
            first_at=row["first_at"],
            last_at=row["last_at"],
            payments=row["payments"],
            amount_minor=row["amount_minor"],
            transactions=tuple(row["transactions"]),
        )
        for row in made.iter_rows(named=True)
    ]


def by_payment(scenario: str, rows: pl.DataFrame, *, since: int) -> list[Finding]:
    """Return a finding for each movement: of rules that a single payment meets."""
    return [
        Finding(scenario, row["account_id"], row["at"], row["at"], 1, row["amount_minor"], (row["transaction_id"],))
        for row in rows.filter(pl.col("at") >= since).sort("at", "transaction_id").iter_rows(named=True)
    ]
