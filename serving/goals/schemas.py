"""What the goals routes take and give."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Money, Text

GoalName = Annotated[Text, Field(min_length=1, max_length=64)]
TargetMinor = Annotated[int, Field(ge=1, le=MAX_AMOUNT_MINOR, description="Minor units of the account's currency")]
_ID = "0193f2aa-eeee-7eee-8eee-eeeeeeeeeeee"
_ACCOUNT_ID = "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
_GOAL: dict[str, JsonValue] = {
    "goal_id": _ID,
    "account_id": _ACCOUNT_ID,
    "name": "Trip to Lisbon",
    "status": "open",
    "balance": {"amount_minor": 120_000, "currency": "BRL"},
    "target": {"amount_minor": 600_000, "currency": "BRL"},
    "target_date": "2026-07-01",
    "reached": False,
    "created_at": "2025-11-24T16:00:00Z",
    "version": 1,
}


class MoveDirection(StrEnum):
    """Into the goal from its account, or back."""

    IN = "in"
    OUT = "out"


class NewGoal(BaseModel):
    """Money to be set aside under an account; without a target it is a sub-account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "account_id": _ACCOUNT_ID,
                    "name": "Trip to Lisbon",
                    "target_minor": 600_000,
                    "target_date": "2026-07-01",
                }
            ]
        },
    )
    account_id: UUID
    name: GoalName
    target_minor: TargetMinor | None = None
    target_date: date | None = None


class GoalChange(BaseModel):
    """What is to change of a goal: what is left out stays, and a null takes target or date away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"target_minor": 700_000}]})
    name: GoalName | None = None
    target_minor: TargetMinor | None = None
    target_date: date | None = None


class NewMove(BaseModel):
    """Money to be set aside, or brought back; it stays with the same owner, so nobody decides about it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"direction": "in", "amount_minor": 20_000}]})
    direction: MoveDirection
    amount_minor: int = Field(ge=1, le=MAX_AMOUNT_MINOR)


class Goal(BaseModel):
    """A goal as it stands. Its balance is no part of its account's, and is part of the account's total."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GOAL]})
    goal_id: UUID
    account_id: UUID
    name: str
    status: str
    balance: Money
    target: Money | None
    target_date: date | None
    reached: bool
    created_at: datetime
    version: int


class MoveDone(BaseModel):
    """A move that was posted, under the id of its transfer, and the goal after it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"transfer_id": "0193f2aa-ffff-7fff-8fff-ffffffffffff", "goal": _GOAL}]}
    )
    transfer_id: UUID
    goal: Goal


class GoalPage(BaseModel):
    """A page of goals, by id: in the order in which they were made."""

    items: list[Goal]
    next_cursor: str | None
