"""What the products routes take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from contracts.transactions import Channel
from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Text

MAX_RATE_PPM = 10_000_000
ProductCode = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z0-9-]+$")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]
_Rate = Annotated[int, Field(ge=0, le=MAX_RATE_PPM, description="A year's, in millionths: 105000 is 10.5%")]
_Name = Annotated[Text, Field(min_length=1, max_length=100)]
_DayCount = Literal["actual/365", "business/252"]

_TERMS: dict[str, JsonValue] = {
    "name": "Everyday account",
    "overdraft_limit_minor": 50_000,
    "credit_rate_ppm": 0,
    "debit_rate_ppm": 1_200_000,
    "day_count": "actual/365",
    "monthly_fee_minor": 1_290,
    "transfer_fees": {"ted": 850},
}


class NewProduct(BaseModel):
    """Terms that accounts may be opened under. Amounts are minor units of the product's currency."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "everyday", "currency": "BRL", "kind": "checking", **_TERMS}]},
    )
    code: ProductCode
    currency: CurrencyCode
    name: _Name
    kind: Literal["checking", "savings", "payment"]
    overdraft_limit_minor: _Amount = 0
    credit_rate_ppm: _Rate = 0
    debit_rate_ppm: _Rate = 0
    day_count: _DayCount = "actual/365"
    monthly_fee_minor: _Amount = 0
    transfer_fees: dict[Channel, _Amount] = Field(default_factory=dict, description="Minor units a transfer, by channel")


class ProductChange(BaseModel):
    """What is to change of a product's terms; what is left out or null stays.

    An overdraft limit holds for accounts that are opened afterwards; rates and fees for all accounts, from then on.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"monthly_fee_minor": 990, "offered": True}]})
    name: _Name | None = None
    overdraft_limit_minor: _Amount | None = None
    credit_rate_ppm: _Rate | None = None
    debit_rate_ppm: _Rate | None = None
    day_count: _DayCount | None = None
    monthly_fee_minor: _Amount | None = None
    transfer_fees: dict[Channel, _Amount] | None = None
    offered: bool | None = Field(default=None, description="Whether new accounts may be opened under it")


class Product(BaseModel):
    """A product as it stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "everyday",
                    "currency": "BRL",
                    "kind": "checking",
                    **_TERMS,
                    "offered": True,
                    "version": 1,
                    "created_at": "2025-11-24T16:00:00Z",
                }
            ]
        }
    )
    code: str
    currency: str
    name: str
    kind: str
    overdraft_limit_minor: int
    credit_rate_ppm: int
    debit_rate_ppm: int
    day_count: str
    monthly_fee_minor: int
    transfer_fees: dict[str, int]
    offered: bool
    version: int
    created_at: datetime


class ProductPage(BaseModel):
    """A page of products, by code and currency."""

    items: list[Product]
    next_cursor: str | None
