"""What the exchange routes take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from serving.edge.schemas import Amount, CustomerId, Money

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
RateText = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,8})?$", description="Quote currency for one of the base")]

_RATE: dict[str, JsonValue] = {
    "pair": "USD-BRL",
    "bid": "5.1020",
    "ask": "5.1520",
    "version": 7,
    "set_by": "operator@demo.example",
    "set_at": "2026-11-24T15:58:00Z",
}
_QUOTE: dict[str, JsonValue] = {
    "quote_id": "0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
    "customer_id": "c000042",
    "pair": "USD-BRL",
    "rate": "5.1520",
    "sell": {"amount_minor": 51_520, "currency": "BRL"},
    "buy": {"amount_minor": 10_000, "currency": "USD"},
    "status": "open",
    "quoted_at": "2026-11-24T16:00:00Z",
    "expires_at": "2026-11-24T16:00:30Z",
}


class NewRate(BaseModel):
    """What the bank pays for one of the base currency, and what it asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"bid": "5.1020", "ask": "5.1520"}]})
    bid: RateText
    ask: RateText


class Rate(BaseModel):
    """A pair's rate: `version` counts its changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RATE]})
    pair: str
    bid: str
    ask: str
    version: int
    set_by: str
    set_at: datetime


class Rates(BaseModel):
    """Every pair that the bank exchanges."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_RATE]}]})
    items: list[Rate]


class NewQuote(BaseModel):
    """An amount to sell and what to buy with it, or an amount to buy and what to pay with. Customers quote for themselves."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"customer_id": "c000042", "buy": {"amount_minor": 10_000, "currency": "USD"}, "other_currency": "BRL"}
            ]
        },
    )
    customer_id: CustomerId | None = None
    sell: Amount | None = None
    buy: Amount | None = None
    other_currency: CurrencyCode

    @model_validator(mode="after")
    def _one_side(self) -> "NewQuote":
        if (self.sell is None) == (self.buy is None):
            raise ValueError("name the amount to sell or the amount to buy, not both")
        return self


class Quote(BaseModel):
    """A quote: good for one exchange until `expires_at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUOTE]})
    quote_id: UUID
    customer_id: str
    pair: str
    rate: str
    sell: Money
    buy: Money
    status: Literal["open", "exchanged"]
    quoted_at: datetime
    expires_at: datetime


class NewExchange(BaseModel):
    """A quote to be used, and the customer's accounts: one pays, the other receives."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "quote_id": "0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
                    "sell_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "buy_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                }
            ]
        },
    )
    quote_id: UUID
    sell_account_id: UUID
    buy_account_id: UUID


class Exchange(Quote):
    """An exchange that happened: two transfers, together."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _QUOTE
                | {
                    "status": "exchanged",
                    "sell_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "buy_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                    "sell_transfer_id": "5d3c1a52-2c3e-5a56-9d0f-0c1a5a3a1b11",
                    "buy_transfer_id": "9a1e6c0e-6e5b-5a0c-8a53-1f1b2c3d4e5f",
                    "exchanged_at": "2026-11-24T16:00:12Z",
                }
            ]
        }
    )
    sell_account_id: UUID
    buy_account_id: UUID
    sell_transfer_id: UUID
    buy_transfer_id: UUID
    exchanged_at: datetime


class Position(BaseModel):
    """What the bank holds of a currency through exchanges: negative when it owes it.

    `rounding_nano` is what rounding left on the account, in thousand-millionths of a minor unit.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"position": {"amount_minor": -10_000, "currency": "USD"}, "rounding_nano": 250_000_000}]
        }
    )
    position: Money
    rounding_nano: int


class Positions(BaseModel):
    """The bank's position in each currency that it has exchanged."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"position": {"amount_minor": 51_520, "currency": "BRL"}, "rounding_nano": 0},
                        {"position": {"amount_minor": -10_000, "currency": "USD"}, "rounding_nano": 0},
                    ]
                }
            ]
        }
    )
    items: list[Position]
