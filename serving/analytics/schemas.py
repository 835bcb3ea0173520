"""What the analytics routes give. Amounts are in minor units of the tenant's currency.

`as_of` is when the build that made the marts began: what came to the warehouse later is not in them yet. Null where they hold
nothing of the tenant.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from serving.analytics.asked import Every
from serving.analytics.catalogue import Dataset, Unit

_COUNTS = {
    "transactions": 18234,
    "amount_minor": 412_330_021,
    "allowed": 18102,
    "reviewed": 101,
    "denied": 31,
    "frauds": 44,
    "fraud_amount_minor": 3_210_000,
    "frauds_caught": 38,
    "false_alarms": 94,
}


class Counts(BaseModel):
    """Volume, what was decided, and how that compares with what turned out to be fraud."""

    transactions: int
    amount_minor: int
    allowed: int
    reviewed: int
    denied: int
    frauds: int
    fraud_amount_minor: int
    frauds_caught: int
    false_alarms: int


class DailyRow(Counts):
    """One day of one channel."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2025-11-24", "channel": "pix", **_COUNTS}]})
    day: date
    channel: str


class DailyPage(BaseModel):
    """The days of the half-open period asked for, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"day": "2025-11-24", "channel": "pix", **_COUNTS}],
                    "as_of": "2025-11-24T14:05:00Z",
                    "next_cursor": None,
                }
            ]
        }
    )
    items: list[DailyRow]
    as_of: datetime | None
    next_cursor: str | None


class ChannelRow(Counts):
    """One channel over all days."""

    channel: str


class Summary(Counts):
    """All days together. Shares are null where there is nothing to divide by."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_COUNTS,
                    "as_of": "2025-11-24T14:05:00Z",
                    "first_day": "2025-08-27",
                    "last_day": "2025-11-24",
                    "caught_share": 0.864,
                    "false_alarm_share": 0.0052,
                    "channels": [{"channel": "pix", **_COUNTS}],
                }
            ]
        }
    )
    as_of: datetime | None
    first_day: date | None
    last_day: date | None
    caught_share: float | None
    false_alarm_share: float | None
    channels: list[ChannelRow]


class NamedDimension(BaseModel):
    """What rows may be grouped and filtered by."""

    name: str
    about: str


class NamedMetric(BaseModel):
    """What can be counted. `minor` is minor units of the row's currency, `share` from 0 to 1, `score` of its own scale."""

    name: str
    about: str
    unit: Unit


_DATASET: dict[str, Any] = {
    "name": "daily_volume_and_fraud",
    "about": "What the bank moved, what was decided about it, and what turned out to be fraud.",
    "grain": "one row a day, channel and currency",
    "has_days": True,
    "dimensions": [{"name": "channel", "about": "How the money moves"}],
    "metrics": [{"name": "transactions", "about": "Decided transactions", "unit": "count"}],
}


class NamedDataset(BaseModel):
    """One dataset. `has_days` says whether it has series, and a period."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DATASET]})
    name: str
    about: str
    grain: str
    has_days: bool
    dimensions: list[NamedDimension]
    metrics: list[NamedMetric]


class CatalogueOfDatasets(BaseModel):
    """Every dataset. The first metric of each is the one that is told when none is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_DATASET]}]})
    items: list[NamedDataset]


def shown(dataset: Dataset) -> dict[str, object]:
    """A dataset as it is told."""
    return {
        "name": dataset.name,
        "about": dataset.about,
        "grain": dataset.grain,
        "has_days": dataset.day is not None,
        "dimensions": [{"name": each.name, "about": each.about} for each in dataset.dimensions],
        "metrics": [{"name": each.name, "about": each.about, "unit": each.unit} for each in dataset.measures],
    }


class _Told(BaseModel):
    """What was read, and as of when."""

    model_config = ConfigDict(populate_by_name=True)
    dataset: str
    metric: str
    unit: Unit
    by: str | None
    first: date | None = Field(alias="from")
    past: date | None = Field(alias="to")
    as_of: datetime | None


_TOLD = {
    "dataset": "daily_volume_and_fraud",
    "metric": "amount_minor",
    "unit": "minor",
    "by": "channel",
    "from": "2025-11-24",
    "to": "2025-11-25",
    "as_of": "2025-11-24T14:05:00Z",
}


class Point(BaseModel):
    """One point. `by` is the dimension's value, `currency` what an amount is in; a ratio of nothing is null."""

    at: date
    by: str | None
    currency: str | None
    value: int | float | None


class Series(_Told):
    """Points of the half-open period, oldest first; `at` is the first day of each day, week or month."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_TOLD,
                    "every": "day",
                    "items": [{"at": "2025-11-24", "by": "pix", "currency": "BRL", "value": 412_330_021}],
                }
            ]
        }
    )
    every: Every
    items: list[Point]


class Group(BaseModel):
    """One group. `whole` is the metric over all groups; `share` is null where groups do not add up to it."""

    by: str | None
    currency: str | None
    value: int | float | None
    whole: int | float | None
    share: float | None


class Breakdown(_Told):
    """Groups of the half-open period, the largest first. `more` says whether there are others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_TOLD,
                    "items": [{"by": "pix", "currency": "BRL", "value": 300, "whole": 400, "share": 0.75}],
                    "more": False,
                }
            ]
        }
    )
    items: list[Group]
    more: bool


class Flow(BaseModel):
    """Money in and out of a customer's accounts."""

    currency: str
    in_minor: int
    out_minor: int
    in_count: int
    out_count: int


class DayFlow(Flow):
    """That of a day."""

    day: date


class ChannelFlow(Flow):
    """That of a channel."""

    channel: str


_FLOW: dict[str, Any] = {"currency": "BRL", "in_minor": 520_000, "out_minor": 310_050, "in_count": 2, "out_count": 14}


class Dashboard(BaseModel):
    """A customer's transactions: over all time, and by day and channel in the half-open period.

    Days and channels without a posted transaction are absent. `usual_hour` is the hour, in the bank's time zone, at which most
    payments of the last 30 days were made.
    """

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c000042",
                    "as_of": "2025-11-24T14:05:00Z",
                    "from": "2025-08-27",
                    "to": "2025-11-25",
                    "customer_since": "2025-03-01T12:00:00Z",
                    "first_seen_at": "2025-03-02T09:30:00Z",
                    "last_seen_at": "2025-11-24T13:58:12Z",
                    "accounts": 2,
                    "transactions": 611,
                    "payments_30d": 70,
                    "mean_amount_minor_30d": 15_310.5,
                    "usual_hour": 12,
                    "totals": [_FLOW],
                    "daily": [{"day": "2025-11-24", **_FLOW}],
                    "channels": [{"channel": "pix", **_FLOW}],
                }
            ]
        },
    )
    customer_id: str
    as_of: datetime | None
    first: date = Field(alias="from")
    past: date = Field(alias="to")
    customer_since: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    accounts: int
    transactions: int
    payments_30d: int | None
    mean_amount_minor_30d: float | None
    usual_hour: int | None
    totals: list[Flow]
    daily: list[DayFlow]
    channels: list[ChannelFlow]
