"""A version of the fraud model as the registry knows it, and a move of one: asked for by the API, carried out by a worker."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from governance.jobs import Job
from kit.errors import Conflict


class MoveUnderWay(Conflict):
    """Of a tenant's moves one is carried out at a time."""

    code = "move-under-way"
    title = "Another move of a model is not at its end"
    remedy = "Wait for it (`GET /v1/risk/moves`), then ask again: it may change what decides."


class MoveKind(StrEnum):
    """What is done with a version."""

    CHALLENGE = "challenge"  # scored beside the champion, which goes on to decide
    PROMOTE = "promote"  # held to the gate, and decides if nothing speaks against it
    ROLLBACK = "rollback"  # the champion before the present one decides again


class MoveStatus(StrEnum):
    """Where a move stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """One version. `metrics` are those of its training; `promoted_*` are None until it was champion once."""

    version: int
    name: str
    run_id: str
    made_at: datetime
    known_until: datetime
    aliases: list[str]
    metrics: dict[str, float]
    promoted_by: str | None
    promoted_at: datetime | None
    promoted_why: str | None
    seen_at: datetime
    card: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMove(Job):
    """One move.

    `result` is a `risk.gate.GateResult` of a version that was held to the gate, once the move is at its end: with problems it
    was not promoted. `version` is None for a rollback, which finds it itself.
    """

    move_id: str
    kind: MoveKind
    version: int | None
    dry_run: bool
    why: str
    status: MoveStatus
