"""What the routes of recoveries take and give."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from cases.disputes.states import Analysis, Situation
from cases.due.clocks import Urgency
from cases.recoveries.states import RecoveryResult, RecoveryState
from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Money

Refused = Literal["no-balance", "account-closure", "cannot-refund", "other"]
_USER = "user:0193f2aa-1111-7111-8111-111111111111"
_RECOVERY: dict[str, JsonValue] = {
    "recovery_id": "0193f2aa-9999-7999-8999-999999999999",
    "external_id": "FR-2025-11-24-0001",
    "transfer_id": "0193f2aa-4444-7444-8444-444444444444",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "customer_id": "c000042",
    "situation": "scam",
    "amount": {"amount_minor": 125000, "currency": "BRL"},
    "returned": {"amount_minor": 0, "currency": "BRL"},
    "state": "sent",
    "directory": "AWAITING_ANALYSIS",
    "reported_at": "2025-11-24T16:00:00Z",
    "analysed_at": None,
    "due_at": "2025-12-01T16:00:00Z",
    "urgency": "on_time",
    "proposed": None,
    "proposed_by": None,
    "proposed_at": None,
    "judged_by": None,
    "judged_at": None,
    "result": None,
    "return_id": None,
    "opened_by": _USER,
    "opened_at": "2025-11-24T16:10:00Z",
    "ended_at": None,
    "version": 2,
}


def _examples(*examples: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class NewRecovery(BaseModel):
    """A Pix that a customer here says they were defrauded of."""

    model_config = _examples({
        "transfer_id": "0193f2aa-4444-7444-8444-444444444444", "situation": "scam", "amount_minor": None,
        "reported_at": "2025-11-24T16:00:00Z",
    })  # fmt: skip
    transfer_id: UUID
    situation: Situation
    amount_minor: int | None = Field(default=None, ge=1, le=MAX_AMOUNT_MINOR, description="Null: all that is left of it")
    reported_at: AwareDatetime = Field(description="When the customer told; from when the days count")


class RecoverySending(BaseModel):
    """What the directory called the request when somebody sent it."""

    model_config = _examples({"external_id": "FR-2025-11-24-0001"})
    external_id: str = Field(pattern=r"^[0-9A-Za-z._:-]{1,64}$")


class RecoveryAnswer(BaseModel):
    """Whether the receiving institution agrees that it was fraud."""

    model_config = _examples({"analysis": "agreed"})
    analysis: Analysis


class RecoveryReturn(BaseModel):
    """How much came back; somebody else agrees before the customer has it."""

    model_config = _examples({"amount_minor": None})
    amount_minor: int | None = Field(default=None, ge=1, le=MAX_AMOUNT_MINOR, description="Null: all that was asked for")


class RecoveryRefusal(BaseModel):
    """Why the receiving institution returns nothing although it agreed."""

    model_config = _examples({"refused": "no-balance"})
    refused: Refused


class RecoveryJudgement(BaseModel):
    """Agree that the money came back, or send that back; of the proposal that was read."""

    model_config = _examples({"approve": True, "proposed_at": "2025-11-25T09:00:00Z"})
    approve: bool
    proposed_at: AwareDatetime


class Recovery(BaseModel):
    """One recovery. `directory` is DICT's word for it; `due_at` is the deadline that runs, null when it has ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECOVERY]})
    recovery_id: str
    external_id: str | None
    transfer_id: str
    account_id: str
    customer_id: str
    situation: Situation
    amount: Money
    returned: Money
    state: RecoveryState
    directory: str
    reported_at: datetime
    analysed_at: datetime | None
    due_at: datetime | None
    urgency: Urgency | None
    proposed: Money | None
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None
    result: RecoveryResult | None
    return_id: str | None
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    version: int


class RecoveryPage(BaseModel):
    """A page of recoveries."""

    items: list[Recovery]
    next_cursor: str | None
