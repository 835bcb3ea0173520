"""Scenarios as they hold today, and changes of their values: proposed, tried, judged by somebody else."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from governance.scenarios import repository
from governance.scenarios.service import propose, required, say, try_again, versions_held
from governance.scenarios.version import Said, ScenarioVersion, Trial
from kit.clock import Clock
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from ledger.days import day_of
from risk.scenarios.catalogue import SCENARIOS
from risk.scenarios.declared import Scenario
from risk.scenarios.parameters import Version, in_force
from serving.edge.clocks import TenantClocks
from serving.edge.principals import Principal
from serving.risk.change import actor_of, change
from serving.scenarios import schemas

Shown = dict[str, object]
_OF_ONE = "/v1/scenarios/{scenario}/versions"


class ScenarioService:
    """What the scenario routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock, clocks: TenantClocks) -> None:
        self._core = core
        self._clock = clock
        self._clocks = clocks

    async def scenarios(self, principal: Principal) -> Shown:
        """Return all scenarios with the values that hold today."""
        today = day_of(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            versions = await versions_held(connection, actor_of(principal))
            waiting = await repository.waiting(connection, tenant_id=principal.tenant_id)
        return {
            "items": [_scenario(each, versions, today=today, waiting=waiting.get(each.code, 0)) for each in SCENARIOS.values()]
        }

    async def versions(
        self, principal: Principal, scenario: str, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Shown]:
        """Return a scenario's versions, newest first. Raises NotFound."""
        _known(scenario)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, scenario=scenario, before=before, limit=limit
            )
        return [_version(each) for each in found]

    async def version(self, principal: Principal, scenario: str, version_id: UUID) -> Shown:
        """Return a version with its newest trial. Raises NotFound."""
        _known(scenario)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await required(connection, actor_of(principal), scenario, str(version_id))
            return await self._detail(connection, principal, found)

    async def propose(
        self, principal: Principal, scenario: str, wanted: schemas.NewScenarioVersion, *, correlation_id: str
    ) -> Shown:
        """Keep a proposal and queue its trial.

        Raises NotFound, ParameterNotAllowed, NothingToChange, DayHasPassed, or Forbidden for a machine client.
        """
        principal.require_person("proposes how scenarios judge")
        _known(scenario)
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with change(self._core, principal, f"POST {_OF_ONE}", correlation_id, why=wanted.why) as (connection, said):
            made = await propose(
                connection, actor_of(principal), scenario=scenario, valid_from=wanted.valid_from, values=wanted.values,
                why=wanted.why, days=wanted.days, today=day_of(now_ms), now_ms=now_ms, clock=self._clock,
                segment=wanted.segment,
            )  # fmt: skip
            said["resource"] = _named(made)
            return await self._detail(connection, principal, made)

    async def try_again(
        self, principal: Principal, scenario: str, version_id: UUID, wanted: schemas.NewScenarioTrial, *, correlation_id: str
    ) -> Shown:
        """Queue another trial. Raises NotFound, VersionDecided, TrialUnderWay."""
        _known(scenario)
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        action = f"POST {_OF_ONE}/{{version_id}}/trial"
        async with change(self._core, principal, action, correlation_id) as (connection, said):
            found = await try_again(
                connection, actor_of(principal), scenario=scenario, version_id=str(version_id), days=wanted.days,
                now_ms=now_ms, clock=self._clock,
            )  # fmt: skip
            said["resource"] = _named(found)
            return await self._detail(connection, principal, found)

    async def judge(
        self, principal: Principal, scenario: str, version_id: UUID, judgement: schemas.ScenarioJudgement, *,
        correlation_id: str,
    ) -> Shown:  # fmt: skip
        """Approve or reject what somebody else proposed.

        Raises NotFound, VersionDecided, OwnProposal, NotTriedOnHistory, DayHasPassed, or Forbidden for a machine client.
        """
        principal.require_person("judges what somebody proposed")
        said = Said.APPROVE if judgement.approve else Said.REJECT
        route = f"POST {_OF_ONE}/{{version_id}}/judgement"
        return await self._say(principal, scenario, version_id, said, judgement.note, route, correlation_id)

    async def withdraw(
        self, principal: Principal, scenario: str, version_id: UUID, wanted: schemas.Withdrawal, *, correlation_id: str
    ) -> Shown:
        """Take back what one proposed oneself. Raises NotFound, VersionDecided, NotTheirProposal."""
        route = f"POST {_OF_ONE}/{{version_id}}/withdrawal"
        return await self._say(principal, scenario, version_id, Said.WITHDRAW, wanted.note, route, correlation_id)

    async def _say(
        self, principal: Principal, scenario: str, version_id: UUID, said: Said, note: str | None, route: str,
        correlation_id: str,
    ) -> Shown:  # fmt: skip
        _known(scenario)
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with change(self._core, principal, route, correlation_id, said=said.value, note=note) as (connection, row):
            found = await say(
                connection, actor_of(principal), said, scenario=scenario, version_id=str(version_id), note=note,
                today=day_of(now_ms), now_ms=now_ms,
            )  # fmt: skip
            row["resource"] = _named(found)
            return await self._detail(connection, principal, found)

    @staticmethod
    async def _detail(connection: AsyncConnection, principal: Principal, version: ScenarioVersion) -> Shown:
        trial = await repository.newest_trial(connection, tenant_id=principal.tenant_id, version_id=version.version_id)
        before = _before(await versions_held(connection, actor_of(principal)), version, trial)
        return _version(version) | {"before": before, "trial": None if trial is None else _trial(trial)}


def _before(versions: list[Version], version: ScenarioVersion, trial: Trial | None) -> Mapping[str, int]:
    """What a version is compared with: what holds without it, or of a decided one what its trial was held against."""
    if version.said is not None and trial is not None and trial.result is not None:
        held: Mapping[str, int] = trial.result.get("before", {}).get("values", {})
        if held:
            return held
    return in_force(versions, scenario=version.scenario, day=version.valid_from, segment=version.segment)


def _known(scenario: str) -> None:
    if scenario not in SCENARIOS:
        raise NotFound(f"there is no scenario {scenario}; there are: {', '.join(SCENARIOS)}")


def _named(version: ScenarioVersion) -> str:
    return f"scenarios/{version.scenario}/{version.version_id}"


def _scenario(scenario: Scenario, versions: list[Version], *, today: date, waiting: int) -> Shown:
    values = in_force(versions, scenario=scenario.code, day=today)
    days = sorted(each.valid_from for each in versions if each.scenario == scenario.code and each.segment is None)
    return {
        "scenario": scenario.code,
        "title": scenario.title,
        "severity": scenario.severity,
        "engine": scenario.engine,
        "sources": [each.value for each in scenario.sources],
        "template": scenario.rule,
        "rule": scenario.in_words(values),
        "parameters": [
            {
                "name": each.name, "unit": each.unit, "meaning": each.meaning, "least": each.least, "most": each.most,
                "default": each.default, "value": values[each.name],
            }
            for each in scenario.parameters
        ],
        "since": max((day for day in days if day <= today), default=None),
        "waiting": waiting,
        "next_from": min((day for day in days if day > today), default=None),
    }  # fmt: skip


def _version(version: ScenarioVersion) -> Shown:
    scenario = SCENARIOS[version.scenario]
    return {
        "version_id": version.version_id, "scenario": version.scenario, "segment": version.segment,
        "valid_from": version.valid_from, "values": version.values,
        "rule": scenario.in_words(scenario.defaults | version.values), "why": version.why,
        "proposed_by": version.proposed_by, "proposed_at": version.proposed_at, "status": version.status,
        "said_by": version.said_by, "said_at": version.said_at, "note": version.note,
    }  # fmt: skip


def _trial(trial: Trial) -> Shown:
    return {name: getattr(trial, name) for name in schemas.ScenarioTrial.model_fields}
