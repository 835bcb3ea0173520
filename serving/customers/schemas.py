"""What the customers routes take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.customers.documents import MAX_DOCUMENT_CHARS, CustomerKind
from serving.customers.statuses import CustomerStatus
from serving.edge.schemas import CustomerId, Text

State = Literal[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ", "RN",
    "RO", "RR", "RS", "SC", "SE", "SP", "TO",
]  # fmt: skip

# An envelope has lines of its own; control characters would also take six times their room where the address is kept.
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[Text, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$", description="E.164: +, country, number")]
BirthYear = Annotated[int, Field(ge=1900, le=2100)]
Document = Annotated[
    Text,
    Field(
        min_length=11,
        max_length=MAX_DOCUMENT_CHARS,
        description="A person's CPF or a business's CNPJ, with or without punctuation",
    ),
]
_ADDRESS: dict[str, JsonValue] = {
    "street": "Rua Chile",
    "number": "21",
    "complement": None,
    "district": "Centro",
    "city": "Salvador",
    "state": "BA",
    "postal_code": "40020000",
}
_CUSTOMER: dict[str, JsonValue] = {
    "customer_id": "c900001",
    "kind": "person",
    "status": "active",
    "created_at": "2025-11-24T16:00:00Z",
    "full_name": "Ana Souza",
    "email": "ana@example.org",
    "birth_year": 1987,
    "state": "BA",
    "document": "39053344705",
    "phone": "+5571999990000",
    "address": _ADDRESS,
    "restricted_at": None,
    "version": 3,
}


class Address(BaseModel):
    """Where post reaches somebody in Brazil. `postal_code` is the CEP without its hyphen."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ADDRESS]})
    street: str = Field(min_length=1, max_length=120, pattern=ONE_LINE)
    number: str = Field(min_length=1, max_length=20, pattern=ONE_LINE)
    complement: str | None = Field(default=None, max_length=60, pattern=ONE_LINE)
    district: str | None = Field(default=None, max_length=60, pattern=ONE_LINE)
    city: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    state: State
    postal_code: str = Field(pattern=r"^[0-9]{8}$")


class NewCustomer(BaseModel):
    """A customer to be made, under a pseudonym that says nothing about them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {name: _CUSTOMER[name] for name in ("customer_id", "kind", "full_name", "birth_year", "state")}
                | {"document": "390.533.447-05", "email": None, "phone": "+5571999990000", "address": _ADDRESS}
            ]
        },
    )
    customer_id: CustomerId
    kind: CustomerKind = CustomerKind.PERSON
    full_name: Name | None = None
    email: Email | None = None
    birth_year: BirthYear | None = None
    state: State | None = None
    document: Document | None = None
    phone: Phone | None = None
    address: Address | None = None


class CustomerChange(BaseModel):
    """What is to change of who somebody is: what is left out stays, a null erases.

    A customer changes only how to reach them: e-mail, phone, address.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "ana@example.org", "phone": "+5571999990000"}]}
    )
    full_name: Name | None = None
    email: Email | None = None
    birth_year: BirthYear | None = None
    state: State | None = None
    document: Document | None = None
    phone: Phone | None = None
    address: Address | None = None


class CustomerMove(BaseModel):
    """Where a customer should stand, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"status": "blocked", "reason": "documents under review"}]}
    )
    status: CustomerStatus
    reason: Text = Field(min_length=1, max_length=500, description="Kept in the audit log: no names and no documents")


class Customer(BaseModel):
    """A customer. What says who it is is null once erased, or when never known.

    Since `restricted_at` the records are blocked: their erasure was asked for, and compliance alone sees what the law keeps.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CUSTOMER]})
    customer_id: str
    kind: str
    status: str
    created_at: datetime
    full_name: str | None
    email: str | None
    birth_year: int | None
    state: str | None
    document: str | None
    phone: str | None
    address: Address | None
    restricted_at: datetime | None
    version: int


class CustomerPage(BaseModel):
    """A page of customers, by id."""

    items: list[Customer]
    next_cursor: str | None
