"""What the what-if route takes and gives."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.transactions import MAX_BALANCE_MINOR, Channel, Direction
from serving.edge.addresses import MAX_ADDRESS_CHARS
from serving.edge.schemas import Amount, CustomerId


class WhatIf(BaseModel):
    """A transaction that has not happened. What is left out is unknown, and scored as unknown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "channel": "pix",
                    "direction": "debit",
                    "amount": {"amount_minor": 900000, "currency": "BRL"},
                    "customer_id": "c000042",
                    "payee_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                    "device_id": "d000042-1",
                    "customer_ip": "203.0.113.7",
                    "balance_minor": 1000000,
                }
            ]
        },
    )
    channel: Channel
    direction: Direction = Direction.DEBIT
    amount: Amount
    event_time: AwareDatetime | None = Field(
        default=None, description="With its offset from UTC, at most 5 minutes ahead; now when absent"
    )
    customer_id: CustomerId | None = None
    account_id: CustomerId | None = None
    card_id: CustomerId | None = None
    device_id: CustomerId | None = None
    payee_id: CustomerId | None = None
    merchant_id: CustomerId | None = None
    mcc: int | None = Field(default=None, ge=0, le=9999)
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    entry_mode: str | None = Field(default=None, pattern=r"^[a-z_]{1,16}$")
    customer_ip: str | None = Field(
        default=None,
        min_length=2,
        max_length=MAX_ADDRESS_CHARS,
        description="Where the customer is: an IPv4 or IPv6 address. Only its pseudonym goes on.",
    )
    balance_minor: int | None = Field(
        default=None,
        ge=-MAX_BALANCE_MINOR,
        le=MAX_BALANCE_MINOR,
        description="What the account may spend before the transaction, in minor units",
    )


class WhatIfAnswer(BaseModel):
    """What the decision would be, the features it would rest on, and which of them stand out. No state changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": {
                        "verdict": "review",
                        "source": "scorer",
                        "scored_at": 1764000000181,
                        "valid_until": 1764000060181,
                        "policy": "policy-1",
                        "feature_set": "fs-5f1c2a",
                        "model": "fraud-3",
                        "probability": 0.731,
                        "reasons": ["customer_new_payee"],
                    },
                    "features": {"customer_amount_ratio_30d": 14.2},
                    "stand_outs": [
                        {
                            "feature": "customer_amount_ratio_30d",
                            "value": 14.2,
                            "usual": 1.1,
                            "sentence": "The amount is far above this customer's habit.",
                            "contribution": 1.84,
                        }
                    ],
                }
            ]
        }
    )
    answer: dict[str, Any]
    features: dict[str, float | None]
    stand_outs: list[dict[str, Any]]
