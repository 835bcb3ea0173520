"""Shapes that every noun shares."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kit.money import MAX_AMOUNT_MINOR
from serving.edge.errors import InvalidRequest

# Text as PostgreSQL can store it: any but NUL. Half a surrogate pair is refused by the type itself.
STORABLE = r"^[^\x00]*$"
Text = Annotated[str, Field(pattern=STORABLE)]
CustomerId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]


def with_offset(moment: datetime | None, field: str) -> datetime | None:
    """The moment itself. Raises InvalidRequest for one that does not say its offset from UTC."""
    if moment is not None and moment.tzinfo is None:
        raise InvalidRequest(f"{field}: say the offset from UTC, for example a Z at the end", field=field)
    return moment


class Money(BaseModel):
    """An amount in minor units of its currency (cents for BRL)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 125000, "currency": "BRL"}]})
    amount_minor: int = Field(ge=-(2**63), le=2**63 - 1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Amount(Money):
    """An amount that may move: positive, and small enough to be summed."""

    amount_minor: int = Field(ge=1, le=MAX_AMOUNT_MINOR)


class Job(BaseModel):
    """Long work that was asked for: by whom, how far it is, and what came of it."""

    asked_by: str
    asked_at: datetime
    done_records: int
    all_records: int | None
    result: dict[str, Any] | None
    problem: str | None
    ended_at: datetime | None
