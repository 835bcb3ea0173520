"""What the transfers routes take and give, for OpenAPI and for reading; the hot path itself speaks msgspec (`intents`)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import Money, Text
from serving.payments.intents import TransferRequest

TRANSFER_EXAMPLE: dict[str, Any] = {
    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "amount": {"amount_minor": 12500, "currency": "BRL"},
    "channel": "pix",
    "device_id": "d000042-1",
    "entry_mode": "app",
    "customer_ip": "203.0.113.7",
    "description": "Aluguel de novembro",
}
ANSWER_EXAMPLE: dict[str, Any] = {
    "status": "posted",
    "id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc",
    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "amount": {"amount_minor": 12500, "currency": "BRL"},
    "channel": "pix",
    "created_at": "2025-11-24T16:00:00.123Z",
    "decision": {"verdict": "allow", "source": "scorer", "reasons": []},
}


def transfer_request_schema() -> dict[str, Any]:
    """Return the JSON Schema of a transfer's body, from the struct that reads it."""
    schema = msgspec.json.schema(TransferRequest)
    definitions = schema["$defs"]
    inlined: dict[str, Any] = definitions["TransferRequest"]
    for name, part in inlined["properties"].items():
        if "$ref" in part:
            inlined["properties"][name] = definitions[part["$ref"].rsplit("/", 1)[1]] | {
                key: value for key, value in part.items() if key != "$ref"
            }
        elif "allOf" in part or "anyOf" in part:
            choices = part.get("anyOf", [])
            part["anyOf"] = [definitions[c["$ref"].rsplit("/", 1)[1]] if "$ref" in c else c for c in choices]
    return inlined | {"examples": [TRANSFER_EXAMPLE]}


class DecisionShown(BaseModel):
    """What the payer may know of the decision."""

    verdict: str
    source: str
    reasons: list[str]


class TransferAnswer(BaseModel):
    """A transfer that was posted (201), or held until somebody has looked at it (202)."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})
    status: Literal["posted", "held"]
    id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount: Money
    channel: str
    created_at: datetime
    decision: DecisionShown


class Transfer(BaseModel):
    """A transfer as it stands. Staff see the whole decision; the payer and partners its verdict."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc",
                    "status": "held",
                    "purpose": "transfer",
                    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                    "amount": {"amount_minor": 12500, "currency": "BRL"},
                    "posted": {"amount_minor": 0, "currency": "BRL"},
                    "reason": None,
                    "door": "rpc",
                    "occurred_at": "2025-11-24T16:00:00.123Z",
                    "booked_at": "2025-11-24T16:00:00.2Z",
                    "expires_at": "2025-11-25T16:00:00.2Z",
                    "resolved_at": None,
                    "description": "Aluguel de novembro",
                    "decision": {"verdict": "review", "source": "scorer"},
                }
            ]
        }
    )
    id: UUID
    status: str
    purpose: str
    debit_account_id: UUID | None
    credit_account_id: UUID | None
    amount: Money
    posted: Money
    reason: str | None
    door: str | None
    occurred_at: datetime
    booked_at: datetime
    expires_at: datetime | None
    resolved_at: datetime | None
    description: str | None
    decision: dict[str, Any] | None


class Resolution(BaseModel):
    """How a hold ends."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"action": "release", "note": "the customer confirmed by phone"}]}
    )
    action: Literal["release", "deny"]
    note: Text | None = Field(default=None, max_length=500, description="Kept in the audit log")
