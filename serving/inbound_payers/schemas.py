"""What the routes of inbound payers take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from risk.screening.writing import MAX_NAME
from serving.edge.schemas import Text

PayerId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._:@-]+$",
        description="What the payment names its payer by: `payee_id` of a credit, `account_id` of a debit from elsewhere",
    ),
]
_TOLD: dict[str, JsonValue] = {"name": "Teodora Alvarenga Kimbo", "kind": "person", "country": "BR"}


class PayerKind(StrEnum):
    """What a payer is."""

    PERSON = "person"
    BUSINESS = "business"


class ToldPayer(BaseModel):
    """Who a payer is, as their bank says it. A kind and a country are evidence: they add to what a name says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_TOLD]})
    name: Text = Field(min_length=1, max_length=MAX_NAME, description="As it is written, in any script")
    kind: PayerKind | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")


class InboundPayer(BaseModel):
    """A payer as they were told last. The name is null once the payer was forgotten."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"payer_id": "p-000051"} | _TOLD | {"told_at": "2025-11-24T16:00:00Z"}]}
    )
    payer_id: str
    name: str | None
    kind: PayerKind | None
    country: str | None
    told_at: datetime = Field(description="When this was told last, to the day")
