"""What the routes of disputes take and give."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from cases.disputes.states import Analysis, DisputeState, RefundResult, Situation
from cases.due.clocks import Urgency
from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Money

_USER = "user:0193f2aa-1111-7111-8111-111111111111"
_DISPUTE: dict[str, JsonValue] = {
    "dispute_id": "0193f2aa-8888-7888-8888-888888888888",
    "external_id": "IR-2025-11-24-0001",
    "transfer_id": "0193f2aa-4444-7444-8444-444444444444",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "customer_id": "c000042",
    "situation": "scam",
    "amount": {"amount_minor": 125000, "currency": "BRL"},
    "held": {"amount_minor": 125000, "currency": "BRL"},
    "refunded": {"amount_minor": 0, "currency": "BRL"},
    "state": "open",
    "infraction": "OPEN",
    "reported_at": "2025-11-24T16:00:00Z",
    "analysis_due_at": "2025-12-01T16:00:00Z",
    "refund_due_at": "2025-12-05T16:00:00Z",
    "due_at": "2025-12-01T16:00:00Z",
    "urgency": "on_time",
    "late": False,
    "analysis": None,
    "proposed_by": None,
    "proposed_at": None,
    "judged_by": None,
    "judged_at": None,
    "result": None,
    "refund_id": None,
    "opened_by": _USER,
    "opened_at": "2025-11-24T16:10:00Z",
    "ended_at": None,
    "version": 1,
}


class NewDispute(BaseModel):
    """An infraction report about a payment that an account here received."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"external_id": "IR-2025-11-24-0001", "transfer_id": "0193f2aa-4444-7444-8444-444444444444",
                 "situation": "scam", "amount_minor": None, "reported_at": "2025-11-24T16:00:00Z"}
            ]
        },
    )  # fmt: skip
    external_id: str = Field(pattern=r"^[0-9A-Za-z._:-]{1,64}$", description="What the directory calls the report")
    transfer_id: UUID
    situation: Situation
    amount_minor: int | None = Field(default=None, ge=1, le=MAX_AMOUNT_MINOR, description="Null: all that is left of it")
    reported_at: AwareDatetime = Field(description="From when the days count")


class DisputeAnalysis(BaseModel):
    """Whether it was fraud; somebody else agrees."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"analysis": "agreed"}]})
    analysis: Analysis


class DisputeJudgement(BaseModel):
    """Agree to an analysis, or send it back; of the one that was read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"approve": True, "proposed_at": "2025-11-25T09:00:00Z"}]}
    )
    approve: bool
    proposed_at: AwareDatetime


class DisputeRefund(BaseModel):
    """Return what is there; or say why nothing is returned although two people agreed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reject": None}]})
    reject: Literal["account-closure", "cannot-refund", "other"] | None = None


class Dispute(BaseModel):
    """One dispute. `infraction` is DICT's word for the report; `due_at` is the next deadline, null when it has ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DISPUTE]})
    dispute_id: str
    external_id: str
    transfer_id: str
    account_id: str
    customer_id: str
    situation: Situation
    amount: Money
    held: Money
    refunded: Money
    state: DisputeState
    infraction: str
    reported_at: datetime
    analysis_due_at: datetime
    refund_due_at: datetime
    due_at: datetime | None
    urgency: Urgency | None
    late: bool
    analysis: Analysis | None
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None
    result: RefundResult | None
    refund_id: str | None
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    version: int


class DisputePage(BaseModel):
    """A page of disputes, whose money is due first at first."""

    items: list[Dispute]
    next_cursor: str | None
