"""What the route of recurring payments gives. Amounts are in minor units and positive; days are those of America/Sao_Paulo."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

_SERIES: dict[str, JsonValue] = {
    "series_id": "9f2c41d07be83a55c6e01f7a",
    "account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "direction": "out",
    "category": "leisure",
    "counterparty": "m00071",
    "currency": "BRL",
    "period": "monthly",
    "first_day": "2024-12-12",
    "last_day": "2025-11-12",
    "payments": 12,
    "amount_minor": 3_990,
    "next_day": "2025-12-12",
    "earliest_day": "2025-12-11",
    "latest_day": "2025-12-14",
    "low_minor": 3_990,
    "high_minor": 4_290,
    "subscription": True,
}


class RecurringPayment(BaseModel):
    """A payment or an income that comes again. The days to come are null once it has ended.

    The next amount should lie from `low_minor` to `high_minor`, as it did nine times in ten; `amount_minor` is the last one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SERIES]})
    series_id: str
    account_id: UUID
    direction: Literal["in", "out"]
    category: str
    counterparty: str
    currency: str
    period: Literal["weekly", "fortnightly", "monthly", "yearly"]
    first_day: date
    last_day: date
    payments: int
    amount_minor: int
    next_day: date | None
    earliest_day: date | None
    latest_day: date | None
    low_minor: int
    high_minor: int
    subscription: bool


class RecurringPayments(BaseModel):
    """All that comes again on a customer's accounts, the next to come first; what has ended is last.

    As known at the end of the day `as_of`; null where nothing was found or looked for yet.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_id": "c000042", "as_of": "2025-11-24", "items": [_SERIES]}]}
    )
    customer_id: str
    as_of: date | None
    items: list[RecurringPayment]
