"""What the history routes take and give."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from contracts.categories import Category, CounterpartyKind
from insight.categories.deciding import Source
from serving.edge.schemas import Money, Text

MAX_NOTE_LENGTH = 140
_TRANSACTION: dict[str, JsonValue] = {
    "sequence": 41,
    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
    "booked_at": "2025-11-24T16:00:00.200Z",
    "value_at": "2025-11-24T16:00:00.123Z",
    "amount": {"amount_minor": -8_750, "currency": "BRL"},
    "balance_after": {"amount_minor": 812_300, "currency": "BRL"},
    "purpose": "transfer",
    "channel": "pix",
    "category": "restaurants",
    "category_by": "holder",
    "description": "Almoço de sexta",
    "note": "com a Ana",
    "counterparty": {
        "account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
        "kind": "customer",
        "name": "João da Conceição",
    },
}
_SPENDING: dict[str, JsonValue] = {
    "month": "2025-11-01",
    "category": "groceries",
    "spent": {"amount_minor": 84_210, "currency": "BRL"},
    "spent_count": 9,
    "received": {"amount_minor": 0, "currency": "BRL"},
    "received_count": 0,
}


class Counterparty(BaseModel):
    """The other side. `name` is a customer's of this bank, where they have one."""

    account_id: UUID
    kind: CounterpartyKind
    name: str | None


class Transaction(BaseModel):
    """One movement of the account: negative when money left. `sequence` counts the account's movements from 1.

    `category_by` says whose word the category is: the holder's, for this or another movement with the same other side; of a
    merchant that many holders call alike; of the merchant's code; of a model that read the description; or of the bank's rule.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSACTION]})
    sequence: int
    transfer_id: UUID
    booked_at: datetime
    value_at: datetime
    amount: Money
    balance_after: Money
    purpose: str
    channel: str
    category: str
    category_by: Source
    description: str | None
    note: str | None
    counterparty: Counterparty


class TransactionPage(BaseModel):
    """A page of movements, newest first. What had happened by `as_of` is in it; null before anything was read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_TRANSACTION], "as_of": "2025-11-24T16:00:01Z", "next_cursor": None}]}
    )
    items: list[Transaction]
    as_of: datetime | None
    next_cursor: str | None


class SpendingRow(BaseModel):
    """What a category came to in a month. Months are those of America/Sao_Paulo."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SPENDING]})
    month: date
    category: str
    spent: Money
    spent_count: int
    received: Money
    received_count: int


class Spending(BaseModel):
    """Months of the half-open period asked for, oldest first, each with its categories."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_SPENDING], "as_of": "2025-11-24T16:00:01Z", "next_cursor": None}]}
    )
    items: list[SpendingRow]
    as_of: datetime | None
    next_cursor: None = None


class Mark(BaseModel):
    """What the holder calls a movement. A field that is left out stays as it is; null takes the word back.

    A category is meant of the account's other movements in the same direction with the same other side, too; where nobody knows
    who that is, of those with nearly the same description.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"category": "restaurants", "note": "com a Ana"}]}
    )
    category: Category | None = None
    note: Text | None = Field(default=None, min_length=1, max_length=MAX_NOTE_LENGTH, description="Read on this account alone")

    @model_validator(mode="after")
    def _says_something(self) -> "Mark":
        if not self.model_fields_set:
            raise ValueError("name a category or a note")
        return self


class Marked(BaseModel):
    """What the holder calls a movement now; null where they left it to the rules."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
                    "category": "restaurants",
                    "note": "com a Ana",
                }
            ]
        }
    )
    account_id: UUID
    transfer_id: UUID
    category: str | None
    note: str | None


Way = Literal["in", "out"]
