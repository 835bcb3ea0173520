"""An engine as facts and arrays: all that it is. One that takes them over goes on as if it had folded the log itself.

Pure: files are `streams.scorer`'s. Arrays are views of what is in use; facts are the rest. What a process counts of its own
work is in no snapshot, as no fold gives it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control, ModelControl, PolicyControl
from kit.errors import DomainError
from scoring.engine import UNUSABLE, Engine
from scoring.memory import MemoryShape


class SnapshotUnfit(DomainError):
    """A snapshot cannot be used here and now; an older one, or the log from its beginning, can."""

    code = "snapshot-unfit"
    title = "A snapshot of the scorer's state does not fit"
    remedy = "Nothing: the start goes on with an older snapshot, or folds the log. The file is replaced by a later snapshot."


class KeptProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Slow features of one entity."""

    tenant_id: str
    entity: str
    entity_id: str
    values: dict[str, float]


class KeptList(msgspec.Struct, frozen=True, kw_only=True):
    """The values on one list, each with its end."""

    tenant_id: str
    list_id: str
    until_ms: dict[str, int]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine is besides its arrays, and how large those are. `next_n` is the number of the log's next record."""

    epoch: int
    next_n: int
    window_counters: list[int]
    memory: MemoryShape
    tenants: int
    texts: int
    text_bytes: int
    in_force: list[ModelControl | PolicyControl]
    unfollowed: list[Control]
    unusable: int
    controls_seen: list[str]
    profiles: list[KeptProfile]
    lists: list[KeptList]
    labels_waiting: int


def describe(engine: Engine) -> Facts:
    """Return the facts of an engine that nobody changes meanwhile."""
    controls = engine.controls
    return Facts(
        epoch=engine.epoch,
        next_n=engine.next_n,
        window_counters=engine.features.state.parts()["counters"].tolist(),
        memory=engine.memory.shape(),
        tenants=len(engine.tenants.names),
        texts=len(engine.lexicon),
        text_bytes=engine.lexicon.bytes_used,
        in_force=controls.in_force,
        unfollowed=controls.unfollowed,
        unusable=controls.unusable,
        controls_seen=controls.seen,
        profiles=[
            KeptProfile(tenant_id=tenant_id, entity=entity, entity_id=entity_id, values=values)
            for (tenant_id, entity, entity_id), values in engine.features.profiles.items()
        ],
        lists=[
            KeptList(tenant_id=tenant_id, list_id=list_id, until_ms=dict(until_ms))
            for (tenant_id, list_id), until_ms in engine.lists.values.items()
        ],
        labels_waiting=len(engine.labels),
    )


def arrays(engine: Engine, facts: Facts) -> dict[str, NDArray[Any]]:
    """Return views of the arrays that `facts` are of, by name; each is contiguous."""
    windows = engine.features.state.parts()
    del windows["counters"]
    windows["highs"] = windows["highs"][: facts.tenants]
    groups: Mapping[str, Mapping[str, NDArray[Any]]] = {
        "windows": windows,
        "memory": engine.memory.arrays(),
        "tenants": engine.tenants.arrays(facts.tenants),
        "labels": engine.labels.arrays(facts.tenants),
        "lexicon": {
            "starts": engine.lexicon.starts[: facts.texts + 1],
            "arena": engine.lexicon.arena[: facts.text_bytes],
        },
    }
    return {f"{group}.{name}": part for group, parts in groups.items() for name, part in parts.items()}


def restore(engine: Engine, facts: Facts, fill: Callable[[dict[str, NDArray[Any]]], None]) -> None:
    """Make a fresh engine what another one was: `fill` writes what `arrays` gave into views of the same names and shapes.

    Raises SnapshotUnfit, and whatever `fill` raises; the engine is then of no further use.
    """
    try:
        engine.features.state.take_counters(np.array(facts.window_counters, np.int64), tenants=facts.tenants)
        engine.memory.take_shape(facts.memory)
        engine.lexicon.make_room(texts=facts.texts, size=facts.text_bytes)
        engine.labels.make_room(facts.labels_waiting)
        fill(arrays(engine, facts))
        engine.labels.index()
        engine.tenants.index(facts.tenants)
        engine.lexicon.index(facts.texts)
        engine.lists.restore({(kept.tenant_id, kept.list_id): kept.until_ms for kept in facts.lists})
        _follow(engine, facts)
    except UNUSABLE as problem:
        raise SnapshotUnfit(str(problem)) from problem
    engine.features.profiles = {(kept.tenant_id, kept.entity, kept.entity_id): kept.values for kept in facts.profiles}
    engine.epoch, engine.next_n = facts.epoch, facts.next_n


def _follow(engine: Engine, facts: Facts) -> None:
    """Have the same controls in force that a fold of the log would leave in force here."""
    for control in facts.in_force:
        engine.apply_control(control)
    for passed_over in facts.unfollowed:
        try:
            engine.apply_control(passed_over)
        except UNUSABLE:
            engine.controls.pass_over(passed_over)
        else:
            raise SnapshotUnfit(f"control {passed_over.control_id} could not be followed then, and can be now")
    engine.controls.restore_counts(seen=facts.controls_seen, unusable=facts.unusable)
