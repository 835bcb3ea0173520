"""What the erasure routes take and give."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from governance.erasures.erasure import ErasureStatus
from governance.erasures.holds import AML_LAW
from serving.edge.schemas import Text

_AML: dict[str, JsonValue] = {
    "law": AML_LAW,
    "why": "records of who a customer was are kept for ten years",
    "until": "2036-01-01T00:00:00Z",
}
_STEP: dict[str, JsonValue] = {
    "store": "core",
    "rows_before": 9,
    "rows_after": 0,
    "note": "the customer, the accounts and all entries stay, as a pseudonym's",
    "ended_at": "2036-01-01T00:00:07Z",
}
_PLACED: dict[str, JsonValue] = {
    "name": "court-2025-118",
    "law": "Código de Processo Civil, art. 536",
    "reason": "order of the 3rd civil court",
    "until": None,
    "placed_by": "user:0193f2aa-1111-7222-8333-944445555666",
    "placed_at": "2025-11-24T16:00:00Z",
    "lifted_by": None,
    "lifted_at": None,
}
_ERASURE: dict[str, JsonValue] = {
    "erasure_id": "0193f2aa-eeee-7eee-8eee-eeeeeeeeeeee",
    "customer_id": "c900001",
    "status": "held",
    "requested_by": "user:0193f2aa-1111-7222-8333-944445555666",
    "requested_at": "2025-11-24T16:00:00Z",
    "due_at": "2036-01-01T00:00:00Z",
    "holds": [_AML],
    "steps": [],
    "steps_in_all": 11,
    "problem": None,
    "ended_at": None,
    "proof": None,
}


class Held(BaseModel):
    """A reason to keep somebody's records for now. `until` is null for one that ends when somebody ends it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_AML]})
    law: str
    why: str
    until: datetime | None


class Step(BaseModel):
    """What a store had of the person before and after; `rows_after` is null while it is being erased."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STEP]})
    store: str
    rows_before: int
    rows_after: int | None
    note: str | None
    ended_at: datetime | None


class Erasure(BaseModel):
    """A request to erase somebody. One that is `held` is carried out at `due_at`; until then the records are blocked.

    `proof` is there once it is done: a signed document that says what each store had and has, and names nobody.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_ERASURE]})
    erasure_id: UUID
    customer_id: str
    status: ErasureStatus
    requested_by: str
    requested_at: datetime
    due_at: datetime | None
    holds: list[Held]
    steps: list[Step]
    steps_in_all: int
    problem: str | None
    ended_at: datetime | None
    proof: dict[str, Any] | None


class NewHold(BaseModel):
    """Why somebody's records have to be kept, and until when (never, while nobody lifts it)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{name: _PLACED[name] for name in ("law", "reason", "until")}]}
    )
    law: Text = Field(min_length=1, max_length=200, description="Law, article or order that asks for it")
    reason: Text = Field(min_length=1, max_length=500, description="No names and no documents")
    until: datetime | None = None


class PlacedHold(BaseModel):
    """A hold, in force unless it is past `until` or was lifted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLACED]})
    name: str
    law: str
    reason: str
    until: datetime | None
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class HoldList(BaseModel):
    """A customer's holds, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PLACED]}]})
    items: list[PlacedHold]
