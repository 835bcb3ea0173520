"""Routes: what the graph of who pays whom says of an account or a payment. All only read, and all are bounded."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from cases.graph.bounds import DEFAULT_FAN_OUT, MAX_FAN_OUT, MAX_HOPS, MAX_NEIGHBOUR_HOPS
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.graph import schemas

router = APIRouter(prefix="/v1/graph", tags=["graph"])
Shown = dict[str, object]
WEEK_H, MONTH_H, YEAR_H = 7 * 24, 30 * 24, 366 * 24
Start = Annotated[datetime | None, Query(description="Payments from this moment on; 90 days before until_time when left out")]
End = Annotated[datetime | None, Query(description="Payments before this moment; now when left out")]
FanOut = Annotated[int, Query(ge=1, le=MAX_FAN_OUT, description="To how many others each account is followed")]
Hops = Annotated[int, Query(ge=1, le=MAX_HOPS, description="How many payments in a row at most")]
_READ = refusals(401, 403, 404, 422, 503)


@router.get("/accounts/{account_id}/neighbours", response_model=schemas.GraphNeighbours, responses=_READ)
async def graph_neighbours(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    from_time: Start = None,
    until_time: End = None,
    hops: Annotated[int, Query(ge=1, le=MAX_NEIGHBOUR_HOPS)] = 1,
    fan_out: FanOut = DEFAULT_FAN_OUT,
) -> Shown:
    """Return whom an account paid and was paid by, their owners, and the devices, addresses and cards those act from."""
    return await parts.graph.neighbours(
        principal, account=str(account_id), start=from_time, end=until_time, hops=hops, fan_out=fan_out
    )


@router.get("/accounts/{account_id}/cycles", response_model=schemas.GraphCycles, responses=_READ)
async def graph_cycles(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    from_time: Start = None,
    until_time: End = None,
    within_hours: Annotated[int, Query(ge=1, le=YEAR_H, description="Between the first payment and the last")] = WEEK_H,
    keep_pct: Annotated[int, Query(ge=1, le=100, description="How much of its amount each payment keeps at least")] = 80,
    max_hops: Annotated[int, Query(ge=3, le=MAX_HOPS)] = MAX_HOPS,
    fan_out: FanOut = DEFAULT_FAN_OUT,
) -> Shown:
    """Return money that comes back: 3 to 6 payments in time from an account to itself, none larger than the one before."""
    return await parts.graph.cycles(
        principal, account=str(account_id), start=from_time, end=until_time, within_hours=within_hours, keep_pct=keep_pct,
        max_hops=max_hops, fan_out=fan_out,
    )  # fmt: skip


@router.get("/accounts/{account_id}/shared", response_model=schemas.SharedThings, responses=_READ)
async def graph_shared(account_id: UUID, principal: Caller, parts: Parts, fan_out: FanOut = DEFAULT_FAN_OUT) -> Shown:
    """Return the devices, addresses and cards of an account's owners that somebody else acts from too."""
    return await parts.graph.shared(principal, account=str(account_id), fan_out=fan_out)


@router.get("/accounts/{account_id}/structure", response_model=schemas.GraphStructure, responses=_READ)
async def graph_structure(account_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return an account's component, community and PageRank among all accounts, as they were found last night."""
    return await parts.graph.structure(principal, account_id=str(account_id))


@router.get("/accounts/{account_id}/score", response_model=schemas.GraphScore, responses=_READ)
async def graph_score(account_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return how much an account pays and is paid like accounts that were used for fraud, as found last night, and why.

    Of the highest scores: the neighbours without whose payments it would differ most, each with the score without them.
    """
    return await parts.graph.score(principal, account_id=str(account_id))


@router.get("/paths", response_model=schemas.GraphPath, responses=_READ)
async def graph_path(
    payer_account_id: UUID,
    payee_account_id: UUID,
    principal: Caller,
    parts: Parts,
    from_time: Start = None,
    until_time: End = None,
    max_hops: Hops = MAX_HOPS,
    fan_out: FanOut = DEFAULT_FAN_OUT,
) -> Shown:
    """Return a way of money from one account to another: payments in a row, each no earlier than the one before."""
    return await parts.graph.path(
        principal, payer=str(payer_account_id), payee=str(payee_account_id), start=from_time, end=until_time,
        max_hops=max_hops, fan_out=fan_out,
    )  # fmt: skip


@router.get("/transfers/{transfer_id}/trace", response_model=schemas.GraphTrace, responses=_READ)
async def graph_trace(
    transfer_id: UUID,
    principal: Caller,
    parts: Parts,
    within_hours: Annotated[int, Query(ge=1, le=YEAR_H, description="How long after it money is followed")] = MONTH_H,
    max_hops: Hops = MAX_HOPS,
    fan_out: FanOut = DEFAULT_FAN_OUT,
) -> Shown:
    """Return where the money of a payment lies, hop by hop, for a refund under MED.

    Traced money is taken to leave an account first, what came first going first: whoever may hold some of it is found, and the
    shares of all places add up to the whole.
    """
    return await parts.graph.trace(
        principal, transfer_id=str(transfer_id), within_hours=within_hours, max_hops=max_hops, fan_out=fan_out
    )
