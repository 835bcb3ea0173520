"""What the decisions routes give."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from serving.edge.schemas import Money

_EXAMPLE: dict[str, JsonValue] = {
    "transaction_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
    "event_time": "2025-11-24T16:00:00.123Z",
    "known_at": "2025-11-24T16:00:00.180Z",
    "scored_at": "2025-11-24T16:00:00.181Z",
    "channel": "pix",
    "direction": "debit",
    "amount": {"amount_minor": 125000, "currency": "BRL"},
    "customer_id": "c000042",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "card_id": None,
    "device_id": "d000042-1",
    "ip": "ip-5f1c2a9be0144c1d8e0d6f6a8f2c7a11",
    "payee_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "merchant_id": None,
    "mcc": None,
    "country": "BR",
    "entry_mode": "app",
    "verdict": "review",
    "source": "scorer",
    "probability": 0.731,
    "anomaly": 0.62,
    "rules": ["pix_night_limit"],
    "shadow_rules": [],
    "reasons": ["customer_new_payee"],
    "model": "fraud-3",
    "policy": "policy-1",
    "feature_set": "fs-5f1c2a",
    "truncated": False,
    "late": False,
    "control_group": False,
    "latency_us": 812,
    "door": "rpc",
    "adopted": False,
    "sequence": {"epoch": 4, "n": 1000123},
}


_FOUND: dict[str, JsonValue] = {
    "challenger": "fraud-4", "challenger_probability": 0.802, "challenger_verdict": "review",
    "outcome": "posted", "label": None, "alert_id": "0193f2aa-3333-7aaa-8aaa-aaaaaaaaaaaa",
    "stand_outs": [
        {
            "feature": "customer_amount_ratio_30d", "value": 14.2, "usual": 1.1, "contribution": 1.84,
            "sentence": "The amount is far above this customer's habit.",
        }
    ],
}  # fmt: skip


class Sequence(BaseModel):
    """The decision's place in the log."""

    epoch: int
    n: int


class Decision(BaseModel):
    """One decided transaction."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    transaction_id: UUID
    event_time: datetime
    known_at: datetime
    scored_at: datetime
    channel: str
    direction: str
    amount: Money
    customer_id: str | None
    account_id: str | None
    card_id: str | None
    device_id: str | None
    ip: str | None
    payee_id: str | None
    merchant_id: str | None
    mcc: int | None
    country: str | None
    entry_mode: str | None
    verdict: str
    source: str
    probability: float | None
    anomaly: float | None
    rules: list[str]
    shadow_rules: list[str]
    reasons: list[str]
    model: str | None
    policy: str
    feature_set: str
    truncated: bool
    late: bool
    control_group: bool
    latency_us: int | None
    door: str
    adopted: bool
    sequence: Sequence


class DecisionDetail(Decision):
    """One decision with what became of it: its outcome, and the label that says what it really was, once known.

    `challenger*` are what the model that was tried beside would have said. Of one that somebody must look at, `alert_id` is the
    alert that it is in, and `stand_outs` the features that led to it, each with what it is usually and what its reason added to
    the model's log odds.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | _FOUND]})
    challenger: str | None
    challenger_probability: float | None
    challenger_verdict: str | None
    outcome: str | None
    label: str | None
    alert_id: UUID | None
    stand_outs: list[dict[str, Any]]


class DecisionPage(BaseModel):
    """A page of decisions, newest first."""

    items: list[Decision]
    next_cursor: str | None
