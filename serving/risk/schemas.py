"""What the risk routes take and give. A policy's document is described by its own struct, in one place."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from contracts.controls import PolicyRule
from governance.lists import FIELDS, ListKind
from governance.policies import PolicyDocument, Status
from governance.trials.simulation import SimulationStatus
from serving.edge.schemas import Job, Text

_ID = r"^[A-Za-z0-9._:@-]+$"
_CODE = r"^[a-z][a-z0-9_]*$"
_MOMENT, _LATER = "2026-11-24T16:00:00Z", "2026-11-24T16:20:00Z"
_RULE = PolicyRule(
    code="new_payee_at_night",
    when="customer_payee_is_new_90d >= 1 && is_night >= 1 && amount_minor > 50000",
    action="review",
    sentence="A first payment to this payee, at night",
)
_DOCUMENT: dict[str, JsonValue] = msgspec.to_builtins(PolicyDocument(review_from=0.05, deny_from=0.6, rules=[_RULE]))


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    """A JSON Schema without references: none of ours goes round in a circle."""
    if isinstance(node, list):
        return [_inlined(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    return {name: _inlined(part, definitions) for name, part in node.items()}


def schema_of(kind: type) -> dict[str, Any]:
    """Return a struct's JSON Schema as one piece."""
    schema = msgspec.json.schema(kind)
    found: dict[str, Any] = _inlined({"$ref": schema["$ref"]}, schema["$defs"])
    return found


Document = Annotated[dict[str, Any], WithJsonSchema(schema_of(PolicyDocument))]


class NewPolicy(BaseModel):
    """A draft: the whole document, and why it was written."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"document": _DOCUMENT, "note": "fewer takeovers at night"}]}
    )
    document: Document
    note: Text = Field(min_length=1, max_length=500)
    based_on: int | None = Field(default=None, ge=1, le=2**31 - 1, description="The version that was changed")


class Draft(BaseModel):
    """A document to be checked, and kept nowhere."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"document": _DOCUMENT}]})
    document: Document


class Finding(BaseModel):
    """Something that is wrong, with its place in the expression where it has one."""

    where: str
    code: str | None
    message: str
    hint: str | None
    line: int | None
    column: int | None
    offset: int | None
    length: int | None
    shown: str | None


class Findings(BaseModel):
    """Everything that is wrong; nothing when the policy could be activated."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "findings": [
                        {
                            "where": "rules[0].when", "code": "new_payee_at_night", "line": 1, "column": 1, "offset": 0,
                            "length": 21, "message": "there is no field customer_paye_is_new_90d",
                            "hint": "did you mean customer_payee_is_new_90d?",
                            "shown": "1:1: there is no field customer_paye_is_new_90d",
                        }
                    ]
                }
            ]
        }
    )  # fmt: skip
    findings: list[Finding]


_POLICY: dict[str, JsonValue] = {
    "version": 4,
    "name": "policy-4",
    "status": "approved",
    "document": _DOCUMENT,
    "note": "fewer takeovers at night",
    "based_on": 3,
    "author": "ana@demo.example",
    "written_at": _MOMENT,
    "judged_by": "bruno@demo.example",
    "judged_at": _LATER,
    "activated_by": None,
    "activated_at": None,
    "retired_at": None,
}


class Policy(BaseModel):
    """One version of a policy. Its document never changes; decisions call it by its name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_POLICY]})
    version: int
    name: str
    status: Status
    document: Document
    note: str
    based_on: int | None
    author: str
    written_at: datetime
    judged_by: str | None
    judged_at: datetime | None
    activated_by: str | None
    activated_at: datetime | None
    retired_at: datetime | None


class PolicyMove(BaseModel):
    """What somebody did with a version."""

    action: str
    actor: str
    note: str | None
    moved_at: datetime


class PolicyDetail(Policy):
    """A version with everything that was done with it, in order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _POLICY
                | {
                    "moves": [
                        {
                            "action": "write",
                            "actor": "ana@demo.example",
                            "note": "fewer takeovers at night",
                            "moved_at": _MOMENT,
                        },
                        {"action": "approve", "actor": "bruno@demo.example", "note": "as discussed", "moved_at": _LATER},
                    ]
                }
            ]
        }
    )
    moves: list[PolicyMove]


class PolicyPage(BaseModel):
    """A page of versions, newest first."""

    items: list[Policy]
    next_cursor: str | None


class ActivePolicy(BaseModel):
    """What decides now: a version, or the policy that is built in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"built_in": False, "policy": _POLICY | {"status": "active"}}]})
    built_in: bool
    policy: Policy | None


class Judgement(BaseModel):
    """What somebody who did not write a draft says of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True, "note": "as discussed"}]})
    approve: bool
    note: Text | None = Field(default=None, min_length=1, max_length=500)


class Activation(BaseModel):
    """Why a version is to decide from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "after the trial of this morning"}]})
    note: Text = Field(min_length=1, max_length=500)


class Name(BaseModel):
    """A name that expressions may use."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "channel",
                    "kind": "enum",
                    "source": "event",
                    "sentence": "How the money moves",
                    "words": ["pix", "card"],
                }
            ]
        }
    )
    name: str
    kind: str
    source: str
    sentence: str
    words: list[str]


class Vocabulary(BaseModel):
    """Every name that expressions may use, and the rules that are built in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "names": [
                        {
                            "name": "channel", "kind": "enum", "source": "event", "sentence": "How the money moves",
                            "words": ["pix", "card"],
                        }
                    ],
                    "functions": ["abs", "has"],
                    "built_in": [msgspec.to_builtins(_RULE)],
                }
            ]
        }
    )  # fmt: skip
    names: list[Name]
    functions: list[str]
    built_in: list[Annotated[dict[str, Any], WithJsonSchema(schema_of(PolicyRule))]]


_LIST: dict[str, JsonValue] = {
    "list_id": "mules", "kind": "deny", "field": "payee_id", "sentence": "Accounts that pass money on", "entries": 12,
    "made_by": "ana@demo.example", "made_at": _MOMENT,
}  # fmt: skip


class NewList(BaseModel):
    """An empty list. What follows from being on it is what rules say."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"list_id": "mules", "kind": "deny", "field": "payee_id", "sentence": "Accounts that pass money on"}]
        },
    )
    list_id: str = Field(pattern=_CODE, max_length=48)
    kind: ListKind
    field: str = Field(json_schema_extra={"enum": list(FIELDS)}, max_length=32, description="What its values are")
    sentence: Text = Field(min_length=1, max_length=200)


class List(BaseModel):
    """One list, with how many values are on it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})
    list_id: str
    kind: ListKind
    field: str
    sentence: str
    entries: int
    made_by: str
    made_at: datetime


class Lists(BaseModel):
    """All lists, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LIST]}]})
    items: list[List]


class NewEntry(BaseModel):
    """A value to be listed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"value": "p000042", "reason": "seen in three cases", "expires_at": "2027-05-24T16:00:00Z"}]
        },
    )
    value: str = Field(min_length=1, max_length=64, pattern=_ID)
    reason: Text = Field(min_length=1, max_length=500)
    expires_at: datetime | None = Field(default=None, description="From then on it no longer counts (with its offset)")


class Entry(BaseModel):
    """A value that is on a list, or was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entry_id": 7, "value": "p000042", "reason": "seen in three cases", "expires_at": None,
                    "added_by": "ana@demo.example", "added_at": _MOMENT, "removed_by": None, "removed_at": None,
                }
            ]
        }
    )  # fmt: skip
    entry_id: int
    value: str
    reason: str
    expires_at: datetime | None
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None


class EntryPage(BaseModel):
    """A page of entries, newest first."""

    items: list[Entry]
    next_cursor: str | None


class NewSimulation(BaseModel):
    """A policy version to be tried on the tenant's history."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"policy_version": 4, "from_day": "2026-11-01", "to_day": "2026-11-24"}]},
    )
    policy_version: int = Field(ge=1, le=2**31 - 1)
    from_day: date
    to_day: date = Field(description="The last day (UTC), included")
    model: str = Field(
        default="current", min_length=1, max_length=64, pattern=_ID, description="`current`, `challenger`, or `fraud-3`"
    )


_SIMULATION: dict[str, JsonValue] = {
    "simulation_id": "0193f2aa-1111-7222-8333-944445555666", "policy_version": 4, "model": "current",
    "from_day": "2026-11-01", "to_day": "2026-11-24", "status": "running", "asked_by": "ana@demo.example",
    "asked_at": _MOMENT, "done_records": 400_000, "all_records": 1_146_267, "result": None, "problem": None, "ended_at": None,
}  # fmt: skip


class Simulation(Job):
    """A trial: how far it is, and what it found once it is done (docs/backtest.md)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIMULATION]})
    simulation_id: str
    policy_version: int
    model: str
    from_day: date
    to_day: date
    status: SimulationStatus


class SimulationPage(BaseModel):
    """A page of simulations, newest first."""

    items: list[Simulation]
    next_cursor: str | None
