"""What the accounts routes take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.accounts.statuses import AccountStatus, BlockCause, Sides
from serving.edge.schemas import CustomerId, Money, Text
from serving.products.schemas import ProductCode

_ACCOUNT: dict[str, JsonValue] = {
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "customer_id": "c000042",
    "product": "checking",
    "currency": "BRL",
    "nickname": "everyday",
    "status": "active",
    "block": None,
    "opened_at": "2025-11-24T16:00:00Z",
    "balance": {"amount_minor": 812_300, "currency": "BRL"},
    "available": {"amount_minor": 687_300, "currency": "BRL"},
    "total": {"amount_minor": 1_012_300, "currency": "BRL"},
    "overdraft_limit": {"amount_minor": 50_000, "currency": "BRL"},
    "version": 2,
}


class NewAccount(BaseModel):
    """An account to be opened. A customer opens their own: `customer_id` may then be left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"customer_id": "c000042", "product": "checking", "currency": "BRL"}]},
    )
    customer_id: CustomerId | None = None
    product: ProductCode = Field(
        default="checking", description="A product of the currency; checking, savings and payment need none: plain terms"
    )
    currency: str = Field(default="BRL", pattern=r"^[A-Z]{3}$")
    nickname: Text | None = Field(default=None, min_length=1, max_length=64)


class AccountChange(BaseModel):
    """What is to change of an account; a null takes the nickname away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"nickname": "rent"}]})
    nickname: Text | None = Field(min_length=1, max_length=64)


class Block(BaseModel):
    """Why an account is blocked, and for what: money that leaves, money that comes, or both."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"cause": "court-order", "sides": "debits"}]})
    cause: BlockCause
    sides: Sides


class AccountMove(BaseModel):
    """How an account should stand, and why. `block` comes with the status blocked, and only with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"status": "blocked", "block": {"cause": "suspected-fraud", "sides": "debits"}, "reason": "alert a-17"}
            ]
        },
    )
    status: AccountStatus
    block: Block | None = None
    reason: Text = Field(min_length=1, max_length=500, description="Kept in the audit log: no names and no documents")


class Account(BaseModel):
    """An account.

    `available` counts money on hold as gone and leaves out the overdraft; `total` adds what is set aside in its goals.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})
    account_id: UUID
    customer_id: str
    product: str
    currency: str
    nickname: str | None
    status: AccountStatus
    block: Block | None
    opened_at: datetime
    balance: Money
    available: Money
    total: Money
    overdraft_limit: Money
    version: int


class AccountPage(BaseModel):
    """A page of accounts, by id."""

    items: list[Account]
    next_cursor: str | None


class Balance(BaseModel):
    """A balance now, or as it was booked at a past moment (then without what was on hold)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
                    "at": "2025-11-24T16:00:00Z",
                    "balance": {"amount_minor": 812_300, "currency": "BRL"},
                    "available": {"amount_minor": 687_300, "currency": "BRL"},
                    "pending_debits": {"amount_minor": 125_000, "currency": "BRL"},
                    "pending_credits": {"amount_minor": 0, "currency": "BRL"},
                    "version": 41,
                }
            ]
        }
    )
    account_id: UUID
    at: datetime
    balance: Money
    available: Money | None
    pending_debits: Money | None
    pending_credits: Money | None
    version: int


class Entry(BaseModel):
    """One movement of an account: negative when money left. `version` counts the account's entries from 1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 41,
                    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
                    "purpose": "transfer",
                    "amount": {"amount_minor": -125_000, "currency": "BRL"},
                    "balance_after": {"amount_minor": 812_300, "currency": "BRL"},
                    "counterparty_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
                    "value_at": "2025-11-24T16:00:00.123Z",
                    "booked_at": "2025-11-24T16:00:00.2Z",
                }
            ]
        }
    )
    version: int
    transfer_id: UUID
    purpose: str | None
    amount: Money
    balance_after: Money
    counterparty_account_id: UUID | None
    value_at: datetime
    booked_at: datetime


class EntryPage(BaseModel):
    """A page of entries, newest first."""

    items: list[Entry]
    next_cursor: str | None
