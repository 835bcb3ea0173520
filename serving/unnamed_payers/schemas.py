"""What the routes of the choice about unnamed payers take and give."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cases.payers import UnnamedPayers
from serving.edge.schemas import Text

_WANTED: dict[str, JsonValue] = {"choice": "hold", "why": "the supervisor wants every payer screened"}
_CHANGE: dict[str, JsonValue] = _WANTED | {
    "unnamed_change_id": "0193f2aa-1111-7222-8333-944445555999", "status": "proposed",
    "proposed_by": "user:0193f2aa-1111-7111-8111-111111111111", "proposed_at": "2026-11-24T16:00:00Z", "judged_by": None,
    "judged_at": None, "note": None,
}  # fmt: skip


class UnnamedChangeStatus(StrEnum):
    """Where a change stands. What was approved last holds."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class NewUnnamedChange(BaseModel):
    """What is to become of such payments, and why.

    `credit`: as the scorer decides, unscreened. `hold`: into suspense until the payer is named or two people decide.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_WANTED]})
    choice: UnnamedPayers
    why: Text = Field(min_length=1, max_length=500)


class UnnamedChange(BaseModel):
    """A change, and what two people said to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})
    unnamed_change_id: UUID
    choice: UnnamedPayers
    why: str
    status: UnnamedChangeStatus
    proposed_by: str
    proposed_at: datetime
    judged_by: str | None
    judged_at: datetime | None
    note: str | None


class UnnamedChoice(BaseModel):
    """What holds now, how many payments wait for a name, and a page of changes, newest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"choice": "credit", "waiting": 0, "items": [_CHANGE], "next_cursor": None}]}
    )
    choice: UnnamedPayers = Field(description="`credit` where nobody has chosen")
    waiting: int = Field(
        description="Payments in suspense only because nobody has said who their payer is: once `credit` is approved they are "
        "credited, unscreened"
    )
    items: list[UnnamedChange]
    next_cursor: str | None
