"""What the routes for changes of own watch-lists take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from risk.screening.reading.difference import EntryChange
from risk.screening.reading.own import MAX_ROWS, MAX_TEXT
from serving.edge.schemas import Text

LIST_ID = r"^[a-z][a-z0-9-]{0,40}$"
Word = Annotated[str, Field(max_length=1_000)]
Words = Annotated[list[Word], Field(max_length=400)]

_ROW: dict[str, JsonValue] = {
    "id": "17", "kind": "person", "name": "Teodora Alvarenga Quimbo", "aliases": ["T. Alvarenga"], "births": ["1971-03-25"],
    "countries": ["BR"], "documents": [], "reason": "left owing the bank",
}  # fmt: skip
_WANTED: dict[str, JsonValue] = {
    "list_id": "debtors", "licence": "the bank's own records", "why": "the quarter's new ones", "entries": [_ROW],
}  # fmt: skip
_COUNTS: dict[str, JsonValue] = {"entry_count": 120, "added": 3, "removed": 1, "changed": 2}
_DIFFERENCE: dict[str, JsonValue] = {
    "entry_id": "17", "change": "changed", "name": "Teodora Alvarenga Quimbo", "before": ["Teodora Alvarenga"],
    "after": ["Teodora Alvarenga Quimbo", "T. Alvarenga"],
}  # fmt: skip
_CHANGE: dict[str, JsonValue] = _COUNTS | {
    "change_id": "0193f2aa-1111-7222-8333-944445555999", "list_id": "debtors-3f9a1c", "licence": "the bank's own records",
    "why": "the quarter's new ones", "based_on": 4, "status": "proposed",
    "proposed_by": "user:0193f2aa-1111-7111-8111-111111111111", "proposed_at": "2026-11-24T16:00:00Z", "judged_by": None,
    "judged_at": None, "note": None, "version": None, "problem": None, "ended_at": None,
}  # fmt: skip
_PROBLEM: dict[str, JsonValue] = {
    "line": 3,
    "column": "kind",
    "message": "'persn' is none of person, organisation, vessel, aircraft",
}


class ListChangeStatus(StrEnum):
    """Where a change stands. An approved one is `loaded` within a minute, or `refused` where the list has changed meanwhile."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LOADED = "loaded"
    REFUSED = "refused"


class OwnEntry(BaseModel):
    """Somebody on a list of one's own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ROW]})
    id: Word = Field(description="The list's own; the same from version to version")
    kind: Word = Field(description="`person`, `organisation`, `vessel` or `aircraft`")
    name: Word
    aliases: Words = []
    births: Words = Field(default=[], description="`1971`, `1971-03`, `1971-03-25`, or `1970/1975` for years from and to")
    countries: Words = Field(default=[], description="ISO 3166-1 alpha-2, or a name")
    documents: Words = []
    reason: Word = ""


class ListContent(BaseModel):
    """All of a list, as rows or as CSV with a header; exactly one of the two."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"list_id": "debtors", "entries": [_ROW]}]})
    list_id: str = Field(
        pattern=LIST_ID, description="One of the tenant's own, or a new name, to which a mark of the tenant is added"
    )
    csv: str | None = Field(
        default=None, min_length=1, max_length=MAX_TEXT,
        description="Columns id, kind, name; if there are any aliases, births, countries, documents (several by `;`), reason",
    )  # fmt: skip
    entries: list[OwnEntry] | None = Field(default=None, max_length=MAX_ROWS)


class NewListChange(ListContent):
    """A list as it is to be from now on, on what terms it may be used, and why it changes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_WANTED]})
    licence: Text = Field(min_length=1, max_length=1_000)
    why: Text = Field(min_length=1, max_length=500)


class ListLineProblem(BaseModel):
    """What is wrong at a line of the file (the header is line 1) or a row (counted from 1)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROBLEM]})
    line: int
    column: str | None
    message: str


class EntryDifference(BaseModel):
    """An entry that differs: its names before and after; the rest of it may differ alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DIFFERENCE]})
    entry_id: str
    change: EntryChange
    name: str
    before: list[str]
    after: list[str]


class CheckedList(BaseModel):
    """What is wrong with a list's content, or how it would differ from the list as it is; nothing is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_COUNTS | {"list_id": "debtors-3f9a1c", "problems": [], "difference": [_DIFFERENCE]}]}
    )
    list_id: str
    problems: list[ListLineProblem]
    entry_count: int
    added: int
    removed: int
    changed: int
    difference: list[EntryDifference]


class ListChange(BaseModel):
    """A change of a list, and what two people said to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})
    change_id: UUID
    list_id: str
    licence: str
    why: str
    based_on: int = Field(description="The version that it was compared with; 0 for a new list")
    entry_count: int
    added: int
    removed: int
    changed: int
    status: ListChangeStatus
    proposed_by: str
    proposed_at: datetime
    judged_by: str | None
    judged_at: datetime | None
    note: str | None
    version: int | None
    problem: str | None
    ended_at: datetime | None


class ListChangeDetail(ListChange):
    """A change with how the list would differ, at most 200 entries of it, while it waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE | {"difference": [_DIFFERENCE]}]})
    difference: list[EntryDifference]


class ListChangePage(BaseModel):
    """A page of changes, newest first."""

    items: list[ListChange]
    next_cursor: str | None


class VersionDifference(BaseModel):
    """How a version of a list differs from the one before it, at most 200 entries of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"list_id": "debtors-3f9a1c", "version": 4, "items": [_DIFFERENCE]}]}
    )
    list_id: str
    version: int
    items: list[EntryDifference]
