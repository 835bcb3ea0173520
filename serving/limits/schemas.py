"""What the limits routes take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from contracts.transactions import Channel
from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Money
from serving.limits.arithmetic import ANY_CHANNEL, Scope

LimitChannel = StrEnum("LimitChannel", {"ANY": ANY_CHANNEL, **{channel.name: channel.value for channel in Channel}})  # type: ignore[misc]
LocalTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Local time, 24 hours")]
TimeZone = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$", description="IANA, as in tzdata")]

_LIMIT: dict[str, JsonValue] = {
    "channel": "pix",
    "scope": "night",
    "amount": {"amount_minor": 100_000, "currency": "BRL"},
    "used": {"amount_minor": 25_000, "currency": "BRL"},
    "free_at": "2025-11-25T09:00:00Z",
    "coming": {"amount": {"amount_minor": 300_000, "currency": "BRL"}, "at": "2025-11-26T14:30:00Z"},
}


class NewLimit(BaseModel):
    """The most that may leave, in minor units of the account's currency."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 100_000}]})
    amount_minor: int = Field(ge=0, le=MAX_AMOUNT_MINOR)


class HoursChange(BaseModel):
    """When an account's day and night begin; what is left out or null stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"time_zone": "America/Manaus", "night_start": "22:00", "night_end": "06:00"}],
        },
    )
    time_zone: TimeZone | None = None
    night_start: LocalTime | None = None
    night_end: LocalTime | None = None


class ComingLimit(BaseModel):
    """What a limit will be, and from when; without an amount it ends then."""

    amount: Money | None
    at: datetime


class LimitShown(BaseModel):
    """A limit. `used` is what has left in its present period and is free again at `free_at`: null where it counts none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIMIT]})
    channel: str
    scope: Scope
    amount: Money
    used: Money | None
    free_at: datetime | None
    coming: ComingLimit | None


class AccountLimits(BaseModel):
    """An account's limits, by channel and scope, and when its days and nights begin."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"time_zone": "America/Sao_Paulo", "night_start": "20:00", "night_end": "06:00", "limits": [_LIMIT]}]
        }
    )
    time_zone: str
    night_start: str
    night_end: str
    limits: list[LimitShown]
