"""What an account did against what it did before: silence, volume, the largest amount, first digits, income."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.aml.scenarios.episodes import by_payment, findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from risk.scenarios.catalogue import DAY_MS
from risk.scenarios.declared import HUNDRED, TRANSFERS

Values = Mapping[str, int]
MONTH_MS, QUARTER_MS = 30 * DAY_MS, 90 * DAY_MS
# Benford's law: how often each first digit from 1 to 9 comes (F. Benford, The law of anomalous numbers, 1938).
_FIRST_DIGITS = np.log10(1 + 1 / np.arange(1, 10))


def dormant_wakes(history: History, values: Values) -> list[Finding]:
    """A long silence, and then much at once."""
    rows = history.moved.with_columns(silent=pl.col("at") - pl.col("at").shift(1).over("account_id"))
    wakes = rows.filter(pl.col("silent") >= values["silent_days"] * DAY_MS).select("account_id", woke_at="at")
    if wakes.is_empty():
        return []
    met = (
        rows.join(wakes, on="account_id", how="inner")
        .filter(pl.col("at").is_between(pl.col("woke_at"), pl.col("woke_at") + values["window_ms"]))
        .group_by("account_id", "woke_at")
        .agg(pl.col("at").min().alias("first_at"), pl.col("at").max().alias("last_at"), pl.col("amount_minor").sum())
        .filter(pl.col("amount_minor") >= values["amount_minor"])
    )
    return findings("dormant-wakes", met, rows, since=history.since)


def new_payee_account(history: History, values: Values) -> list[Finding]:
    """Much to an account that was opened a moment ago."""
    opened = history.accounts.filter(pl.col("opened_at").is_not_null()).select(other="account_id", opened_at="opened_at")
    rows = (
        history.moved.filter(pl.col("is_out") & (pl.col("amount_minor") >= values["amount_minor"]))
        .join(opened, on="other", how="inner")
        .filter((pl.col("at") - pl.col("opened_at")).is_between(0, values["window_ms"], closed="left"))
    )
    return by_payment("new-payee-account", rows, since=history.since)


def volume_surge(history: History, values: Values) -> list[Finding]:
    """Thirty days against the usual thirty of the ninety before them. An account without those ninety days has no usual."""
    rows = history.moved
    if rows.is_empty():
        return []
    month = _sums(rows, MONTH_MS, "month_minor").with_columns(before=pl.col("at") - MONTH_MS)
    quarter = _sums(rows, QUARTER_MS, "quarter_minor").sort("at")
    began = rows.group_by("account_id").agg(pl.col("at").min().alias("began_at"))
    met = (
        month.sort("before")
        .join_asof(
            quarter,
            left_on="before",
            right_on="at",
            by="account_id",
            strategy="backward",
            tolerance=QUARTER_MS,
            check_sortedness=False,
        )
        .join(began, on="account_id", how="left")
        .filter(
            (pl.col("began_at") <= pl.col("before") - QUARTER_MS)
            & (pl.col("month_minor") >= values["amount_minor"])
            & (pl.col("month_minor") * HUNDRED * 3 >= pl.col("quarter_minor").fill_null(0) * values["times_usual"])
        )
        .select("account_id", first_at="before", last_at="at")
        .with_columns(first_at=pl.col("first_at") + 1)
    )
    return findings("volume-surge", met, rows, since=history.since)


def outlier_amount(history: History, values: Values) -> list[Finding]:
    """A payment far above all of three months."""
    paid = history.moved.filter(pl.col("is_out"))
    if paid.is_empty():
        return []
    earlier = paid.rolling(index_column="moment", period=f"{QUARTER_MS}ms", group_by="account_id", closed="left").agg(
        pl.col("amount_minor").max().alias("most_minor"), pl.len().alias("payments")
    )
    rows = paid.with_columns(earlier["most_minor"], earlier["payments"]).filter(
        (pl.col("amount_minor") >= values["amount_minor"])
        & (pl.col("payments") >= values["payments"])
        & (pl.col("amount_minor") * HUNDRED >= pl.col("most_minor") * values["times_usual"])
    )
    return by_payment("outlier-amount", rows, since=history.since)


def benford(history: History, values: Values) -> list[Finding]:
    """First digits of what strangers and others sent or got over the last ninety days, against how often each should come."""
    until = history.moved["at"].max()
    if not isinstance(until, int):
        return []
    rows = history.moved.filter(
        (pl.col("at") > until - QUARTER_MS) & pl.col("channel").is_in([*(each.value for each in TRANSFERS), "cash"])
    )
    digits = (
        rows.with_columns(digit=pl.col("amount_minor").cast(pl.String).str.head(1).cast(pl.Int64))
        .group_by("account_id")
        .agg(
            pl.len().alias("payments"),
            *((pl.col("digit") == digit).sum().alias(f"of_{digit}") for digit in range(1, 10)),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .filter(pl.col("payments") >= values["payments"])
    )
    seen = digits.select(f"of_{digit}" for digit in range(1, 10)).to_numpy()
    expected = digits["payments"].to_numpy()[:, None] * _FIRST_DIGITS
    chi_square = ((seen - expected) ** 2 / expected).sum(axis=1) if len(digits) else np.empty(0)
    return findings("benford", digits.filter(chi_square * HUNDRED > values["chi_square"]), rows, since=history.since)


def customer_mismatch(history: History, values: Values) -> list[Finding]:
    """Far more comes in within thirty days than the customer earns, by what held on the day of the last payment of them."""
    if history.incomes is None or history.incomes.is_empty() or history.moved.is_empty():
        return []
    own = history.accounts.select("account_id", "customer_id")
    came = history.moved.filter(~pl.col("is_out"))
    met = (
        _sums(came, MONTH_MS, "month_minor")
        .join(own, on="account_id", how="inner")
        .sort("at")
        .join_asof(history.incomes.sort("since"), left_on="at", right_on="since", by="customer_id", check_sortedness=False)
        .filter(
            (pl.col("month_minor") >= values["amount_minor"])
            & (pl.col("month_minor") * HUNDRED >= pl.col("income_minor") * values["times_income"])
        )
        .select("account_id", first_at=pl.col("at") - MONTH_MS + 1, last_at="at")
    )
    return findings("customer-mismatch", met, came, since=history.since)


def _sums(rows: pl.DataFrame, window_ms: int, name: str) -> pl.DataFrame:
    """Return of each movement what moved on its account within (t - window, t]."""
    return (
        rows.rolling(index_column="moment", period=f"{window_ms}ms", group_by="account_id")
        .agg(pl.col("at").last(), pl.col("amount_minor").sum().alias(name))
        .select("account_id", "at", name)
    )
