"""What the suspense routes take and give."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from serving.edge.schemas import Amount, Money, Text

RAIL = r"^[a-z_]{1,32}$"
_PROPOSAL: dict[str, JsonValue] = {
    "action": "credit",
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "note": "the sender confirmed the account by letter",
}
_ITEM: dict[str, JsonValue] = {
    "item_id": "0193f2aa-ffff-7fff-8fff-ffffffffffff",
    "rail": "ted",
    "amount": {"amount_minor": 420_000, "currency": "BRL"},
    "problem": "account-closed",
    "note": None,
    "status": "proposed",
    "age_days": 3,
    "opened_by": "intake",
    "opened_at": "2026-11-21T16:00:00Z",
    "resolution": _PROPOSAL,
    "proposed_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "proposed_at": "2026-11-24T16:00:00Z",
    "resolved_by": None,
    "resolved_at": None,
    "transfer_id": None,
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "payer_id": "p-000051",
}


class Problem(StrEnum):
    """Why money could not be credited, as an operator says it; the intake says the ledger's word, or what its payer waits for."""

    UNKNOWN_ACCOUNT = "unknown-account"
    CLOSED_ACCOUNT = "account-closed"
    NAME_MISMATCH = "name-mismatch"
    UNIDENTIFIED = "unidentified"


class NewItem(BaseModel):
    """Money that a rail brought and that belongs to nobody known yet: it goes from the rail's settlement to its suspense."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "rail": "ted",
                    "amount": {"amount_minor": 420_000, "currency": "BRL"},
                    "problem": "unknown-account",
                    "note": "branch 0001, account 99999-9",
                }
            ]
        },
    )
    rail: str = Field(pattern=RAIL)
    amount: Amount
    problem: Problem
    note: Text | None = Field(default=None, max_length=500)
    value_date: date | None = None


class Proposal(BaseModel):
    """Where the money should go: to an account here, or back through its rail."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PROPOSAL]})
    action: Literal["credit", "return"]
    account_id: UUID | None = None
    note: Text | None = Field(default=None, max_length=500)
    value_date: date | None = None

    @model_validator(mode="after")
    def _names_an_account(self) -> "Proposal":
        if (self.action == "credit") != (self.account_id is not None):
            raise ValueError("name the account to credit, and none when the money goes back")
        return self


class Judgement(BaseModel):
    """What somebody else says to a proposal: to the one made at `proposed_at`, which they have read, and to no other."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"approve": True, "proposed_at": _ITEM["proposed_at"]}]}
    )
    approve: bool
    proposed_at: AwareDatetime


class Item(BaseModel):
    """Money in suspense, or what became of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ITEM]})
    item_id: UUID
    rail: str
    amount: Money
    problem: str
    note: str | None
    status: Literal["open", "proposed", "resolved"]
    age_days: int
    opened_by: str
    opened_at: datetime
    resolution: Proposal | None
    proposed_by: str | None
    proposed_at: datetime | None
    resolved_by: str | None
    resolved_at: datetime | None
    transfer_id: UUID | None
    account_id: UUID | None = Field(description="For whose account it came, where the intake put it there")
    payer_id: str | None = Field(description="The rail's id of who paid it, where the intake waits for their name or knows it")


class ItemPage(BaseModel):
    """A page of items, oldest first."""

    items: list[Item]
    next_cursor: str | None


class Balance(BaseModel):
    """What lies on a rail's suspense account, by age. `unexplained` is what no open item accounts for: it should be zero."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rail": "ted",
                    "balance": {"amount_minor": 420_000, "currency": "BRL"},
                    "unexplained": {"amount_minor": 0, "currency": "BRL"},
                    "items": 1,
                    "up_to_1_day_minor": 0,
                    "up_to_5_days_minor": 420_000,
                    "up_to_30_days_minor": 0,
                    "older_minor": 0,
                }
            ]
        }
    )
    rail: str
    balance: Money
    unexplained: Money
    items: int
    up_to_1_day_minor: int
    up_to_5_days_minor: int
    up_to_30_days_minor: int
    older_minor: int


class Balances(BaseModel):
    """Every suspense account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "rail": "pix",
                            "balance": {"amount_minor": 0, "currency": "BRL"},
                            "unexplained": {"amount_minor": 0, "currency": "BRL"},
                            "items": 0,
                            "up_to_1_day_minor": 0,
                            "up_to_5_days_minor": 0,
                            "up_to_30_days_minor": 0,
                            "older_minor": 0,
                        }
                    ]
                }
            ]
        }
    )
    items: list[Balance]
