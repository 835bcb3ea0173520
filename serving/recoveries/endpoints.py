"""Routes: recoveries of Pix that customers were defrauded of (MED, the payer's side)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cases.blocks.states import Showing
from serving.casework.schemas import TrailPage
from serving.casework.trails import trail_page
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, page
from serving.edge.versions import tagged
from serving.recoveries import schemas

router = APIRouter(prefix="/v1/recoveries", tags=["disputes"])
Shown = dict[str, object]
_CHANGED = refusals(401, 403, 404, 409, 422)


@router.get("", response_model=schemas.RecoveryPage, responses=refusals(401, 403, 422))
async def list_recoveries(
    principal: Caller,
    parts: Parts,
    show: Annotated[Showing, Query(description="Those that run, by their deadline; or those that have ended, newest first")] = (
        Showing.WAITING
    ),
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List recoveries."""
    rows = await parts.recoveries.page(principal, show=show, place=decode_moment_cursor(cursor), limit=limit + 1)
    at = "due_at" if show is Showing.WAITING else "ended_at"
    return page(rows, limit=limit, key=lambda row: (row[at].isoformat(), str(row["recovery_id"])))


@router.post("", status_code=201, response_model=schemas.Recovery, responses=_CHANGED)
async def open_recovery(
    recovery: schemas.NewRecovery, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Write down that a customer says they were defrauded of a Pix that left this bank."""
    return tagged(response, await parts.recoveries.open(principal, recovery, correlation_id=correlation_id))


@router.get("/{recovery_id}", response_model=schemas.Recovery, responses=refusals(401, 403, 404, 422))
async def get_recovery(recovery_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one recovery."""
    return tagged(response, await parts.recoveries.get(principal, recovery_id))


@router.get("/{recovery_id}/trail", response_model=TrailPage, responses=refusals(401, 403, 404, 422))
async def get_recovery_trail(
    recovery_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Shown:
    """Return what was done to a recovery, oldest first."""
    return await trail_page(partial(parts.recoveries.trail, principal, recovery_id), cursor=cursor, limit=limit)


@router.post("/{recovery_id}/sending", response_model=schemas.Recovery, responses=_CHANGED)
async def send_recovery(
    recovery_id: UUID, sending: schemas.RecoverySending, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Say that a person sent the request, and what the directory called it."""
    return tagged(response, await parts.recoveries.send(principal, recovery_id, sending, correlation_id=correlation_id))


@router.post("/{recovery_id}/answer", response_model=schemas.Recovery, responses=_CHANGED)
async def answer_recovery(
    recovery_id: UUID, answer: schemas.RecoveryAnswer, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Say what the receiving institution found."""
    return tagged(response, await parts.recoveries.answer(principal, recovery_id, answer, correlation_id=correlation_id))


@router.post("/{recovery_id}/request", response_model=schemas.Recovery, responses=_CHANGED)
async def request_recovery(
    recovery_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Say that the refund was requested, within six hours of an analysis that agrees."""
    return tagged(response, await parts.recoveries.request(principal, recovery_id, correlation_id=correlation_id))


@router.post("/{recovery_id}/return", response_model=schemas.Recovery, responses=_CHANGED)
async def propose_return(
    recovery_id: UUID, returned: schemas.RecoveryReturn, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Say that money came back; somebody else agrees before the customer has it."""
    return tagged(response, await parts.recoveries.propose(principal, recovery_id, returned, correlation_id=correlation_id))


@router.post("/{recovery_id}/refusal", response_model=schemas.Recovery, responses=_CHANGED)
async def refuse_recovery(
    recovery_id: UUID, refusal: schemas.RecoveryRefusal, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Say that nothing comes back although the other side agreed, and why."""
    return tagged(response, await parts.recoveries.refuse(principal, recovery_id, refusal, correlation_id=correlation_id))


@router.post("/{recovery_id}/judgement", response_model=schemas.Recovery, responses=_CHANGED)
async def judge_return(
    recovery_id: UUID, judgement: schemas.RecoveryJudgement, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Credit the customer with what somebody else says came back, or send that back."""
    return tagged(response, await parts.recoveries.judge(principal, recovery_id, judgement, correlation_id=correlation_id))


@router.post("/{recovery_id}/cancellation", response_model=schemas.Recovery, responses=_CHANGED)
async def cancel_recovery(
    recovery_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """The customer takes it back."""
    return tagged(response, await parts.recoveries.cancel(principal, recovery_id, correlation_id=correlation_id))
