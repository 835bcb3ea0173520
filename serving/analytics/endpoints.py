"""Routes: volume and fraud, in all and by day."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from serving.analytics.schemas import DailyPage, Summary
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals

router = APIRouter(tags=["analytics"])


@router.get("/v1/analytics/summary", response_model=Summary, responses=refusals(401, 403, 503))
async def summary(principal: Caller, parts: Parts) -> dict[str, object]:
    """Say what the bank moved and what its decisions were worth, over all days."""
    return await parts.analytics.summary(principal)


@router.get("/v1/analytics/daily", response_model=DailyPage, responses=refusals(401, 403, 422, 503))
async def daily(
    principal: Caller,
    parts: Parts,
    first: Annotated[date | None, Query(alias="from", description="First day; 90 days before `to` when absent")] = None,
    past: Annotated[date | None, Query(alias="to", description="The day after the last; tomorrow when absent")] = None,
) -> dict[str, object]:
    """List days and channels of the half-open period [from, to)."""
    today = datetime.fromtimestamp(parts.clock.now_ms() / 1000, UTC).date()
    rows, as_of = await parts.analytics.daily(principal, first=first, past=past, today=today)
    return {"items": rows, "as_of": as_of, "next_cursor": None}
