"""Routes: policy versions and what may be done with them, lists, and trials on history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, moment_text, page
from serving.risk import schemas

router = APIRouter(prefix="/v1/risk", tags=["risk"])
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
ListId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Value = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:@-]+$", max_length=64)]
Shown = dict[str, object]


@router.get("/vocabulary", response_model=schemas.Vocabulary, responses=refusals(401, 403))
async def vocabulary(parts: Parts) -> Shown:
    """Return every name that a rule's expression may use, and the rules that are built in."""
    return parts.risk.vocabulary()


@router.get("/policies", response_model=schemas.PolicyPage, responses=refusals(401, 403, 422))
async def list_policies(principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Shown:
    """List policy versions, newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.risk.policies(principal, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["version"])),))


@router.post("/policies", status_code=201, response_model=schemas.PolicyDetail, responses=refusals(401, 403, 404, 422))
async def write_policy(draft: schemas.NewPolicy, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Keep a draft as the next version. What is wrong with it is said with its place, and then nothing is kept."""
    return await parts.risk.write(principal, draft, correlation_id=correlation_id)


@router.post("/policies/check", response_model=schemas.Findings, responses=refusals(401, 403, 422))
async def check_policy(draft: schemas.Draft, principal: Caller, parts: Parts) -> Shown:
    """Say everything that is wrong with a document; keep nothing."""
    return await parts.risk.check(principal, draft.document)


@router.get("/policies/active", response_model=schemas.ActivePolicy, responses=refusals(401, 403))
async def active_policy(principal: Caller, parts: Parts) -> Shown:
    """Return what decides now."""
    return await parts.risk.active(principal)


@router.get("/policies/{version}", response_model=schemas.PolicyDetail, responses=refusals(401, 403, 404, 422))
async def get_policy(version: Version, principal: Caller, parts: Parts) -> Shown:
    """Return one version with everything that was done with it."""
    return await parts.risk.policy(principal, version)


@router.post("/policies/{version}/judgement", response_model=schemas.PolicyDetail, responses=refusals(401, 403, 404, 409, 422))
async def judge_policy(
    version: Version, judgement: schemas.Judgement, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Approve or reject a draft that somebody else wrote."""
    return await parts.risk.judge(principal, version, judgement, correlation_id=correlation_id)


@router.post("/policies/{version}/activation", response_model=schemas.PolicyDetail, responses=refusals(401, 403, 404, 409, 422))
async def activate_policy(
    version: Version, activation: schemas.Activation, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Decide by an approved and tried version from the scorer's next batch on, or go back to a retired one."""
    return await parts.risk.activate(principal, version, activation, correlation_id=correlation_id)


@router.get("/lists", response_model=schemas.Lists, responses=refusals(401, 403))
async def list_lists(principal: Caller, parts: Parts) -> Shown:
    """Return all lists."""
    return await parts.risk.lists(principal)


@router.post("/lists", status_code=201, response_model=schemas.List, responses=refusals(401, 403, 409, 422))
async def make_list(new: schemas.NewList, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Make an empty list that rules may ask for."""
    return await parts.risk.make_list(principal, new, correlation_id=correlation_id)


@router.get("/lists/{list_id}/entries", response_model=schemas.EntryPage, responses=refusals(401, 403, 404, 422))
async def list_entries(
    list_id: ListId,
    principal: Caller,
    parts: Parts,
    removed: Annotated[bool, Query(description="Those that were taken off too")] = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """Return a list's entries, newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.risk.entries(principal, list_id, before=before[0] if before else None, removed=removed, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["entry_id"])),))


@router.post("/lists/{list_id}/entries", status_code=204, responses=refusals(401, 403, 404, 409, 422))
async def add_entry(
    list_id: ListId, entry: schemas.NewEntry, principal: Caller, parts: Parts, correlation_id: Correlation
) -> None:
    """Put a value on a list, from the scorer's next batch on."""
    await parts.risk.add_entry(principal, list_id, entry, correlation_id=correlation_id)


@router.delete("/lists/{list_id}/entries/{value}", status_code=204, responses=refusals(401, 403, 404, 422))
async def remove_entry(list_id: ListId, value: Value, principal: Caller, parts: Parts, correlation_id: Correlation) -> None:
    """Take a value off a list, from the scorer's next batch on."""
    await parts.risk.remove_entry(principal, list_id, value, correlation_id=correlation_id)


@router.get("/simulations", response_model=schemas.SimulationPage, responses=refusals(401, 403, 422))
async def list_simulations(
    principal: Caller,
    parts: Parts,
    policy_version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List trials on history, newest first."""
    before = decode_cursor(cursor, str, str)
    rows = await parts.risk.simulations(principal, version=policy_version, before=before, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (moment_text(row["asked_at"]), str(row["simulation_id"])))


@router.post("/simulations", status_code=202, response_model=schemas.Simulation, responses=refusals(401, 403, 404, 422))
async def simulate(new: schemas.NewSimulation, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Try a policy version on history: the answer says where to look for how far it is and what it found."""
    return await parts.risk.simulate(principal, new, correlation_id=correlation_id)


@router.get("/simulations/{simulation_id}", response_model=schemas.Simulation, responses=refusals(401, 403, 404, 422))
async def get_simulation(simulation_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return one trial with its progress and its result."""
    return await parts.risk.simulation(principal, str(simulation_id))


@router.post(
    "/simulations/{simulation_id}/cancellation", response_model=schemas.Simulation, responses=refusals(401, 403, 404, 409, 422)
)
async def cancel_simulation(simulation_id: UUID, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """End a trial that is not at its end."""
    return await parts.risk.cancel(principal, str(simulation_id), correlation_id=correlation_id)
