"""What the holders routes take and give."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class HolderRole(StrEnum):
    """Owners use the account and say who holds it, holders use it, viewers look."""

    OWNER = "owner"
    HOLDER = "holder"
    VIEWER = "viewer"


class NewHolder(BaseModel):
    """What somebody may do with an account."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "holder"}]})
    role: HolderRole


class Holder(BaseModel):
    """Somebody who uses an account. `opened_it` is true of the customer whose account it is, who cannot be taken off."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer_id": "c000042", "role": "owner", "opened_it": True, "added_at": "2025-11-24T16:00:00Z"},
            ]
        }
    )
    customer_id: str
    role: HolderRole
    opened_it: bool
    added_at: datetime


class HolderPage(BaseModel):
    """A page of holders, by customer."""

    items: list[Holder]
    next_cursor: str | None
