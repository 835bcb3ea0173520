"""Routes: goals and sub-accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, page, uuid_of
from serving.edge.versions import FIRST_VERSION, IfMatch, etag, tagged, version_of
from serving.goals.schemas import Goal, GoalChange, GoalPage, MoveDone, NewGoal, NewMove
from serving.payments.once import IdempotencyKey

router = APIRouter(tags=["goals"])


@router.post("/v1/goals", status_code=201, response_model=Goal, responses=refusals(401, 403, 404, 409, 422))
async def set_goal(
    goal: NewGoal,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Set a goal, or make a sub-account, under an account: once a key, however often it is sent."""
    done = await parts.goals.set(principal, goal, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response(ETag=etag(FIRST_VERSION))


@router.get("/v1/goals", response_model=GoalPage, responses=refusals(401, 403, 422))
async def list_goals(
    principal: Caller,
    parts: Parts,
    account_id: Annotated[UUID | None, Query(description="Only this account's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List goals in the order in which they were set; a customer sees those of accounts that they hold."""
    rows = await parts.goals.page(principal, account_id=account_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["goal_id"]),))


@router.get("/v1/goals/{goal_id}", response_model=Goal, responses=refusals(401, 403, 404, 422))
async def get_goal(goal_id: UUID, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one goal with what is set aside for it."""
    return tagged(response, await parts.goals.get(principal, goal_id))


@router.patch("/v1/goals/{goal_id}", response_model=Goal, responses=refusals(401, 403, 404, 409, 412, 422, 428))
async def change_goal(
    goal_id: UUID,
    wanted: GoalChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Change a goal's name, target or date; If-Match says which version was read."""
    changed = await parts.goals.change(principal, goal_id, wanted, version=version_of(if_match), correlation_id=correlation_id)
    return tagged(response, changed)


@router.delete("/v1/goals/{goal_id}", response_model=Goal, responses=refusals(401, 403, 404, 409, 412, 422, 428))
async def close_goal(
    goal_id: UUID,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Bring a goal's money back to its account and close the goal."""
    closed = await parts.goals.close(principal, goal_id, version=version_of(if_match), correlation_id=correlation_id)
    return tagged(response, closed)


@router.post("/v1/goals/{goal_id}/moves", status_code=201, response_model=MoveDone, responses=refusals(401, 403, 404, 409, 422))
async def move_money(
    goal_id: UUID,
    move: NewMove,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Set money aside or bring it back: once a key, however often it is sent.

    The money stays with its owner: nobody decides about it, and no limit counts it.
    """
    done = await parts.goals.move(principal, goal_id, move, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()
