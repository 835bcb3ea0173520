"""Money that comes in and leaves again: as a sum, and amount for amount."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.aml.scenarios.counterparties import with_usual
from pipelines.aml.scenarios.episodes import findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from risk.scenarios.declared import HUNDRED, PPM

Values = Mapping[str, int]


def pass_through(history: History, values: Values) -> list[Finding]:
    """What strangers sent leaves as soon as it has come."""
    rows = history.moved.filter(pl.col("channel") != "cash")
    came = ~pl.col("is_out")
    enough = rows.filter(came & (pl.col("is_first") | (pl.col("amount_minor") >= values["amount_minor"])))[
        "account_id"
    ].unique()
    some = rows.filter(pl.col("account_id").is_in(enough.implode()))
    if some.is_empty():
        return []
    windows = (
        some.rolling(index_column="moment", period=f"{values['window_ms']}ms", group_by="account_id")
        .agg(
            pl.col("at").filter(came).min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.col("amount_minor").filter(came).sum().alias("into"),
            pl.col("amount_minor").filter(came & pl.col("is_first")).sum().alias("from_strangers"),
            # What left before anything came in is no part of it.
            pl.col("amount_minor").filter(pl.col("is_out") & came.cum_sum().gt(0)).sum().alias("out"),
        )
        .unique(subset=["account_id", "last_at"], keep="last")
    )
    met = with_usual(windows, "into", window_ms=values["window_ms"]).filter(
        (pl.col("into") >= values["amount_minor"])
        & (pl.col("into") * HUNDRED >= pl.col("usual") * values["times_usual"])
        & (pl.col("from_strangers") * PPM >= pl.col("into") * values["strangers_ppm"])
        & (pl.col("out") * PPM >= pl.col("into") * values["share_ppm"])
    )
    return findings("pass-through", met, some, since=history.since)


def mirroring(history: History, values: Values) -> list[Finding]:
    """Amounts in that leave again as nearly the same amount, one after another."""
    rows = history.moved.filter((pl.col("channel") != "cash") & (pl.col("amount_minor") >= values["amount_minor"]))
    counts = rows.group_by("account_id").agg((~pl.col("is_out")).sum().alias("into"), pl.col("is_out").sum().alias("out"))
    both = counts.filter((pl.col("into") >= values["pairs"]) & (pl.col("out") >= values["pairs"]))["account_id"]
    some = rows.filter(pl.col("account_id").is_in(both.implode()))
    met = []
    for (account,), one in some.group_by("account_id", maintain_order=True):
        pairs = _pairs(one, window=values["window_ms"], unlike_ppm=values["unlike_ppm"])
        for last in range(values["pairs"] - 1, len(pairs)):
            first_at, last_at = pairs[last - values["pairs"] + 1][0], pairs[last][1]
            if last_at - first_at <= values["span_ms"]:
                met.append((account, first_at, last_at))
    spans = pl.DataFrame(met, schema={"account_id": pl.String, "first_at": pl.Int64, "last_at": pl.Int64}, orient="row")
    return findings("mirroring", spans, some, since=history.since)


def _pairs(rows: pl.DataFrame, *, window: int, unlike_ppm: int) -> list[tuple[int, int]]:
    """Return when each amount came in and left: each leaves by the first payment after it that is like it and not taken yet."""
    at, amount, is_out = rows["at"].to_numpy(), rows["amount_minor"].to_numpy(), rows["is_out"].to_numpy()
    out = np.flatnonzero(is_out)
    taken: set[int] = set()
    found = []
    for item in np.flatnonzero(~is_out):
        for other in out[np.searchsorted(at[out], at[item], side="right") :]:
            if at[other] - at[item] > window:
                break
            if other not in taken and abs(amount[other] - amount[item]) * PPM <= unlike_ppm * amount[item]:
                taken.add(other)
                found.append((int(at[item]), int(at[other])))
                break
    return found
