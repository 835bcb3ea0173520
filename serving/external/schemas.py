"""What the external accounts routes take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.beneficiaries.schemas import AccountNumber, BankCode, Branch, HolderName
from serving.edge.schemas import CustomerId, Text
from serving.external.proof import MOST_MINOR, LinkStatus

_Deposit = Annotated[int, Field(ge=1, le=MOST_MINOR)]
_LINK: dict[str, JsonValue] = {
    "external_account_id": "0193f2aa-9999-7999-8999-999999999999",
    "customer_id": "c000042",
    "holder_name": "Ana Souza",
    "bank_code": "60701190",
    "branch": "0001",
    "account_number": "12345-6",
    "currency": "BRL",
    "status": "pending",
    "tries_left": 3,
    "expires_at": "2025-12-01T16:00:00Z",
    "proof": None,
    "verified_at": None,
    "created_at": "2025-11-24T16:00:00Z",
}


class NewLink(BaseModel):
    """A customer's account at another bank. Two small amounts are sent to it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {name: _LINK[name] for name in ("customer_id", "holder_name", "bank_code", "branch", "account_number")}
            ]
        },
    )
    customer_id: CustomerId | None = Field(default=None, description="Whose account it is; a customer may leave it out")
    holder_name: HolderName
    bank_code: BankCode
    branch: Branch
    account_number: AccountNumber
    currency: str = Field(default="BRL", pattern=r"^[A-Z]{3}$")


class Proof(BaseModel):
    """The two amounts that arrived, in minor units and in any order."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amounts_minor": [17, 54]}]})
    amounts_minor: list[_Deposit] = Field(min_length=2, max_length=2)


class StatementProof(BaseModel):
    """Where the bank keeps the signed statement that somebody of it has seen."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reference": "dossier 2025/1183, page 4"}]})
    reference: Text = Field(min_length=1, max_length=200)


class ExternalAccount(BaseModel):
    """An account at another bank, and how far the proof is that it is the customer's."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINK]})
    external_account_id: UUID
    customer_id: str
    holder_name: str
    bank_code: str
    branch: str
    account_number: str
    currency: str
    status: LinkStatus
    tries_left: int
    expires_at: datetime
    proof: str | None
    verified_at: datetime | None
    created_at: datetime


class ExternalAccountPage(BaseModel):
    """A page of accounts at other banks, by id: in the order in which they were linked."""

    items: list[ExternalAccount]
    next_cursor: str | None
