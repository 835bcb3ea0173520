"""Versions of a scenario's values: what one is, and what may be said to it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cases.scenario_versions import HeldVersion
from governance.jobs import Job
from kit.errors import Conflict, DomainError
from kit.log import get_logger
from risk.scenarios.catalogue import SCENARIOS
from risk.scenarios.parameters import NoSuchScenario, Version, in_force


class ScenarioVersionStatus(StrEnum):
    """Where a version stands. An approved one holds from its first day on, until a later one does."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Said(StrEnum):
    """What can be said to a version, once."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


STATUS_AFTER = {
    None: ScenarioVersionStatus.PROPOSED,
    Said.APPROVE: ScenarioVersionStatus.APPROVED,
    Said.REJECT: ScenarioVersionStatus.REJECTED,
    Said.WITHDRAW: ScenarioVersionStatus.WITHDRAWN,
}


class TrialStatus(StrEnum):
    """Where a trial on history stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Job):
    """A version tried on history. `result` is a `pipelines.aml.trials.report.TrialReport`, once it is done."""

    trial_id: str
    version_id: str
    days: int
    status: TrialStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioVersion:
    """All values of a scenario's parameters from a day on, who proposed them and why, and what was said to it."""

    version_id: str
    scenario: str
    segment: str | None
    valid_from: date
    values: dict[str, int]
    why: str
    proposed_by: str
    proposed_at: datetime
    said: Said | None
    said_by: str | None
    said_at: datetime | None
    note: str | None

    @property
    def status(self) -> ScenarioVersionStatus:
        """Where it stands."""
        return STATUS_AFTER[self.said]


class NothingToChange(DomainError):
    """The scenario has no parameter, or the proposal says what holds already."""

    code = "nothing-to-change"
    title = "That would change nothing"
    remedy = "Read the scenario's values in force on that day, and propose others."


class DayHasPassed(DomainError):
    """The values are to hold from a day that is over: what was judged on it would no longer be explained by what held."""

    code = "day-has-passed"
    title = "Values cannot hold from a day that has passed"
    remedy = "Propose them from today or from a later day on."


class VersionDecided(Conflict):
    """Something was said to the version already."""

    code = "scenario-version-decided"
    title = "The version has been decided already"
    remedy = "Read the version again; to change values once more, propose another one."


class OwnProposal(DomainError):
    """Whoever proposed a version wanted to judge it."""

    code = "own-proposal"
    title = "Somebody else has to judge this"
    remedy = "Ask a colleague with the role compliance or admin: nobody approves or rejects what they proposed themselves."


class NotTheirProposal(DomainError):
    """Somebody wanted to withdraw what another proposed."""

    code = "not-their-proposal"
    title = "Only whoever proposed this withdraws it"
    remedy = "Reject it, with a note that says why."


class NotTriedOnHistory(Conflict):
    """No trial of these values came to its end, or what held before has changed since."""

    code = "scenario-not-tried"
    title = "These values were not tried on history"
    remedy = "Start a trial of this version, read what would come and go, and approve it then."


def held(rows: Iterable[HeldVersion]) -> list[Version]:
    """Return approved rows as the scenarios read them.

    One that today's catalogue does not allow (its bounds were narrowed since) is told of in the log and does not hold.
    """
    found = []
    for row in rows:
        try:
            found.append(Version(row.scenario, row.valid_from, row.values, row.segment))
        except DomainError as problem:
            get_logger().warning("scenario version not allowed", scenario=row.scenario, problem=str(problem))
    return found


def proposed_values(
    versions: Iterable[Version], *, scenario: str, day: date, values: Mapping[str, int], segment: str | None = None
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what holds on a day for a segment (None: for everybody), and what would with a proposal.

    Raises NoSuchScenario, ParameterNotAllowed, NothingToChange.
    """
    if scenario not in SCENARIOS:
        raise NoSuchScenario(scenario)
    Version(scenario, day, values)
    before = in_force(versions, scenario=scenario, day=day, segment=segment)
    after = before | dict(values)
    if after == before:
        raise NothingToChange(f"{scenario} has these values on {day} already")
    return before, after


def require_future(valid_from: date, *, today: date) -> None:
    """Raise DayHasPassed for a day before today."""
    if valid_from < today:
        raise DayHasPassed(f"{valid_from} is before {today}")


def require_sayable(version: ScenarioVersion, said: Said, *, by: str) -> None:
    """Raise VersionDecided, OwnProposal or NotTheirProposal."""
    if version.said is not None:
        raise VersionDecided(f"it is {version.status.value}")
    if said is Said.WITHDRAW and version.proposed_by != by:
        raise NotTheirProposal("another person proposed it")
    if said is not Said.WITHDRAW and version.proposed_by == by:
        raise OwnProposal("they proposed it themselves")


def require_tried(trial: Trial | None, *, before: Mapping[str, int], after: Mapping[str, int]) -> Trial:
    """Return the trial that an approval rests on: one that ended, of these values against what holds now."""
    if trial is None or trial.result is None:
        raise NotTriedOnHistory("no trial of this version came to its end")
    if _values(trial.result, "before") != before or _values(trial.result, "after") != after:
        raise NotTriedOnHistory("what holds before it has changed since it was tried")
    return trial


def _values(result: Mapping[str, Any], side: str) -> Any:
    return result.get(side, {}).get("values")
