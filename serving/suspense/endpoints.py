"""Routes: money in suspense, its age, and its resolution."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, moment_text, page
from serving.payments.once import IdempotencyKey
from serving.suspense.schemas import Balances, Item, ItemPage, Judgement, NewItem, Proposal

router = APIRouter(prefix="/v1/suspense", tags=["suspense"])
Shown = dict[str, object]


@router.post("", status_code=201, response_model=Item, responses=refusals(401, 403, 409, 422))
async def open_item(
    item: NewItem, principal: Caller, parts: Parts, correlation_id: Correlation, idempotency_key: IdempotencyKey = None
) -> Response:
    """Put money that a rail brought, and that cannot be credited, into the rail's suspense account: once a key."""
    done = await parts.suspense.open(principal, item, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()


@router.get("", response_model=ItemPage, responses=refusals(401, 403, 422))
async def list_items(
    principal: Caller,
    parts: Parts,
    resolved: Annotated[bool, Query(description="Those that are resolved too")] = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List money in suspense, oldest first."""
    rows = await parts.suspense.page(principal, everything=resolved, after=decode_moment_cursor(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (moment_text(row["opened_at"]), str(row["item_id"])))


@router.get("/balances", response_model=Balances, responses=refusals(401, 403))
async def balances(principal: Caller, parts: Parts) -> Shown:
    """Return what lies on each suspense account, by age, and what no item accounts for."""
    return {"items": await parts.suspense.balances(principal)}


@router.get("/{item_id}", response_model=Item, responses=refusals(401, 403, 404, 422))
async def get_item(item_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return one item."""
    return await parts.suspense.get(principal, item_id)


@router.post("/{item_id}/resolution", response_model=Item, responses=refusals(401, 403, 404, 409, 422))
async def propose(item_id: UUID, proposal: Proposal, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Propose where the money goes: to an account here, or back through its rail. Somebody else approves it."""
    return await parts.suspense.propose(principal, item_id, proposal, correlation_id=correlation_id)


@router.post("/{item_id}/judgement", response_model=Item, responses=refusals(401, 403, 404, 409, 422))
async def judge(item_id: UUID, judgement: Judgement, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Approve what somebody else proposed, which moves the money, or take the proposal away."""
    return await parts.suspense.judge(principal, item_id, judgement, correlation_id=correlation_id)
