"""What the charges routes take and give."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.edge.schemas import Money, Text

ChargeStatus = Literal["due", "posted", "waived"]

_CHARGE: dict[str, JsonValue] = {
    "charge_id": "5f0d8f0a-7b7c-5c0a-9d3e-0a4f6e1b2c20",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "kind": "monthly-fee",
    "period": "2026-10",
    "amount": {"amount_minor": 1_990, "currency": "BRL"},
    "value_day": "2026-11-01",
    "status": "due",
    "attempts": 2,
    "problem": "insufficient-funds",
    "transfer_id": None,
    "due_at": "2026-11-01T03:05:02Z",
    "settled_at": None,
}


class Charge(BaseModel):
    """A charge of one account and period. `attempts` is how often the ledger refused it, `problem` why the last time."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHARGE]})
    charge_id: UUID
    account_id: UUID
    kind: str
    period: str
    amount: Money
    value_day: date
    status: ChargeStatus
    attempts: int
    problem: str | None
    transfer_id: UUID | None
    due_at: datetime
    settled_at: datetime | None


class ChargePage(BaseModel):
    """A page of charges, newest first."""

    items: list[Charge]
    next_cursor: str | None


class Waiver(BaseModel):
    """Why a charge is let go."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "account closed after a complaint"}]})
    note: Text = Field(min_length=1, max_length=500, description="Kept in the audit log")
