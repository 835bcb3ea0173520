"""What the routes of blocks take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from cases.blocks.states import BlockOutcome, BlockState
from cases.due.clocks import Urgency
from serving.edge.schemas import Money, Text

_BLOCK: dict[str, JsonValue] = {
    "block_id": "0193f2aa-6666-7666-8666-666666666666",
    "transfer_id": "0193f2aa-4444-7444-8444-444444444444",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "customer_id": "c000042",
    "amount": {"amount_minor": 125000, "currency": "BRL"},
    "case_id": None,
    "reason": "payer reported it by telephone",
    "state": "held",
    "placed_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "placed_at": "2025-11-24T16:00:00Z",
    "expires_at": "2025-11-27T16:00:00Z",
    "urgency": "on_time",
    "proposal": None,
    "proposed_by": None,
    "proposed_at": None,
    "judged_by": None,
    "judged_at": None,
    "refund_id": None,
    "version": 1,
}


class NewBlock(BaseModel):
    """Which received payment, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"transfer_id": "0193f2aa-4444-7444-8444-444444444444", "reason": "payer reported it by telephone",
                 "case_id": None}
            ]
        },
    )  # fmt: skip
    transfer_id: UUID
    reason: Text = Field(min_length=1, max_length=4_000)
    case_id: UUID | None = None


class BlockProposal(BaseModel):
    """`keep`: the money goes back to who paid. `release`: the account has it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"outcome": "keep"}]})
    outcome: BlockOutcome


class BlockJudgement(BaseModel):
    """Agree, or take the proposal away; of the proposal that was read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"approve": True, "proposed_at": "2025-11-25T09:00:00Z"}]}
    )
    approve: bool
    proposed_at: AwareDatetime


class PaymentBlock(BaseModel):
    """One block. `urgency` is null when it has ended.

    `refund_id` is the reversal by which the money went back; `reason` is null when it was erased.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_BLOCK]})
    block_id: str
    transfer_id: str
    account_id: str
    customer_id: str
    amount: Money
    case_id: str | None
    reason: str | None
    state: BlockState
    placed_by: str
    placed_at: datetime
    expires_at: datetime
    urgency: Urgency | None
    proposal: BlockOutcome | None
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None
    refund_id: str | None
    version: int


class PaymentBlockPage(BaseModel):
    """A page of blocks, newest first."""

    items: list[PaymentBlock]
    next_cursor: str | None
