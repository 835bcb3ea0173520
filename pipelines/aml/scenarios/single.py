"""What one payment, or a day's, shows by itself: places, hours, devices."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ledger.days import TIMEZONE
from pipelines.aml.scenarios.episodes import by_payment, findings
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History

Values = Mapping[str, int]
Floats = NDArray[np.float64]
IN_PERSON = ("chip", "contactless", "atm", "branch")
EARTH_KM = 6_371.0088
"""Mean radius (IUGG)."""
HOUR_MS = 3_600_000


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
    place = [np.radians(rows[name].to_numpy() / 1e5) for name in ("latitude_e5", "longitude_e5")]
    before = [np.radians(rows[name].to_numpy() / 1e5) for name in ("latitude_e5_before", "longitude_e5_before")]
    km = great_circle_km(place[0], place[1], before[0], before[1])
    hours = np.maximum((rows["at"] - rows["at_before"]).to_numpy() / HOUR_MS, 1 / HOUR_MS)
    met = rows.filter((km >= values["distance_km"]) & (km / hours >= values["km_per_hour"]))
    spans = met.select("account_id", first_at="at_before", last_at="at")
    return findings(
        "impossible-travel", spans, history.moved.filter(pl.col("entry_mode").is_in(IN_PERSON)), since=history.since
    )


def great_circle_km(latitude: Floats, longitude: Floats, latitude_2: Floats, longitude_2: Floats) -> Floats:
    """Return how far places lie apart on a sphere; angles in radians (haversine formula, R. W. Sinnott, 1984)."""
    half = (
        np.sin((latitude_2 - latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(latitude_2) * np.sin((longitude_2 - longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


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
    """Pix from devices that nobody registered, above what they may pay at once or in a day."""
    if history.devices is None:
        return []
    device = (
        history.payments.filter(
            (pl.col("channel") == "pix") & pl.col("device_id").is_not_null() & (pl.col("direction") == "debit")
        )
        .join(history.devices, on=["customer_id", "device_id"], how="left")
        .filter(pl.col("since").is_null() | (pl.col("since") > pl.col("event_time")))
        .select("transaction_id")
    )
    rows = history.moved.filter(pl.col("is_out")).join(device, on="transaction_id", how="semi")
    over = rows.with_columns(day_minor=pl.col("amount_minor").cum_sum().over("account_id", "day")).filter(
        (pl.col("amount_minor") > values["amount_minor"]) | (pl.col("day_minor") > values["day_minor"])
    )
    return by_payment("unregistered-device", over, since=history.since)
