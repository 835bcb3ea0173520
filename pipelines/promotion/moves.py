"""What may be done with a version: tried beside the champion, held to the gate and promoted, or replaced by the one before."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from contracts.controls import ModelControl
from kit.clock import SystemClock
from kit.errors import Conflict, NotFound
from kit.settings import Settings
from pipelines.lake import log_controls
from pipelines.lake.whole_log import Progress
from pipelines.promotion.evidence import DAYS, gather
from pipelines.promotion.people import read_people
from pipelines.training.slices import unseen_from_ms
from pipelines.versions import CHALLENGER, CHAMPION, Listed, annotate, find, listed
from pipelines.versions import promote as set_alias
from risk.gate import GateResult, judge

SEED = 20_261


class GateClosed(Conflict):
    """The challenger was held to the gate, and may not be promoted."""

    code = "gate-closed"
    title = "The model may not take the champion's place"
    remedy = "Read what speaks against it; a model that is to be tried longer stays the challenger."


def challenge(ours: Settings, version: int) -> None:
    """Have a version scored beside the champion. Raises NotFound, Conflict or NotPublished."""
    found = find(listed(ours), version)
    if CHAMPION in found.aliases:
        raise Conflict(f"version {version} is the champion")
    set_alias(ours, found.model, alias=CHALLENGER)


def hold_to_the_gate(ours: Settings, version: int, *, days: int = DAYS, progress: Progress) -> GateResult:
    """Judge a version by the last weeks, beside the champion. Raises NotFound, Conflict, TooLittleEvidence or BadExport."""
    versions = listed(ours)
    found, champion = find(versions, version), _champion(versions)
    if found.model == champion.model:
        raise Conflict(f"version {version} is the champion")
    clock = SystemClock()
    now_ms = clock.now_ms()
    controls = [
        each.model.control(alias, known_at_ms=now_ms, clock=clock)
        for alias, each in ((CHAMPION, champion), (CHALLENGER, found))
    ]
    evidence = gather(
        ours.lake, ours.models, controls, people=read_people(ours), now_ms=now_ms, days=days, progress=progress,
        unseen_from_ms=max(unseen_from_ms(each.model.cutoff_ms) for each in (champion, found)),
    )  # fmt: skip
    return judge(evidence, seed=SEED)


def promote(ours: Settings, version: int, gate: GateResult, *, by: str, why: str, move_id: str = "") -> None:
    """Have a version decide. Raises GateClosed when the gate said no, NotFound or NotPublished."""
    if not gate.passed:
        raise GateClosed("; ".join(gate.problems))
    found = find(listed(ours), version)
    annotate(ours, found.model, _notes(by, why, move_id) | {"gate": json.dumps(asdict(gate))})
    set_alias(ours, found.model)


def rollback(ours: Settings, *, by: str, why: str, move_id: str = "") -> int:
    """Have the champion before the present one decide again; return its version. Raises NotFound or NotPublished."""
    versions = listed(ours)
    present = _champion(versions)
    before = [
        control
        for control in log_controls(ours.lake)
        if isinstance(control, ModelControl) and control.alias == CHAMPION and control.version != present.model.version
    ]
    if not before:
        raise NotFound("the log names no champion before this one")
    found = find(versions, before[-1].version)
    annotate(ours, found.model, _notes(by, why, move_id))
    set_alias(ours, found.model)
    return found.model.version


def affirm(ours: Settings, move_id: str) -> int | None:
    """Tell the scorer once more of the champion that a move made; None where the move has made none yet."""
    for each in listed(ours):
        if CHAMPION in each.aliases and each.notes.get("move") == move_id:
            set_alias(ours, each.model)
            return each.model.version
    return None


def _champion(versions: list[Listed]) -> Listed:
    for each in versions:
        if CHAMPION in each.aliases:
            return each
    raise NotFound("there is no champion yet: train one first")


def _notes(by: str, why: str, move_id: str) -> dict[str, str]:
    moment = f"{datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"promoted_by": by, "promoted_at": moment, "promoted_why": why or "-", "move": move_id}
