"""Routes: changes of a tenant's own watch-lists, and how versions of lists differ."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, moment_text, page
from serving.list_changes import schemas
from serving.risk.change import place_of
from serving.screening.judged import ScreeningChangeJudgement, ScreeningChangeWithdrawal

router = APIRouter(prefix="/v1/screening", tags=["screening"])
ListId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]*$", max_length=48)]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Shown = dict[str, object]


@router.get("/changes", response_model=schemas.ListChangePage, responses=refusals(401, 403, 422))
async def list_list_changes(
    principal: Caller,
    parts: Parts,
    list_id: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9-]*$", max_length=48, description="Those of one list")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """Return changes of the tenant's own lists, newest first."""
    before = place_of(decode_cursor(cursor, str, str))
    rows = await parts.list_changes.changes(principal, list_id=list_id, before=before, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (moment_text(row["proposed_at"]), str(row["change_id"])))


@router.post("/changes", status_code=201, response_model=schemas.ListChangeDetail, responses=refusals(401, 403, 409, 413, 422))
async def propose_list_change(
    wanted: schemas.NewListChange, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Propose a list as it is to be from now on, whole; somebody else approves how it differs."""
    return await parts.list_changes.propose(principal, wanted, correlation_id=correlation_id)


@router.post("/changes/check", response_model=schemas.CheckedList, responses=refusals(401, 403, 409, 413, 422))
async def check_list_change(content: schemas.ListContent, principal: Caller, parts: Parts) -> Shown:
    """Say of each line that cannot be read what is wrong, or how the list would differ; keep nothing."""
    return await parts.list_changes.check(principal, content)


@router.get("/changes/{change_id}", response_model=schemas.ListChangeDetail, responses=refusals(401, 403, 404, 422))
async def get_list_change(change_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return one change, and how the list would differ while it waits."""
    return await parts.list_changes.change(principal, change_id)


@router.post(
    "/changes/{change_id}/judgement", response_model=schemas.ListChangeDetail, responses=refusals(401, 403, 404, 409, 422)
)
async def judge_list_change(
    change_id: UUID,
    judgement: ScreeningChangeJudgement,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> Shown:
    """Approve or reject what somebody else proposed. Approved, it is loaded within a minute and everybody is screened again."""
    return await parts.list_changes.judge(principal, change_id, judgement, correlation_id=correlation_id)


@router.post(
    "/changes/{change_id}/withdrawal", response_model=schemas.ListChangeDetail, responses=refusals(401, 403, 404, 409, 422)
)
async def withdraw_list_change(
    change_id: UUID,
    wanted: ScreeningChangeWithdrawal,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> Shown:
    """Take back what one proposed oneself, before anybody has judged it."""
    return await parts.list_changes.withdraw(principal, change_id, wanted, correlation_id=correlation_id)


@router.get(
    "/lists/{list_id}/versions/{list_version}", response_model=schemas.VersionDifference, responses=refusals(401, 403, 404, 422)
)
async def get_watch_list_version(list_id: ListId, list_version: Version, principal: Caller, parts: Parts) -> Shown:
    """Return how a version of a list differs from the one before it."""
    return await parts.list_changes.version(principal, list_id, list_version)
