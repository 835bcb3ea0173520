"""What the alerts routes take and give."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from contracts.alerts import AlertStatus
from serving.edge.schemas import Money, Text

_EXAMPLE: dict[str, JsonValue] = {
    "alert_id": "0193f2aa-1111-7222-8333-944445555666",
    "status": "open",
    "kind": "decision",
    "scenarios": [],
    "subject_kind": "customer",
    "subject_id": "c000042",
    "decisions": 3,
    "total": {"amount_minor": 375000, "currency": "BRL"},
    "highest_probability": 0.931,
    "first_event_time": "2025-11-24T16:00:00.123Z",
    "last_event_time": "2025-11-24T18:31:09Z",
    "opened_at": "2025-11-24T16:00:00.3Z",
    "changed_at": "2025-11-24T18:31:09.2Z",
    "moved_by": None,
}


class Alert(BaseModel):
    """One alert: a subject's flagged decisions of a day, or what scenarios found of it (`decisions` counts either)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    alert_id: str
    status: AlertStatus
    kind: Literal["decision", "scenario"]
    scenarios: list[str]
    subject_kind: str
    subject_id: str
    decisions: int
    total: Money
    highest_probability: float | None
    first_event_time: datetime
    last_event_time: datetime
    opened_at: datetime
    changed_at: datetime
    moved_by: str | None


class Member(BaseModel):
    """One flagged decision of an alert, with the features that stand out; or one payment of what a scenario found."""

    transaction_id: str
    event_time: datetime
    verdict: str
    amount: Money
    probability: float | None
    reasons: list[str]
    stand_outs: list[dict[str, Any]]
    transaction: dict[str, Any]
    joined_at: datetime


class AlertDetail(Alert):
    """One alert with its newest members, at most 200, and where its status may move."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {
                    "members": [
                        {
                            "transaction_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
                            "event_time": "2025-11-24T16:00:00.123Z",
                            "verdict": "review",
                            "amount": {"amount_minor": 125000, "currency": "BRL"},
                            "probability": 0.931,
                            "reasons": ["customer_new_payee"],
                            "stand_outs": [
                                {"feature": "customer_amount_ratio_30d", "value": 14.2, "usual": 1.1, "contribution": 1.84}
                            ],
                            "transaction": {"transaction_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01", "channel": "pix"},
                            "joined_at": "2025-11-24T16:00:00.3Z",
                        }
                    ],
                    "moves": ["confirmed", "dismissed", "in_review"],
                }
            ]
        }
    )
    members: list[Member]
    moves: list[AlertStatus]


class AlertPage(BaseModel):
    """A page of alerts, newest first."""

    items: list[Alert]
    next_cursor: str | None


class Move(BaseModel):
    """Where an alert should move."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"status": "in_review", "note": "calling the customer"}]}
    )
    status: AlertStatus
    note: Text | None = Field(default=None, max_length=500, description="Kept in the audit log")
