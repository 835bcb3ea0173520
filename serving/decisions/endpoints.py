"""Routes: decisions, newest first, and one of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.decisions import Verdict
from serving.decisions.schemas import DecisionDetail, DecisionPage
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.schemas import CustomerId

router = APIRouter(tags=["decisions"])


@router.get("/v1/decisions", response_model=DecisionPage, responses=refusals(401, 403, 422, 503))
async def list_decisions(
    principal: Caller,
    parts: Parts,
    verdict: Verdict | None = None,
    customer_id: Annotated[CustomerId | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List decisions, newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.decisions.page(
        principal, verdict=verdict, customer_id=customer_id, before=before[0] if before else None, limit=limit + 1
    )
    return page(rows, limit=limit, key=lambda row: (int(str(row["log_offset"])),))


@router.get("/v1/decisions/{transaction_id}", response_model=DecisionDetail, responses=refusals(401, 403, 404, 422, 503))
async def get_decision(transaction_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one decision with what became of it."""
    return await parts.decisions.get(principal, transaction_id)
