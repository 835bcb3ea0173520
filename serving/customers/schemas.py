"""What the customers routes take and give."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import CustomerId, Text


class NewCustomer(BaseModel):
    """A customer to be made, under a pseudonym that says nothing about them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"customer_id": "c900001", "kind": "person", "full_name": "Ana Souza", "email": None}]},
    )
    customer_id: CustomerId
    kind: Literal["person", "business"] = "person"
    full_name: Text | None = Field(default=None, min_length=1, max_length=200)
    email: Text | None = Field(default=None, min_length=3, max_length=254)


class Customer(BaseModel):
    """A customer. The name and e-mail are null once erased, or when never known."""

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


class CustomerPage(BaseModel):
    """A page of customers, by id."""

    items: list[Customer]
    next_cursor: str | None
