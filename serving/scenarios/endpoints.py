"""Routes: scenarios and the values of their parameters."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, moment_text, page
from serving.risk.change import place_of
from serving.scenarios import schemas

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"])
ScenarioCode = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]*$", max_length=48)]
Shown = dict[str, object]
ONE = "/{scenario}/versions/{version_id}"


@router.get("", response_model=schemas.Scenarios, responses=refusals(401, 403))
async def list_scenarios(principal: Caller, parts: Parts) -> Shown:
    """Return what is looked for, each rule in words with the values that hold today."""
    return await parts.scenarios.scenarios(principal)


@router.get("/{scenario}/versions", response_model=schemas.ScenarioVersionPage, responses=refusals(401, 403, 404, 422))
async def list_scenario_versions(
    scenario: ScenarioCode, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Shown:
    """Return every change of a scenario's values that was proposed, newest first, and what was said to it."""
    before = place_of(decode_cursor(cursor, str, str))
    rows = await parts.scenarios.versions(principal, scenario, before=before, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (moment_text(row["proposed_at"]), str(row["version_id"])))


@router.post(
    "/{scenario}/versions", status_code=201, response_model=schemas.ScenarioVersionDetail,
    responses=refusals(401, 403, 404, 422),
)  # fmt: skip
async def propose_scenario_version(
    scenario: ScenarioCode, wanted: schemas.NewScenarioVersion, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Propose values from a day on; they are tried on history at once, and somebody else judges them."""
    return await parts.scenarios.propose(principal, scenario, wanted, correlation_id=correlation_id)


@router.get(ONE, response_model=schemas.ScenarioVersionDetail, responses=refusals(401, 403, 404, 422))
async def get_scenario_version(scenario: ScenarioCode, version_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return one version with its newest trial: how far it is, and what it found."""
    return await parts.scenarios.version(principal, scenario, version_id)


@router.post(
    f"{ONE}/trial", status_code=202, response_model=schemas.ScenarioVersionDetail, responses=refusals(401, 403, 404, 409, 422)
)
async def try_scenario_version(
    scenario: ScenarioCode, version_id: UUID, wanted: schemas.NewScenarioTrial, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Try a proposal on history once more: over other days, or since what held before it has changed."""
    return await parts.scenarios.try_again(principal, scenario, version_id, wanted, correlation_id=correlation_id)


@router.post(f"{ONE}/judgement", response_model=schemas.ScenarioVersionDetail, responses=refusals(401, 403, 404, 409, 422))
async def judge_scenario_version(
    scenario: ScenarioCode, version_id: UUID, judgement: schemas.ScenarioJudgement, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Approve or reject what somebody else proposed. It is approved with the trial of exactly these values, or not at all."""
    return await parts.scenarios.judge(principal, scenario, version_id, judgement, correlation_id=correlation_id)


@router.post(f"{ONE}/withdrawal", response_model=schemas.ScenarioVersionDetail, responses=refusals(401, 403, 404, 409, 422))
async def withdraw_scenario_version(
    scenario: ScenarioCode, version_id: UUID, wanted: schemas.Withdrawal, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Take back what one proposed oneself, before anybody has judged it."""
    return await parts.scenarios.withdraw(principal, scenario, version_id, wanted, correlation_id=correlation_id)
