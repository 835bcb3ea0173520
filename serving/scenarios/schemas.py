"""What the scenario routes take and give."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from governance.scenarios.version import ScenarioVersionStatus, TrialStatus
from risk.scenarios.declared import Engine, Severity, Unit
from risk.scenarios.segments import Segment
from serving.edge.schemas import Job, Text

MOST_DAYS, USUAL_DAYS = 180, 60
Days = Annotated[int, Field(ge=1, le=MOST_DAYS, description="How many ended days of history to tell of")]
Values = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")], Annotated[int, Field(strict=True)]],
    Field(min_length=1, max_length=16),
]


def _words(of: type[StrEnum]) -> WithJsonSchema:
    """An enumeration where it stands: other parts of the description have things of the same names."""
    return WithJsonSchema({"type": "string", "enum": [each.value for each in of]})


# Where it stands, and not by a name of its own in the description.
SegmentName = Literal[Segment.PERSON, Segment.BUSINESS]
_VERSION_ID = "0193f2aa-1111-7222-8333-944445555777"
_VALUES: dict[str, JsonValue] = {"amount_minor": 150_000, "from_hour": 20, "until_hour": 6}
_PARAMETER: dict[str, JsonValue] = {
    "name": "amount_minor", "unit": "minor", "meaning": "above which amount", "least": 0, "most": 10_000_000_000,
    "default": 100_000, "value": 100_000,
}  # fmt: skip
_SCENARIO: dict[str, JsonValue] = {
    "scenario": "pix-at-night", "title": "A large Pix at night", "severity": "low", "engine": "rule",
    "sources": ["Resolução BCB 1/2020"], "template": "A Pix above {amount_minor} from {from_hour} until {until_hour}.",
    "rule": "A Pix above R$ 1,000 from 20 h until 6 h.", "parameters": [_PARAMETER], "since": None, "waiting": 0,
    "next_from": None,
}  # fmt: skip
_VERSION: dict[str, JsonValue] = {
    "version_id": _VERSION_ID, "scenario": "pix-at-night", "segment": None, "valid_from": "2026-12-01", "values": _VALUES,
    "rule": "A Pix above R$ 1,500 from 20 h until 6 h.", "why": "too many of people who pay their rent at night",
    "proposed_by": "user:0193f2aa-1111-7111-8111-111111111111", "proposed_at": "2026-11-24T16:00:00Z", "status": "proposed",
    "said_by": None, "said_at": None, "note": None,
}  # fmt: skip
_TRIAL: dict[str, JsonValue] = {
    "trial_id": "0193f2aa-1111-7222-8333-944445555888", "days": 60, "status": "running",
    "asked_by": "user:0193f2aa-1111-7111-8111-111111111111", "asked_at": "2026-11-24T16:00:00Z", "done_records": 1,
    "all_records": 3, "result": None, "problem": None, "ended_at": None,
}  # fmt: skip


class ScenarioParameter(BaseModel):
    """One number of a rule: its unit, from where to where it may be, what it is unless said, and what it is now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PARAMETER]})
    name: str
    unit: Annotated[str, _words(Unit)]
    meaning: str
    least: int
    most: int
    default: int
    value: int


class ScenarioShown(BaseModel):
    """A scenario with the values that hold today.

    `template` is the rule with names in the place of values. `since` is the first day on which these values held; null
    where they are the product's own.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SCENARIO]})
    scenario: str
    title: str
    severity: Annotated[str, _words(Severity)]
    engine: Annotated[str, _words(Engine)]
    sources: list[str]
    template: str
    rule: str
    parameters: list[ScenarioParameter]
    since: date | None
    waiting: int = Field(description="How many proposals wait for somebody")
    next_from: date | None = Field(description="The day on which the next approved values begin to hold")


class Scenarios(BaseModel):
    """All scenarios, in the order in which they are told of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SCENARIO]}]})
    items: list[ScenarioShown]


class ScenarioVersionShown(BaseModel):
    """All values of a scenario from a day on, who proposed them and why, and what was said to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION]})
    version_id: UUID
    scenario: str
    segment: SegmentName | None
    valid_from: date
    values: dict[str, int]
    rule: str
    why: str
    proposed_by: str
    proposed_at: datetime
    status: ScenarioVersionStatus
    said_by: str | None
    said_at: datetime | None
    note: str | None


class ScenarioTrial(Job):
    """The newest trial of a version on history: how far it is, and what would come and go (docs/aml-scenarios.md)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRIAL]})
    trial_id: UUID
    days: int
    status: TrialStatus


class ScenarioVersionDetail(ScenarioVersionShown):
    """A version with its newest trial, and the values that hold on its first day without it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_VERSION | {"trial": _TRIAL, "before": _VALUES | {"amount_minor": 100_000}}],
        }
    )
    before: dict[str, int]
    trial: ScenarioTrial | None


class ScenarioVersionPage(BaseModel):
    """A page of versions, newest first."""

    items: list[ScenarioVersionShown]
    next_cursor: str | None


class NewScenarioVersion(BaseModel):
    """Values that are to hold from a day on, and why; what is left out stays as it is. They are tried on history at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "valid_from": "2099-12-01", "values": {"amount_minor": 150_000},
                    "why": "too many of people who pay their rent at night", "days": 60,
                }
            ]
        },
    )  # fmt: skip
    valid_from: date = Field(description="The first day (America/Sao_Paulo) on which they hold: today or later")
    values: Values
    why: Text = Field(min_length=1, max_length=500)
    days: Days = USUAL_DAYS
    segment: SegmentName | None = Field(
        default=None, description="For whose customers: of persons or of businesses; left out, for everybody without their own"
    )


class NewScenarioTrial(BaseModel):
    """Another trial of a version."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"days": 60}]})
    days: Days = USUAL_DAYS


class ScenarioJudgement(BaseModel):
    """What somebody else says to a proposal."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": False, "note": "too loose"}]})
    approve: bool
    note: Text | None = Field(default=None, min_length=1, max_length=500)


class Withdrawal(BaseModel):
    """That whoever proposed it takes it back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "the wrong amount"}]})
    note: Text | None = Field(default=None, min_length=1, max_length=500)
