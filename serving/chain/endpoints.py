"""Routes: the chain's head, blocks, keys, and the proof of a transfer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from serving.chain.schemas import BlockPage, Head, Keys, Proof, SignedBlock
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, MAX_CURSOR_NUMBER, Cursor, Limit, decode_cursor, page

router = APIRouter(tags=["ledger"])
Height = Annotated[int, Path(ge=0, le=MAX_CURSOR_NUMBER, description="0 is the first block")]


@router.get("/v1/ledger/head", response_model=Head, responses=refusals(401, 403))
async def head(principal: Caller, parts: Parts) -> dict[str, object]:
    """Return the newest block and the first key."""
    return await parts.chain.head(principal)


@router.get("/v1/ledger/blocks", response_model=BlockPage, responses=refusals(401, 403, 422))
async def list_blocks(
    principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List blocks, the newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.chain.page(principal, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["height"])),))


@router.get("/v1/ledger/blocks/{height}", response_model=SignedBlock, responses=refusals(401, 403, 404, 422))
async def get_block(height: Height, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one block with its signatures."""
    return await parts.chain.block(principal, height)


@router.get("/v1/ledger/keys", response_model=Keys, responses=refusals(401, 403))
async def list_keys(principal: Caller, parts: Parts) -> dict[str, object]:
    """List the public keys that have signed, the oldest first."""
    return {"items": await parts.chain.keys(principal)}


@router.get("/v1/ledger/transfers/{transfer_id}/proof", response_model=Proof, responses=refusals(401, 403, 404, 422))
async def prove_transfer(transfer_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Prove that a transfer is in a block, as it stands now."""
    return await parts.chain.proof(principal, transfer_id)
