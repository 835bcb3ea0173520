"""What the customers routes take and give."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import CustomerId, Text

State = Literal[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ", "RN",
    "RO", "RR", "RS", "SC", "SE", "SP", "TO",
]  # fmt: skip


class NewCustomer(BaseModel):
    """A customer to be made, under a pseudonym that says nothing about them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c900001",
                    "kind": "person",
                    "full_name": "Ana Souza",
                    "email": None,
                    "birth_year": 1987,
                    "state": "BA",
                }
            ]
        },
    )
    customer_id: CustomerId
    kind: Literal["person", "business"] = "person"
    full_name: Text | None = Field(default=None, min_length=1, max_length=200)
    email: Text | None = Field(default=None, min_length=3, max_length=254)
    birth_year: int | None = Field(default=None, ge=1900, le=2100)
    state: State | None = None


class Customer(BaseModel):
    """A customer. The name, e-mail, year of birth and state are null once erased, or when never known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c900001",
                    "kind": "person",
                    "status": "active",
                    "created_at": "2025-11-24T16:00:00Z",
                    "full_name": "Ana Souza",
                    "email": None,
                    "birth_year": 1987,
                    "state": "BA",
                }
            ]
        }
    )
    customer_id: str
    kind: str
    status: str
    created_at: datetime
    full_name: str | None
    email: str | None
    birth_year: int | None
    state: str | None


class CustomerPage(BaseModel):
    """A page of customers, by id."""

    items: list[Customer]
    next_cursor: str | None
