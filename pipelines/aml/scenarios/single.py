"""What one payment, or a day's, shows by itself: places, hours, devices."""

from collections.abc import Mapping

import polars as pl

from feature_store.arithmetic import great_circle_km, speed_kmh
from ledger.days import TIMEZONE
from pipelines.aml.scenarios.episodes import by_payment, findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History

Values = Mapping[str, int]
IN_PERSON = ("chip", "contactless", "atm", "branch")


def impossible_travel(history: History, values: Values) -> list[Finding]:
    """Two payments in person of one customer between which nobody could have travelled."""
    rows = (
        history.payments.filter(
            pl.col("entry_mode").is_in(IN_PERSON) & pl.col("latitude_e5").is_not_null() & pl.col("customer_id").is_not_null()
        )
        .select("customer_id", "account_id", "transaction_id", "amount_minor", "latitude_e5", "longitude_e5", at="event_time")
        .sort("customer_id", "at", "transaction_id")
        .with_columns(
            pl.col("at", "latitude_e5", "longitude_e5").shift(1).over("customer_id").name.suffix("_before"),
        )
        .filter(pl.col("at_before").is_not_null())
    )
    if rows.is_empty():
        return []
    ways = rows.select("latitude_e5_before", "longitude_e5_before", "latitude_e5", "longitude_e5").iter_rows()
    km = [float(great_circle_km(*way)) for way in ways]
    elapsed_ms = (rows["at"] - rows["at_before"]).to_list()
    speed = [float(speed_kmh(far, long)) for far, long in zip(km, elapsed_ms, strict=True)]
    met = rows.with_columns(km=pl.Series(km), speed=pl.Series(speed)).filter(
        (pl.col("km") >= values["distance_km"]) & (pl.col("speed") >= values["km_per_hour"])
    )
    spans = met.select("account_id", first_at="at_before", last_at="at")
    return findings(
        "impossible-travel", spans, history.moved.filter(pl.col("entry_mode").is_in(IN_PERSON)), since=history.since
    )


def pix_at_night(history: History, values: Values) -> list[Finding]:
    """A large Pix in the hours in which few are awake."""
    hour = pl.col("moment").dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE).dt.hour()
    begins, ends = values["from_hour"], values["until_hour"]
    late = (hour >= begins) & (hour < ends) if begins < ends else (hour >= begins) | (hour < ends)
    rows = history.moved.filter(
        (pl.col("channel") == "pix") & pl.col("is_out") & (pl.col("amount_minor") > values["amount_minor"]) & late
    )
    return by_payment("pix-at-night", rows, since=history.since)


def unregistered_device(history: History, values: Values) -> list[Finding]:
    """Pix from devices that were not registered at their moment, above what those may pay at once or in a day.

    Nothing is said of accounts of erased customers: nobody knows their devices any more.
    """
    if history.devices is None or history.devices.is_empty():
        return []
    begun, at = history.devices["since"].min(), pl.col("event_time")
    paid = history.payments.filter(
        (pl.col("channel") == "pix") & (pl.col("direction") == "debit") & pl.col("device_id").is_not_null() & (at >= begun)
    ).select("transaction_id", "customer_id", "device_id", "event_time")
    registered = paid.join(history.devices, on=["customer_id", "device_id"], how="inner").filter(
        (pl.col("since") <= at) & (pl.col("until").is_null() | (pl.col("until") > at))
    )
    others = paid.join(registered, on="transaction_id", how="anti")
    if values["registered"]:
        own = history.devices.group_by("customer_id").agg(pl.col("since").min())
        others = others.join(own, on="customer_id", how="inner").filter(pl.col("since") <= at)
    rows = history.moved.filter(pl.col("is_out")).join(others, on="transaction_id", how="semi")
    if history.erased is not None:
        unknown = history.accounts.join(history.erased, on="customer_id", how="semi")
        rows = rows.join(unknown, on="account_id", how="anti")
    over = rows.with_columns(day_minor=pl.col("amount_minor").cum_sum().over("account_id", "day")).filter(
        (pl.col("amount_minor") > values["amount_minor"]) | (pl.col("day_minor") > values["day_minor"])
    )
    return by_payment("unregistered-device", over, since=history.since)
