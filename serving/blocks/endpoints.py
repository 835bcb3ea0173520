"""Routes: precautionary blocks of received payments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cases.blocks.states import Showing
from serving.blocks import schemas
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, page
from serving.edge.versions import tagged

router = APIRouter(prefix="/v1/blocks", tags=["blocks"])
Shown = dict[str, object]


@router.get("", response_model=schemas.PaymentBlockPage, responses=refusals(401, 403, 422))
async def list_blocks(
    principal: Caller,
    parts: Parts,
    show: Annotated[
        Showing | None, Query(description="Those that hold money, what ends first at first; or those that ended")
    ] = (None),
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List blocks, newest first."""
    rows = await parts.blocks.page(principal, show=show, place=decode_moment_cursor(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (row["placed_at"].isoformat(), str(row["block_id"])))


@router.post("", status_code=201, response_model=schemas.PaymentBlock, responses=refusals(401, 403, 404, 409, 422))
async def place_block(
    block: schemas.NewBlock, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Hold what is left of a received payment for 72 hours; nobody deciding, it is free again then."""
    return tagged(response, await parts.blocks.place(principal, block, correlation_id=correlation_id))


@router.get("/{block_id}", response_model=schemas.PaymentBlock, responses=refusals(401, 403, 404, 422))
async def get_block(block_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one block."""
    return tagged(response, await parts.blocks.get(principal, block_id))


@router.post("/{block_id}/proposal", response_model=schemas.PaymentBlock, responses=refusals(401, 403, 404, 409, 422))
async def propose_outcome(
    block_id: UUID, proposal: schemas.BlockProposal, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Propose to send the money back to who paid, or to let the account have it."""
    return tagged(response, await parts.blocks.propose(principal, block_id, proposal, correlation_id=correlation_id))


@router.post("/{block_id}/judgement", response_model=schemas.PaymentBlock, responses=refusals(401, 403, 404, 409, 422))
async def judge_outcome(
    block_id: UUID, judgement: schemas.BlockJudgement, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Carry out what somebody else proposed, or take the proposal away."""
    return tagged(response, await parts.blocks.judge(principal, block_id, judgement, correlation_id=correlation_id))
