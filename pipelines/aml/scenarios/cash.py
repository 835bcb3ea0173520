"""Cash: paid in by pieces, at machines, and in amounts that are reported or want notice."""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from kit.business_days import is_business_day
from pipelines.aml.scenarios.episodes import by_payment, findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from risk.scenarios.notices import Notice, noticed_minor

Values = Mapping[str, int]


def structuring(history: History, values: Values) -> list[Finding]:
    """Deposits under the ceiling that come to it within so many business days; a day of rest counts with the one before it."""
    pieces = _deposits(history).filter(pl.col("amount_minor") < values["ceiling_minor"])
    if pieces.is_empty():
        return []
    pieces = pieces.join(_numbered(pieces["day"]), on="day", how="left").sort("account_id", "at")
    met = (
        pieces.rolling(index_column="business_day", period=f"{values['business_days']}i", group_by="account_id")
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.len().alias("pieces"),
            pl.col("amount_minor").sum(),
        )
        .filter((pl.col("pieces") >= values["pieces"]) & (pl.col("amount_minor") >= values["ceiling_minor"]))
    )
    return findings("cash-structuring", met, pieces, since=history.since)


def repeated_atm_deposits(history: History, values: Values) -> list[Finding]:
    """Deposits at machines on one day, at several of them."""
    small = _deposits(history).filter(
        (pl.col("entry_mode") == "atm") & (pl.col("amount_minor") <= values["machine_limit_minor"])
    )
    met = (
        small.group_by("account_id", "day")
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.len().alias("deposits"),
            pl.col("place").n_unique().alias("machines"),
        )
        .filter((pl.col("deposits") >= values["deposits"]) & (pl.col("machines") >= values["machines"]))
    )
    return findings("repeated-atm-deposits", met, small, since=history.since)


def report(history: History, values: Values) -> list[Finding]:
    """Cash, in or out, of the amount that is reported whatever it was for."""
    large = history.moved.filter((pl.col("channel") == "cash") & (pl.col("amount_minor") >= values["amount_minor"]))
    return by_payment("cash-report", large, since=history.since)


def without_notice(history: History, values: Values) -> list[Finding]:
    """Cash out that no notice of so many business days before covers, with what was taken out before it on the day."""
    large = history.moved.filter(
        (pl.col("channel") == "cash") & pl.col("is_out") & (pl.col("amount_minor") >= values["amount_minor"])
    ).with_columns(taken_minor=pl.col("amount_minor").cum_sum().over("account_id", "day"))
    said: dict[tuple[str, date], list[Notice]] = {}
    for row in () if history.notices is None else history.notices.iter_rows(named=True):
        said.setdefault((row["account_id"], row["day"]), []).append(Notice(row["amount_minor"], row["given_at"]))
    noticed = [
        noticed_minor(said.get((account, day), ()), day=day, business_days=values["business_days"], at_ms=at)
        for account, day, at in large.select("account_id", "day", "at").iter_rows()
    ]
    uncovered = large.filter(pl.col("taken_minor") > pl.Series(noticed, dtype=pl.Int64))
    return by_payment("cash-without-notice", uncovered, since=history.since)


def _deposits(history: History) -> pl.DataFrame:
    return history.moved.filter((pl.col("channel") == "cash") & ~pl.col("is_out"))


def _numbered(days: pl.Series) -> pl.DataFrame:
    """Return `day` and `business_day`, which counts business days up to it; a day of rest has the number of the one before."""
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        raise TypeError("there is no day")
    found, number = [], 0
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        number += is_business_day(day)
        found.append((day, number))
    return pl.DataFrame(found, schema={"day": pl.Date, "business_day": pl.Int64}, orient="row")
