"""What may be done with scenarios' values. One call is one part of a transaction that carries the tenant."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import psycopg

from cases import scenario_versions
from governance.actor import Actor
from governance.scenarios import repository
from governance.scenarios.version import (
    Said,
    ScenarioVersion,
    Trial,
    VersionDecided,
    held,
    proposed_values,
    require_future,
    require_sayable,
    require_tried,
)
from kit.clock import Clock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from risk.scenarios.parameters import Version, in_force
from risk.scenarios.segments import Segment

Connection = psycopg.AsyncConnection


class TrialUnderWay(Conflict):
    """A trial of the version waits or runs."""

    code = "trial-under-way"
    title = "A trial of this version is under way"
    remedy = "Read the version again in a moment: its trial says how far it is."


async def versions_held(connection: Connection, actor: Actor) -> list[Version]:
    """Return the tenant's approved versions."""
    return held(await scenario_versions.held(connection, actor.tenant_id))


async def propose(
    connection: Connection, actor: Actor, *, scenario: str, valid_from: date, values: Mapping[str, int], why: str, days: int,
    today: date, now_ms: int, clock: Clock, segment: Segment | None = None,
) -> ScenarioVersion:  # fmt: skip
    """Keep values that would hold from a day on for a segment, or for everybody, and queue their trial over so many days.

    Raises NoSuchScenario, ParameterNotAllowed, NothingToChange, DayHasPassed.
    """
    require_future(valid_from, today=today)
    await repository.lock(connection, actor.tenant_id)
    _, after = proposed_values(
        await versions_held(connection, actor), scenario=scenario, day=valid_from, values=values, segment=segment
    )  # fmt: skip
    version_id = str(uuid7(clock))
    await repository.insert(
        connection, tenant_id=actor.tenant_id, version_id=version_id, scenario=scenario, valid_from=valid_from, values=after,
        why=why, by=actor.name, now=_moment(now_ms), segment=segment,
    )  # fmt: skip
    await _ask(connection, actor, version_id, days=days, now_ms=now_ms, clock=clock)
    return await required(connection, actor, scenario, version_id)


async def try_again(
    connection: Connection, actor: Actor, *, scenario: str, version_id: str, days: int, now_ms: int, clock: Clock
) -> ScenarioVersion:
    """Queue another trial of a proposal. Raises NotFound, VersionDecided, TrialUnderWay."""
    await repository.lock(connection, actor.tenant_id)
    version = await required(connection, actor, scenario, version_id)
    if version.said is not None:
        raise VersionDecided(f"it is {version.status.value}")
    trial = await repository.newest_trial(connection, tenant_id=actor.tenant_id, version_id=version_id)
    if trial is not None and trial.ended_at is None:
        raise TrialUnderWay(f"it is {trial.status.value}")
    await _ask(connection, actor, version_id, days=days, now_ms=now_ms, clock=clock)
    return version


async def say(
    connection: Connection, actor: Actor, said: Said, *, scenario: str, version_id: str, note: str | None, today: date,
    now_ms: int,
) -> ScenarioVersion:  # fmt: skip
    """Approve, reject or withdraw.

    Raises NotFound, VersionDecided, OwnProposal, NotTheirProposal; of an approval NotTriedOnHistory and DayHasPassed.
    """
    await repository.lock(connection, actor.tenant_id)
    version = await required(connection, actor, scenario, version_id)
    require_sayable(version, said, by=actor.name)
    trial: Trial | None = None
    if said is Said.APPROVE:
        require_future(version.valid_from, today=today)
        before = in_force(
            await versions_held(connection, actor), scenario=scenario, day=version.valid_from, segment=version.segment
        )
        found = await repository.newest_trial(connection, tenant_id=actor.tenant_id, version_id=version_id)
        trial = require_tried(found, before=before, after=version.values)
    await repository.say(
        connection, version, said, tenant_id=actor.tenant_id, trial_id=None if trial is None else trial.trial_id,
        by=actor.name, note=note, now=_moment(now_ms),
    )  # fmt: skip
    return await required(connection, actor, scenario, version_id)


async def required(connection: Connection, actor: Actor, scenario: str, version_id: str) -> ScenarioVersion:
    """Return a version. Raises NotFound."""
    found = await repository.find(connection, tenant_id=actor.tenant_id, scenario=scenario, version_id=version_id)
    if found is None:
        raise NotFound(f"{scenario} has no version {version_id}")
    return found


async def _ask(connection: Connection, actor: Actor, version_id: str, *, days: int, now_ms: int, clock: Clock) -> None:
    await repository.ask(
        connection, tenant_id=actor.tenant_id, trial_id=str(uuid7(clock)), version_id=version_id, days=days, by=actor.name,
        now=_moment(now_ms),
    )  # fmt: skip


def _moment(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)
