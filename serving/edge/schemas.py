"""Shapes that every noun shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kit.money import MAX_AMOUNT_MINOR

# Text as PostgreSQL can store it: any but NUL. Half a surrogate pair is refused by the type itself.
STORABLE = r"^[^\x00]*$"
Text = Annotated[str, Field(pattern=STORABLE)]
CustomerId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]


class Money(BaseModel):
    """An amount in minor units of its currency (cents for BRL)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 125000, "currency": "BRL"}]})
    amount_minor: int = Field(ge=-(2**63), le=2**63 - 1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Amount(Money):
    """An amount that may move: positive, and small enough to be summed."""

    amount_minor: int = Field(ge=1, le=MAX_AMOUNT_MINOR)
