"""Routes: budgets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.budgets.schemas import Budget, BudgetChange, BudgetPage, NewBudget
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, page, uuid_of
from serving.edge.schemas import CustomerId
from serving.edge.versions import FIRST_VERSION, IfMatch, etag, tagged, version_of
from serving.payments.once import IdempotencyKey

router = APIRouter(prefix="/v1/budgets", tags=["budgets"])


@router.post("", status_code=201, response_model=Budget, responses=refusals(401, 403, 404, 409, 422))
async def set_budget(
    budget: NewBudget,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Set what a customer wants to spend at most in a month: once a key, however often it is sent."""
    done = await parts.budgets.set(principal, budget, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response(ETag=etag(FIRST_VERSION))


@router.get("", response_model=BudgetPage, responses=refusals(401, 403, 422))
async def list_budgets(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Only this customer's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List budgets in the order in which they were set; a customer sees their own."""
    rows = await parts.budgets.page(principal, customer_id=customer_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["budget_id"]),))


@router.get("/{budget_id}", response_model=Budget, responses=refusals(401, 403, 404, 422))
async def get_budget(budget_id: UUID, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one budget."""
    return tagged(response, await parts.budgets.get(principal, budget_id))


@router.patch("/{budget_id}", response_model=Budget, responses=refusals(401, 403, 404, 412, 422, 428))
async def change_budget(
    budget_id: UUID,
    wanted: BudgetChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Change a budget's limit; If-Match says which version was read."""
    changed = await parts.budgets.change(
        principal, budget_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.delete("/{budget_id}", response_model=Budget, responses=refusals(401, 403, 404, 412, 422, 428))
async def drop_budget(
    budget_id: UUID,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Drop a budget; what was spent stays in the history."""
    return await parts.budgets.drop(principal, budget_id, version=version_of(if_match), correlation_id=correlation_id)
