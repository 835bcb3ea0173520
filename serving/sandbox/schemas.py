"""What the sandbox routes take and give."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from serving.edge.schemas import Amount

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)
MAX_ADVANCE_MS = 400 * 86_400_000
_CLOCK: dict[str, JsonValue] = {
    "now": "2027-02-24T16:00:00.123Z",
    "offset_ms": 7_862_400_000,
    "moved_at": "2026-11-25T16:00:00.1Z",
    "moved_by": "client:sandbox-partner",
}


class Clock(BaseModel):
    """A sandbox's clock: the moment that it is there, and how far that is ahead of the clock on the wall."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CLOCK]})
    now: datetime
    offset_ms: int
    moved_at: datetime
    moved_by: str | None


class ClockMove(BaseModel):
    """Where the clock goes: on by `advance_ms`, or to a moment that is still to come; 400 days at most at a time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"advance_ms": 2_592_000_000}]})
    advance_ms: int | None = Field(default=None, ge=1, le=MAX_ADVANCE_MS)
    to: Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.advance_ms is None) == (self.to is None):
            raise ValueError("advance_ms or to: one of them")
        return self


class ClockMoved(Clock):
    """The clock where it stands now; `done` counts what became due on the way.

    Not `reached`: there was more to do than one request may take; ask again with the same `to`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_CLOCK | {"done": {"days": 31, "holds": 1, "schedules": 3}, "stops": 4, "reached": True}]
        }
    )
    done: dict[str, int]
    stops: int
    reached: bool


class Deposit(BaseModel):
    """Money that is put on an account of the sandbox, from nowhere."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "amount": {"amount_minor": 1_000_000, "currency": "BRL"},
                }
            ]
        },
    )
    account_id: UUID
    amount: Amount


class Deposited(BaseModel):
    """The transfer that put it there."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"transfer_id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc", "status": "posted"}]}
    )
    transfer_id: UUID
    status: Literal["posted"]
