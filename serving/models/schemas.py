"""What the routes of models take and give."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from governance.models.model import MoveKind, MoveStatus
from serving.edge.schemas import Job, Text

_MODEL: dict[str, JsonValue] = {
    "version": 4, "name": "fraud", "run_id": "0f6a2c1b7d2e4c3d9a8b7c6d5e4f3a2b", "made_at": "2025-11-24T06:48:10Z",
    "known_until": "2025-11-24T03:00:00Z", "aliases": ["challenger"], "promoted_by": None, "promoted_at": None,
    "promoted_why": None, "seen_at": "2025-11-24T06:48:21Z",
    "metrics": {"average_precision": 0.71, "average_precision_low": 0.66, "average_precision_high": 0.75, "auc": 0.982},
}  # fmt: skip
_MOVE: dict[str, JsonValue] = {
    "move_id": "0193f2aa-1111-7aaa-8aaa-aaaaaaaaaaaa", "kind": "promote", "version": 4, "dry_run": False,
    "why": "It finds the takeovers of last week", "status": "done", "asked_by": "user:0193f2aa-2222-7aaa-8aaa-aaaaaaaaaaaa",
    "asked_at": "2025-11-24T16:00:00Z", "done_records": 1000000, "all_records": 1000000, "problem": None,
    "ended_at": "2025-11-24T16:00:31Z",
    "result": {
        "from_ms": 1761436800000, "until_ms": 1763337600000,
        "decisions": 214000, "frauds": 412, "champion_average_precision": 0.69, "challenger_average_precision": 0.71,
        "gain": 0.02, "gain_low": 0.004, "gain_high": 0.036, "champion_us": 2.1, "challenger_us": 2.3, "problems": [],
        "groups": [
            {
                "dimension": "channel", "group": "pix", "decisions": 101000, "frauds": 260, "champion_recall": 0.71,
                "challenger_recall": 0.74, "champion_false_alarms": 410, "challenger_false_alarms": 395, "large": True,
            }
        ],
    },
}  # fmt: skip


class ModelVersion(BaseModel):
    """A version as the registry has it; `seen_at` is when it was last copied from there with something new.

    `metrics` are those of its training, on days that it had not seen. `promoted_*` are null until it was champion once.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_MODEL]})
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


class ModelDetail(ModelVersion):
    """A version with its model card (Markdown), null for one that was trained before there were any."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MODEL | {"card": "# fraud-4\n\nTrained on …"}]})
    card: str | None


class ModelPage(BaseModel):
    """A page of versions, newest first."""

    items: list[ModelVersion]
    next_cursor: str | None


class NewMove(BaseModel):
    """`challenge` and `promote` name a version, `rollback` none. A dry run is held to the gate and changes nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "promote", "version": 4, "why": "It finds last week's takeovers"}]},
    )
    kind: MoveKind
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    dry_run: bool = False
    why: Text = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.version is None) != (self.kind is MoveKind.ROLLBACK):
            raise ValueError("version: a rollback names none, other moves do")
        if self.dry_run and self.kind is not MoveKind.PROMOTE:
            raise ValueError("dry_run: of a promotion only")
        return self


class ModelMove(Job):
    """A move: how far it is, what the gate found, and what was wrong if it failed.

    A version that was held to the gate decides only if `result.problems` is empty and it was no dry run.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_MOVE]})
    move_id: str
    kind: MoveKind
    version: int | None
    dry_run: bool
    why: str
    status: MoveStatus


class MovePage(BaseModel):
    """A page of moves, newest first."""

    items: list[ModelMove]
    next_cursor: str | None
