"""What the analytics routes give. Amounts are in minor units of the tenant's currency.

`as_of` is when the build that made the marts began: what came to the warehouse later is not in them yet. Null where they hold
nothing of the tenant.
"""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

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
