"""Movements of our own accounts, from the ledger's facts in the lake: what a bank on this product scores its accounts by.

A transfer moves two accounts, so both sides have a movement. The balance is the sum of all that moved an account since it was
opened, which is what the ledger has, because the facts are there gap-free and in commit order.
"""

from pathlib import Path

import polars as pl

from contracts.ledger_events import LedgerStatus, Purpose
from contracts.transactions import Channel
from pipelines.credit.book import MOVEMENTS, MOVEMENTS_OPTIONAL, BadLoanBook
from pipelines.lake import decisions, ledger_events

BANK_TIMEZONE = "America/Sao_Paulo"


def own_movements(lake: Path, *, tenant_id: str) -> pl.DataFrame:
    """Return what moved on each account of a tenant, in commit order. Raises LakeGap, or BadLoanBook where nothing did."""
    facts = ledger_events(lake, tenant_id=tenant_id).filter(pl.col("status") == LedgerStatus.POSTED)
    if not len(facts):
        raise BadLoanBook(f"the lake has no posted transfer of tenant {tenant_id}")
    kinds = _kinds(lake, tenant_id)
    facts = facts.with_row_index("turn").join(kinds, left_on="transfer_id", right_on="transaction_id", how="left")
    kind = pl.when(pl.col("purpose") == Purpose.FEE).then(pl.lit("fee")).otherwise(pl.col("kind"))
    day = pl.from_epoch("occurred_at_ms", "ms").dt.replace_time_zone("UTC").dt.convert_time_zone(BANK_TIMEZONE).dt.date()
    sides = [
        facts.select(
            "turn",
            pl.col(f"{side}_account_id").alias("account_id"),
            day.alias("day"),
            pl.col("amount_minor") * sign,
            kind.alias("kind"),
        ).drop_nulls("account_id")
        for side, sign in (("debit", -1), ("credit", 1))
    ]
    moved = pl.concat(sides).sort("turn", maintain_order=True)
    return moved.with_columns(pl.col("amount_minor").cum_sum().over("account_id").alias("balance_minor")).select(
        *MOVEMENTS, *MOVEMENTS_OPTIONAL
    )


def with_opening(loans: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    """Return the applications with `opened_on`, where they do not say it, as the first day on which the account moved."""
    first = movements.group_by("account_id").agg(pl.col("day").min().alias("first_day"))
    given = pl.col("opened_on") if "opened_on" in loans.columns else pl.lit(None, pl.Date)
    return (
        loans.join(first, on="account_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce(given, "first_day").alias("opened_on"))
        .drop("first_day")
    )


def _kinds(lake: Path, tenant_id: str) -> pl.DataFrame:
    """Whether each decided transaction is cash; by what other way money moves says nothing of how an account is used."""
    decided = decisions(lake, columns=["transaction_id", "channel"], tenant_id=tenant_id)
    if not len(decided):
        return pl.DataFrame(schema={"transaction_id": pl.String, "kind": pl.String})
    cash = pl.col("channel") == Channel.CASH
    return decided.select("transaction_id", pl.when(cash).then(pl.lit("cash")).otherwise(pl.lit("transfer")).alias("kind"))
