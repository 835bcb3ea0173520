"""Routes: disputes of received Pix (MED)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cases.blocks.states import Showing
from cases.disputes.states import DisputeState
from serving.casework.schemas import TrailPage
from serving.casework.trails import trail_page
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, page
from serving.edge.versions import tagged
from serving.med import schemas

router = APIRouter(prefix="/v1/med", tags=["disputes"])
Shown = dict[str, object]
_CHANGED = refusals(401, 403, 404, 409, 422)


@router.get("", response_model=schemas.DisputePage, responses=refusals(401, 403, 422))
async def list_disputes(
    principal: Caller,
    parts: Parts,
    state: Annotated[DisputeState | None, Query(description="Those of one state")] = None,
    show: Annotated[Showing | None, Query(description="Those that have not ended; or those that have, newest first")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List disputes, whose money is due first at first."""
    rows = await parts.med.page(principal, state=state, show=show, place=decode_moment_cursor(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (row["refund_due_at"].isoformat(), str(row["dispute_id"])))


@router.post("", status_code=201, response_model=schemas.Dispute, responses=_CHANGED)
async def open_dispute(
    dispute: schemas.NewDispute, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Take in an infraction report about a payment that an account here received; what is left of it is held at once."""
    return tagged(response, await parts.med.open(principal, dispute, correlation_id=correlation_id))


@router.get("/{dispute_id}", response_model=schemas.Dispute, responses=refusals(401, 403, 404, 422))
async def get_dispute(dispute_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one dispute."""
    return tagged(response, await parts.med.get(principal, dispute_id))


@router.get("/{dispute_id}/trail", response_model=TrailPage, responses=refusals(401, 403, 404, 422))
async def get_dispute_trail(
    dispute_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Shown:
    """Return what was done to a dispute, oldest first."""
    return await trail_page(partial(parts.med.trail, principal, dispute_id), cursor=cursor, limit=limit)


@router.post("/{dispute_id}/acknowledgement", response_model=schemas.Dispute, responses=_CHANGED)
async def acknowledge_dispute(
    dispute_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Begin to analyse it."""
    return tagged(response, await parts.med.acknowledge(principal, dispute_id, correlation_id=correlation_id))


@router.post("/{dispute_id}/analysis", response_model=schemas.Dispute, responses=_CHANGED)
async def propose_analysis(
    dispute_id: UUID, analysis: schemas.DisputeAnalysis, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Say whether it was fraud; somebody else agrees."""
    return tagged(response, await parts.med.propose(principal, dispute_id, analysis, correlation_id=correlation_id))


@router.post("/{dispute_id}/judgement", response_model=schemas.Dispute, responses=_CHANGED)
async def judge_analysis(
    dispute_id: UUID, judgement: schemas.DisputeJudgement, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Agree to somebody else's analysis, or send it back."""
    return tagged(response, await parts.med.judge(principal, dispute_id, judgement, correlation_id=correlation_id))


@router.post("/{dispute_id}/refund", response_model=schemas.Dispute, responses=_CHANGED)
async def refund_dispute(
    dispute_id: UUID, refund: schemas.DisputeRefund, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Return what is there of the money, or say why not."""
    return tagged(response, await parts.med.refund(principal, dispute_id, refund, correlation_id=correlation_id))


@router.post("/{dispute_id}/cancellation", response_model=schemas.Dispute, responses=_CHANGED)
async def cancel_dispute(
    dispute_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """The other side takes its report back: the money is let go."""
    return tagged(response, await parts.med.cancel(principal, dispute_id, correlation_id=correlation_id))
