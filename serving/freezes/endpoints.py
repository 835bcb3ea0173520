"""Routes: freezing an account or a customer, and lifting that under four eyes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cases.freezes.states import FreezeState
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, page
from serving.edge.schemas import CustomerId
from serving.edge.versions import tagged
from serving.freezes import schemas

router = APIRouter(prefix="/v1/freezes", tags=["freezes"])
Shown = dict[str, object]


@router.get("", response_model=schemas.FreezePage, responses=refusals(401, 403, 422))
async def list_freezes(
    principal: Caller,
    parts: Parts,
    state: Annotated[FreezeState | None, Query(description="Those of one state")] = None,
    customer_id: CustomerId | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List freezes, newest first."""
    rows = await parts.freezes.page(
        principal, state=state, customer_id=customer_id, place=decode_moment_cursor(cursor), limit=limit + 1
    )
    return page(rows, limit=limit, key=lambda row: (row["placed_at"].isoformat(), str(row["freeze_id"])))


@router.post("", status_code=201, response_model=schemas.Freeze, responses=refusals(401, 403, 404, 422))
async def place_freeze(
    freeze: schemas.NewFreeze, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Stop money from leaving an account, or all of a customer's, at once."""
    return tagged(response, await parts.freezes.place(principal, freeze, correlation_id=correlation_id))


@router.get("/{freeze_id}", response_model=schemas.Freeze, responses=refusals(401, 403, 404, 422))
async def get_freeze(freeze_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one freeze."""
    return tagged(response, await parts.freezes.get(principal, freeze_id))


@router.post("/{freeze_id}/lifting", response_model=schemas.Freeze, responses=refusals(401, 403, 404, 409, 422))
async def propose_lifting(
    freeze_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Propose to lift a freeze; it holds until somebody else agrees."""
    return tagged(response, await parts.freezes.propose(principal, freeze_id, correlation_id=correlation_id))


@router.post("/{freeze_id}/judgement", response_model=schemas.Freeze, responses=refusals(401, 403, 404, 409, 422))
async def judge_lifting(
    freeze_id: UUID, judgement: schemas.FreezeJudgement, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Lift what somebody else proposed to lift, or let it hold."""
    return tagged(response, await parts.freezes.judge(principal, freeze_id, judgement, correlation_id=correlation_id))
