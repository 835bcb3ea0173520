"""What the routes of freezes take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from cases.freezes.states import FreezeCause, FreezeState, Incoming
from serving.edge.schemas import CustomerId, Text

_FREEZE: dict[str, JsonValue] = {
    "freeze_id": "0193f2aa-7777-7777-8777-777777777777",
    "customer_id": "c000042",
    "account_id": None,
    "cause": "suspicion",
    "incoming": "accept",
    "case_id": None,
    "reason": "mule account, three victims named it",
    "state": "active",
    "placed_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "placed_at": "2025-11-24T16:00:00Z",
    "proposed_by": None,
    "proposed_at": None,
    "judged_by": None,
    "judged_at": None,
    "version": 1,
}


class NewFreeze(BaseModel):
    """Whose money: one account, or all of a customer's (then `customer_id`, and no new account is opened either)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", "cause": "suspicion", "incoming": "accept",
                 "reason": "mule account, three victims named it", "case_id": None}
            ]
        },
    )  # fmt: skip
    account_id: UUID | None = None
    customer_id: CustomerId | None = None
    cause: FreezeCause
    incoming: Incoming = Field(description="Whether money still comes in; the bank chooses and says so here")
    reason: Text = Field(min_length=1, max_length=4_000)
    case_id: UUID | None = None


class FreezeJudgement(BaseModel):
    """Lift it, or let it hold; of the proposal that was read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"approve": True, "proposed_at": "2025-11-25T09:00:00Z"}]}
    )
    approve: bool
    proposed_at: AwareDatetime


class Freeze(BaseModel):
    """One freeze; `account_id` null means all of the customer's accounts. `reason` is null when it was erased."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FREEZE]})
    freeze_id: str
    customer_id: str
    account_id: str | None
    cause: FreezeCause
    incoming: Incoming
    case_id: str | None
    reason: str | None
    state: FreezeState
    placed_by: str
    placed_at: datetime
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None
    version: int


class FreezePage(BaseModel):
    """A page of freezes, newest first."""

    items: list[Freeze]
    next_cursor: str | None
