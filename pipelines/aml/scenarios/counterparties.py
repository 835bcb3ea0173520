"""Many at once: payers, payees, the same amount, amounts just under a limit."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.aml.scenarios.episodes import findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from risk.scenarios.declared import HUNDRED, PPM, TRANSFERS

Values = Mapping[str, int]


def fan_in(history: History, values: Values) -> list[Finding]:
    """Many payers, most of them strangers, more than there ever were."""
    return _fan("fan-in", history, history.moved.filter(~pl.col("is_out") & (pl.col("channel") != "cash")), values)


def fan_out(history: History, values: Values) -> list[Finding]:
    """Many payees, most of them strangers, more than there ever were. What is bought at a shop is no payee."""
    paid = history.moved.filter(pl.col("is_out") & pl.col("channel").is_in([each.value for each in TRANSFERS]))
    return _fan("fan-out", history, paid, values)


def _fan(scenario: str, history: History, rows: pl.DataFrame, values: Values) -> list[Finding]:
    window, least = values["window_ms"], values["counterparties"]
    known = rows.filter(pl.col("other").is_not_null())
    some = _busy(known, window_ms=window, least=least)
    if some.is_empty():
        return []
    windows = (
        some.rolling(index_column="moment", period=f"{window}ms", group_by="account_id")
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.col("other").n_unique().alias("others"),
            pl.col("is_first").sum().alias("strangers"),
        )
        .unique(subset=["account_id", "last_at"], keep="last")
    )
    met = with_usual(windows, "others", window_ms=window).filter(
        (pl.col("others") >= least)
        & (pl.col("strangers") * PPM >= pl.col("others") * values["strangers_ppm"])
        & (pl.col("others") * HUNDRED >= pl.col("usual") * values["times_usual"])
    )
    return findings(scenario, met, some, since=history.since)


def _busy(rows: pl.DataFrame, *, window_ms: int, least: int) -> pl.DataFrame:
    """Return the rows of accounts that ever had so many of them within the window: others cannot meet a rule that counts."""
    near = pl.col("at") - pl.col("at").shift(least - 1).over("account_id") < window_ms
    return rows.filter(near.any().over("account_id"))


def with_usual(windows: pl.DataFrame, measure: str, *, window_ms: int) -> pl.DataFrame:
    """Return each window with `usual`: the most that the measure was on the account in a window that had ended before it began.

    `windows` has `account_id`, `last_at` (once each) and the measure; 0 where there was none before.
    """
    ordered = windows.sort("account_id", "last_at").with_columns(before=pl.col("last_at") - window_ms)
    most = ordered.select("account_id", "last_at", usual=pl.col(measure).cum_max().over("account_id")).sort("last_at")
    return (
        ordered.sort("before")
        .join_asof(most, left_on="before", right_on="last_at", by="account_id", strategy="backward", check_sortedness=False)
        .with_columns(pl.col("usual").fill_null(0))
    )


def repeated_amounts(history: History, values: Values) -> list[Finding]:
    """Payments to several payees whose amounts are nearly one."""
    paid = history.moved.filter(pl.col("is_out") & pl.col("channel").is_in([each.value for each in TRANSFERS]))
    window, least = values["window_ms"], values["payments"]
    some = _busy(paid, window_ms=window, least=least)
    met = []
    for (account,), rows in some.group_by("account_id", maintain_order=True):
        at, amount = rows["at"].to_numpy(), rows["amount_minor"].to_numpy()
        other = rows["other"].rank("dense").fill_null(0).to_numpy()
        begin = np.searchsorted(at, at - window, side="right")
        for item in range(least - 1, len(at)):
            held = slice(begin[item], item + 1)
            alike = np.abs(amount[held] - amount[item]) * PPM <= values["unlike_ppm"] * np.maximum(amount[held], amount[item])
            if alike.sum() >= least and len(np.unique(other[held][alike])) >= values["counterparties"]:
                met.append((account, int(at[held][alike][0]), int(at[item])))
    spans = pl.DataFrame(met, schema={"account_id": pl.String, "first_at": pl.Int64, "last_at": pl.Int64}, orient="row")
    return findings("repeated-amounts", spans, some, since=history.since)


def just_under_a_limit(history: History, values: Values) -> list[Finding]:
    """Payments that keep under a limit again and again."""
    near = history.moved.filter(
        (pl.col("amount_minor") * PPM >= values["limit_minor"] * values["share_ppm"])
        & (pl.col("amount_minor") < values["limit_minor"])
    )
    if near.is_empty():
        return []
    met = (
        near.rolling(index_column="moment", period=f"{values['window_ms']}ms", group_by="account_id")
        .agg(pl.col("at").min().alias("first_at"), pl.col("at").max().alias("last_at"), pl.len().alias("payments"))
        .filter(pl.col("payments") >= values["payments"])
    )
    return findings("just-under-a-limit", met, near, since=history.since)
