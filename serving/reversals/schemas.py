"""What the reversals route takes and gives."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import Money, Text


class ReversalReason(StrEnum):
    """Why a transfer is taken back."""

    DUPLICATE = "duplicate"
    FRAUD = "fraud"
    DISPUTE = "dispute"
    RETURNED = "returned"
    OPERATIONAL_ERROR = "operational-error"


class NewReversal(BaseModel):
    """How much is taken back (all that is left when absent), and why. `value_date` counts it from an earlier day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"amount_minor": 2_500, "reason": "operational-error", "note": "sent twice by the branch"}]
        },
    )
    amount_minor: int | None = Field(default=None, ge=1, le=MAX_AMOUNT_MINOR)
    reason: ReversalReason
    note: Text | None = Field(default=None, max_length=500, description="Kept in the audit log")
    value_date: date | None = None


class Reversal(BaseModel):
    """A reversal: a transfer the other way. `left` is what can still be taken back of the first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193f2aa-eeee-7eee-8eee-eeeeeeeeeeee",
                    "reverses_id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc",
                    "reason": "operational-error",
                    "debit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                    "credit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "amount": {"amount_minor": 2_500, "currency": "BRL"},
                    "left": {"amount_minor": 10_000, "currency": "BRL"},
                    "value_at": "2026-11-24T16:00:00.2Z",
                    "booked_at": "2026-11-24T16:00:00.2Z",
                }
            ]
        }
    )
    id: UUID
    reverses_id: UUID
    reason: str
    debit_account_id: UUID
    credit_account_id: UUID
    amount: Money
    left: Money
    value_at: datetime
    booked_at: datetime
