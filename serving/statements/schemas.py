"""What the statement route gives as JSON."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.edge.schemas import Money

FormatName = Literal["json", "ndjson", "csv", "ofx", "camt053", "pdf"]
_LINE: dict[str, JsonValue] = {
    "version": 41,
    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
    "booked_at": "2025-11-24T16:00:00.200Z",
    "value_at": "2025-11-24T16:00:00.123Z",
    "amount": {"amount_minor": -125_000, "currency": "BRL"},
    "balance_after": {"amount_minor": 812_300, "currency": "BRL"},
    "purpose": "transfer",
    "description": "Aluguel de novembro",
    "counterparty_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "counterparty_name": "João da Conceição",
    "reverses_id": None,
}
_STATEMENT: dict[str, JsonValue] = {
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "customer_id": "c000042",
    "holder": "Maria Aparecida",
    "product": "checking",
    "from": "2025-11-01",
    "to": "2025-12-01",
    "time_zone": "America/Sao_Paulo",
    "opening": {"amount_minor": 937_300, "currency": "BRL"},
    "closing": {"amount_minor": 812_300, "currency": "BRL"},
    "credits": {"amount_minor": 0, "currency": "BRL"},
    "debits": {"amount_minor": 125_000, "currency": "BRL"},
    "entries": 1,
    "issued_at": "2025-12-01T12:00:00Z",
    "final": True,
    "items": [_LINE],
    "next_cursor": None,
}


class StatementLine(BaseModel):
    """One entry: negative when money left. `value_at` is when the money counts, `booked_at` when the bank booked it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})
    version: int
    transfer_id: UUID
    booked_at: datetime
    value_at: datetime
    amount: Money
    balance_after: Money
    purpose: str
    description: str | None
    counterparty_account_id: UUID | None
    counterparty_name: str | None
    reverses_id: UUID | None


class Statement(BaseModel):
    """A page of a statement, oldest entries first, with the sums of its whole period.

    The period is half-open: `to` is not part of it. What is booked while pages are read is not in any of them. Until it is
    `final`, a minute after its end, entries may still come to be in it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_STATEMENT]}, populate_by_name=True)
    account_id: UUID
    customer_id: str
    holder: str | None
    product: str
    first: date = Field(alias="from")
    past: date = Field(alias="to")
    time_zone: str
    opening: Money
    closing: Money
    credits: Money
    debits: Money
    entries: int
    issued_at: datetime
    final: bool
    items: list[StatementLine]
    next_cursor: str | None
