"""What the beneficiaries routes take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.beneficiaries.destinations import MAX_KEY_CHARS, PixKeyKind
from serving.edge.schemas import CustomerId, Text

Nickname = Annotated[Text, Field(min_length=1, max_length=64)]
HolderName = Annotated[Text, Field(min_length=1, max_length=200)]
BankCode = Annotated[str, Field(pattern=r"^[0-9]{8}$", description="ISPB, eight digits")]
Branch = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]
AccountNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$", description="With its check digit")]

_BENEFICIARY: dict[str, JsonValue] = {
    "beneficiary_id": "0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
    "customer_id": "c000042",
    "nickname": "Mum",
    "holder_name": "Maria Souza",
    "account_id": None,
    "pix_key": {"kind": "phone", "key": "+5571999990000"},
    "bank_account": None,
    "created_at": "2025-11-24T16:00:00Z",
    "cooling": True,
    "cooling_until": "2025-11-25T16:00:00Z",
    "version": 1,
}


class PixKey(BaseModel):
    """A key of the Pix directory."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "phone", "key": "+5571999990000"}]})
    kind: PixKeyKind
    key: Text = Field(min_length=1, max_length=MAX_KEY_CHARS)


class BankAccount(BaseModel):
    """An account at another bank."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"bank_code": "60701190", "branch": "0001", "account_number": "12345-6"}]},
    )
    bank_code: BankCode
    branch: Branch
    account_number: AccountNumber


class NewBeneficiary(BaseModel):
    """A payee to be saved, with one way to pay them: an account here, a Pix key, or an account at another bank."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c000042",
                    "nickname": "Mum",
                    "holder_name": "Maria Souza",
                    "pix_key": {"kind": "phone", "key": "+5571999990000"},
                }
            ]
        },
    )
    customer_id: CustomerId | None = Field(default=None, description="Whose payee it is; a customer may leave it out")
    nickname: Nickname
    holder_name: HolderName | None = None
    account_id: UUID | None = None
    pix_key: PixKey | None = None
    bank_account: BankAccount | None = None


class BeneficiaryChange(BaseModel):
    """What is to change of a payee; what is left out or null stays. One who is paid elsewhere is another payee."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"nickname": "Mum (new phone)"}]})
    nickname: Nickname | None = None
    holder_name: HolderName | None = None


class Beneficiary(BaseModel):
    """A saved payee. While it is `cooling`, warn whoever pays it: it was saved less than a day ago."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BENEFICIARY]})
    beneficiary_id: UUID
    customer_id: str
    nickname: str
    holder_name: str | None
    account_id: UUID | None
    pix_key: PixKey | None
    bank_account: BankAccount | None
    created_at: datetime
    cooling: bool
    cooling_until: datetime
    version: int


class BeneficiaryPage(BaseModel):
    """A page of payees, by id: in the order in which they were saved."""

    items: list[Beneficiary]
    next_cursor: str | None
