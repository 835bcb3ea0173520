"""What the routes of reports take and give."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cases.due.clocks import Urgency
from cases.reports.states import ReportKind, ReportState

_REPORT: dict[str, JsonValue] = {
    "report_id": "0193f2aa-9999-7999-8999-999999999999",
    "kind": "suspicion",
    "case_id": "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1e",
    "year": 2025,
    "state": "exported",
    "due_on": "2025-11-26",
    "urgency": "warning",
    "made_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "made_at": "2025-11-25T10:00:00Z",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "exported_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "exported_at": "2025-11-25T10:05:00Z",
    "receipt": None,
    "sent_by": None,
    "sent_at": None,
    "version": 2,
}


class Report(BaseModel):
    """One report; `sha256` is of its document, null for a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REPORT]})
    report_id: str
    kind: ReportKind
    case_id: str | None
    year: int
    state: ReportState
    due_on: date
    urgency: Urgency | None
    made_by: str
    made_at: datetime
    sha256: str | None
    exported_by: str | None
    exported_at: datetime | None
    receipt: str | None
    sent_by: str | None
    sent_at: datetime | None
    version: int


class ReportPage(BaseModel):
    """A page of reports, what is due first at first."""

    items: list[Report]
    next_cursor: str | None


class NilDeclaration(BaseModel):
    """The year that had nothing to report."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"year": 2024}]})
    year: int = Field(ge=2020, le=2100)


class Receipt(BaseModel):
    """What the authority's system answered when a person sent the document."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"receipt": "2025.0001234-5"}]})
    receipt: str = Field(pattern=r"^[0-9A-Za-z./-]{4,40}$")
