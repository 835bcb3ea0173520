"""Routes: alerts, and moving them along."""

from fastapi import APIRouter, Request

from contracts.alerts import AlertStatus
from serving.cases.schemas import Alert, AlertDetail, AlertPage, Move
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["alerts"])


@router.get("/v1/alerts", response_model=AlertPage, responses=refusals(401, 403, 422))
async def list_alerts(
    principal: Caller, parts: Parts, status: AlertStatus | None = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List alerts, newest first."""
    return await parts.cases.page(principal, status=status, cursor=cursor, limit=limit)


@router.get("/v1/alerts/{alert_id}", response_model=AlertDetail, responses=refusals(401, 403, 404))
async def get_alert(alert_id: str, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one alert with its flagged decisions and what stands out in them."""
    return await parts.cases.get(principal, alert_id)


@router.post("/v1/alerts/{alert_id}/status", response_model=Alert, responses=refusals(401, 403, 404, 409, 422))
async def move_alert(
    alert_id: str, move: Move, request: Request, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Move an alert to another status; the change is published and audited."""
    return await parts.cases.move(
        principal,
        alert_id,
        to=move.status,
        note=move.note,
        correlation_id=correlation_id,
        traceparent=request.state.traceparent,
    )
