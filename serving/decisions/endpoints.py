"""Routes: decisions, newest first, and one of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.decisions import Verdict
from contracts.transactions import Channel
from serving.decisions.schemas import DecisionDetail, DecisionPage
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.schemas import CustomerId, with_offset

router = APIRouter(tags=["decisions"])


Code = Annotated[str | None, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]
Moment = Annotated[datetime | None, Query(description="With its offset from UTC")]


@router.get("/v1/decisions", response_model=DecisionPage, responses=refusals(401, 403, 422, 503))
async def list_decisions(
    principal: Caller,
    parts: Parts,
    verdict: Verdict | None = None,
    customer_id: Annotated[CustomerId | None, Query()] = None,
    payee_id: Code = None,
    rule: Code = None,
    reason: Code = None,
    model: Code = None,
    channel: Channel | None = None,
    at_least_minor: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="The amount, in minor units")] = None,
    from_time: Moment = None,
    until_time: Moment = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List decisions that pass every filter, newest first."""
    before = decode_cursor(cursor, int)
    filters = {
        "verdict": verdict.value if verdict else None, "customer_id": customer_id, "payee_id": payee_id, "rule": rule,
        "reason": reason, "model": model, "channel": channel.value if channel else None, "at_least_minor": at_least_minor,
        "from_time": with_offset(from_time, "from_time"), "until_time": with_offset(until_time, "until_time"),
        "before": before[0] if before else None,
    }  # fmt: skip
    rows = await parts.decisions.page(principal, filters=filters, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["log_offset"])),))


@router.get("/v1/decisions/{transaction_id}", response_model=DecisionDetail, responses=refusals(401, 403, 404, 422, 503))
async def get_decision(transaction_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one decision with what became of it."""
    return await parts.decisions.get(principal, transaction_id)
