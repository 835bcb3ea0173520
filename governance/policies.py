"""Policy versions: what one holds, and which moves its status may make."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from contracts.controls import MAX_RULES, MAX_SEGMENTS, PolicyControl, PolicyRule, PolicySegment, Share
from kit.errors import Conflict, DomainError
from risk.costs import CostModel


class PolicyDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rules, thresholds and costs: all that a policy decides by. Probabilities from 0 to 1; costs in minor units.

    Of `segments` the first whose expression holds gives the thresholds; where none does, the document's own count.
    """

    review_from: Share
    deny_from: Share
    step_up_from: Share | None = None
    control_group_ppm: Annotated[int, Meta(ge=0, le=100_000)] = 5_000
    rules: Annotated[list[PolicyRule], Meta(max_length=MAX_RULES)] = []
    segments: Annotated[list[PolicySegment], Meta(max_length=MAX_SEGMENTS)] = []
    costs: CostModel = msgspec.field(default_factory=CostModel)


class Status(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTIVE = "active"
    RETIRED = "retired"


class Move(StrEnum):
    """What can be done with a version."""

    APPROVE = "approve"
    REJECT = "reject"
    ACTIVATE = "activate"


# From where each move starts. A retired version is activated again by the same move: that is how one goes back.
_FROM = {
    Move.APPROVE: frozenset({Status.DRAFT}),
    Move.REJECT: frozenset({Status.DRAFT}),
    Move.ACTIVATE: frozenset({Status.APPROVED, Status.RETIRED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version with its history in short."""

    version: int
    status: Status
    document: PolicyDocument
    note: str
    based_on: int | None
    author: str
    written_at: datetime
    judged_by: str | None
    judged_at: datetime | None
    activated_by: str | None
    activated_at: datetime | None
    retired_at: datetime | None


class MoveNotAllowed(Conflict):
    """The version's status does not allow the move."""

    code = "policy-move-not-allowed"
    title = "The policy version does not stand where this move starts"
    remedy = "Read the version again: a draft is approved or rejected, an approved or retired one is activated."


class SamePerson(DomainError):
    """Whoever wrote a version wanted to judge it."""

    code = "four-eyes"
    title = "Somebody else has to judge this"
    remedy = "Ask a colleague with the role risk or admin: whoever wrote a version does not approve or reject it."


class NotTried(Conflict):
    """A version was to be activated that nobody tried on history."""

    code = "policy-not-tried"
    title = "The policy version was not tried on history"
    remedy = "Start a simulation of this version, read what it found, and activate the version then."


def require_move(version: PolicyVersion, move: Move, *, by: str) -> None:
    """Raise MoveNotAllowed, or SamePerson when an author judges what is the author's own."""
    if version.status not in _FROM[move]:
        raise MoveNotAllowed(f"version {version.version} is {version.status.value}, so that it cannot be {_PAST[move]}")
    if move is not Move.ACTIVATE and version.author == by:
        raise SamePerson(f"version {version.version} is {by}'s own")


_PAST = {Move.APPROVE: "approved", Move.REJECT: "rejected", Move.ACTIVATE: "activated"}


def name_of(version: int) -> str:
    """What decisions call a version."""
    return f"policy-{version}"


def control_of(document: PolicyDocument, *, version: int, tenant_id: str, control_id: str, known_at_ms: int) -> PolicyControl:
    """Return the control that has the scorer decide by a document."""
    return PolicyControl(
        control_id=control_id,
        known_at=known_at_ms,
        version=name_of(version),
        tenant_id=tenant_id,
        review_from=document.review_from,
        deny_from=document.deny_from,
        step_up_from=document.step_up_from,
        control_group_ppm=document.control_group_ppm,
        rules=document.rules,
        segments=document.segments,
    )


def encode(document: PolicyDocument) -> tuple[bytes, bytes]:
    """Return the document as JSON, and its SHA-256."""
    text = msgspec.json.encode(document)
    return text, hashlib.sha256(text).digest()


def decode(content: Any) -> PolicyDocument:
    """Read what the database keeps."""
    return msgspec.convert(content, PolicyDocument)
