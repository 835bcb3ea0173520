"""What the routes of cases take and give."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from cases.casework.states import Act, CaseState, Outcome
from cases.due.clocks import Urgency
from contracts.alerts import AlertStatus
from contracts.labels import FraudKind
from serving.edge.schemas import Money, Text

MAX_EVIDENCE_BYTES = 32_768
MAX_WORDS = 4_000
SCHEME = r"^[a-z][a-z0-9_]{0,47}$"
_USER = "user:0193f2aa-1111-7111-8111-111111111111"
_CASE: dict[str, JsonValue] = {
    "case_id": "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1e",
    "subject_kind": "customer",
    "subject_id": "c000042",
    "customer_id": "c000042",
    "scheme": "structuring",
    "severity": "high",
    "state": "proposed",
    "assignee": _USER,
    "opened_by": _USER,
    "opened_at": "2025-11-24T16:00:00Z",
    "operation_on": "2025-11-24",
    "selected_on": "2025-11-24",
    "due_on": "2026-01-08",
    "urgency": "on_time",
    "proposal": {"outcome": "report", "label": "structuring", "quiet_until": None},
    "proposed_by": _USER,
    "proposed_at": "2025-11-25T09:00:00Z",
    "judged_by": None,
    "judged_at": None,
    "ended_at": None,
    "version": 4,
    "alert_count": 1,
    "decisions": 3,
    "evidence_count": 1,
    "totals": [{"amount_minor": 375000, "currency": "BRL"}],
}
_DETAIL: dict[str, JsonValue] = _CASE | {
    "alerts": [
        {
            "alert_id": "0193f2aa-1111-7222-8333-944445555666",
            "status": "in_review",
            "decisions": 3,
            "total": {"amount_minor": 375000, "currency": "BRL"},
            "highest_probability": 0.931,
            "first_event_time": "2025-11-24T16:00:00Z",
            "last_event_time": "2025-11-24T18:31:09Z",
        }
    ],
    "notes": [
        {
            "note_id": "0193f2aa-2222-7222-8222-222222222222",
            "kind": "rationale",
            "author": _USER,
            "written_at": "2025-11-25T09:00:00Z",
            "text": "three deposits under the limit within two days, no income that explains them",
        }
    ],
    "evidence": [
        {
            "evidence_id": "0193f2aa-3333-7333-8333-333333333333",
            "name": "deposits.csv",
            "media_type": "text/csv",
            "reference": None,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "size_bytes": 412,
            "added_by": _USER,
            "added_at": "2025-11-24T17:00:00Z",
        }
    ],
    "acts": ["note", "agree-report", "agree-close", "send-back"],
}


class Severity(StrEnum):
    """How much a case presses beside its clock."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """1 for the most severe."""
        return list(Severity).index(self) + 1

    @classmethod
    def of(cls, rank: int) -> "Severity":
        """Return the severity of a rank."""
        return list(cls)[rank - 1]


class CaseOrder(StrEnum):
    """How cases are listed: two queues of what is not ended, or all of them."""

    DUE = "due"
    SEVERITY = "severity"
    NEWEST = "newest"


class NewCase(BaseModel):
    """Which alert, and how the money seems to have been moved. A case of the same subject and scheme takes it in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"alert_id": "0193f2aa-1111-7222-8333-944445555666", "scheme": "structuring", "severity": "high",
                 "despite_quiet": False}
            ]
        },
    )  # fmt: skip
    alert_id: UUID
    scheme: str = Field(pattern=SCHEME, description="A word for how: structuring, mule_fan_in, account_takeover …")
    severity: Severity = Severity.MEDIUM
    despite_quiet: bool = Field(default=False, description="Although the subject was reviewed for this and stays quiet")


class Assignment(BaseModel):
    """To whom a case goes; left out, to whoever asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"assignee": None}]})
    assignee: str | None = Field(default=None, pattern=r"^user:[0-9a-f-]{36}$", description="`user:` and a colleague's id")


class NewNote(BaseModel):
    """Something that is worth writing down."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "called; says it was rent"}]})
    text: Text = Field(min_length=1, max_length=MAX_WORDS)


class NewEvidence(BaseModel):
    """Bytes, or where they are with their SHA-256."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "deposits.csv", "media_type": "text/csv", "content": "ZGF5LGFtb3VudAo=", "reference": None,
                 "sha256": None}
            ]
        },
    )  # fmt: skip
    name: Text = Field(min_length=1, max_length=200)
    media_type: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")
    content: str | None = Field(default=None, max_length=45_000, description=f"Base64 of 1 to {MAX_EVIDENCE_BYTES} bytes")
    reference: Text | None = Field(default=None, min_length=1, max_length=1_000, description="Where larger ones lie")
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="Of the bytes; needed with a reference")


class ProposedDecision(BaseModel):
    """What is proposed: `report` to the financial intelligence unit, or `close`. Somebody else agrees."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"outcome": "close", "label": "legitimate", "rationale": "rent of five flats, contracts seen",
                 "quiet_until": None, "quiet_reason": None}
            ]
        },
    )  # fmt: skip
    outcome: Outcome
    label: FraudKind | None = Field(default=None, description="What the transactions were; null says nothing of them")
    rationale: Text = Field(min_length=1, max_length=MAX_WORDS)
    quiet_until: date | None = Field(default=None, description="Alerts of this subject and scheme open no case until then")
    quiet_reason: Text | None = Field(default=None, min_length=1, max_length=MAX_WORDS)


class CaseJudgement(BaseModel):
    """Agree, or send back with a note; of the proposal that was read."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"approve": True, "proposed_at": "2025-11-25T09:00:00Z", "note": None}]},
    )
    approve: bool
    proposed_at: AwareDatetime
    note: Text | None = Field(default=None, min_length=1, max_length=MAX_WORDS)


class CaseProposal(BaseModel):
    """What is proposed, or was agreed to."""

    outcome: Outcome
    label: FraudKind | None
    quiet_until: date | None


class Case(BaseModel):
    """One case."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CASE]})
    case_id: str
    subject_kind: str
    subject_id: str
    customer_id: str | None
    scheme: str
    severity: Severity
    state: CaseState
    assignee: str | None
    opened_by: str
    opened_at: datetime
    operation_on: date
    selected_on: date
    due_on: date | None
    urgency: Urgency | None
    proposal: CaseProposal | None
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None
    ended_at: datetime | None
    version: int
    alert_count: int
    decisions: int
    evidence_count: int
    totals: list[Money]


class CaseAlert(BaseModel):
    """An alert of a case."""

    alert_id: str
    status: AlertStatus
    decisions: int
    total: Money
    highest_probability: float | None
    first_event_time: datetime
    last_event_time: datetime


class CaseNote(BaseModel):
    """What somebody wrote; `text` is null when it was erased."""

    note_id: str
    kind: str
    author: str
    written_at: datetime
    text: str | None


class CaseEvidence(BaseModel):
    """A piece of evidence; `size_bytes` is null for a reference."""

    evidence_id: str
    name: str | None
    media_type: str | None
    reference: str | None
    sha256: str
    size_bytes: int | None
    added_by: str
    added_at: datetime


class CaseDetail(Case):
    """One case with what it holds, and what its state allows."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAIL]})
    alerts: list[CaseAlert]
    notes: list[CaseNote]
    evidence: list[CaseEvidence]
    acts: list[Act]


class OpenedCase(CaseDetail):
    """The case that an alert is in now; `joined` when it was there before."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAIL | {"joined": False}]})
    joined: bool


class CasePage(BaseModel):
    """A page of cases."""

    items: list[Case]
    next_cursor: str | None


class Quiet(BaseModel):
    """A subject that was reviewed for a scheme; `reason` is null when it was erased."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"subject_kind": "customer", "subject_id": "c000042", "scheme": "structuring", "until_on": "2026-02-24",
                 "reason": "rent of five flats, contracts seen", "case_id": "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1e",
                 "judged_by": _USER, "judged_at": "2025-11-26T09:00:00Z"}
            ]
        }
    )  # fmt: skip
    subject_kind: str
    subject_id: str
    scheme: str
    until_on: date
    reason: str | None
    case_id: str
    judged_by: str
    judged_at: datetime


class QuietPage(BaseModel):
    """A page of quiet subjects, newest first."""

    items: list[Quiet]
    next_cursor: str | None


class TrailRow(BaseModel):
    """One thing that was done; `hash` is over it and `previous`, the hash of the tenant's row before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"position": 17, "at": "2025-11-24T16:00:00Z", "actor": _USER, "act": "assign", "detail": {"assignee": _USER},
                 "previous": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                 "hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}
            ]
        }
    )  # fmt: skip
    position: int
    at: datetime
    actor: str
    act: str
    detail: dict[str, Any]
    previous: str
    hash: str


class TrailPage(BaseModel):
    """A page of a case's trail, oldest first."""

    items: list[TrailRow]
    next_cursor: str | None
