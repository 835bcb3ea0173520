"""Routes: versions of the fraud model, and moves of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.models import schemas

router = APIRouter(prefix="/v1/risk", tags=["models"])
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Shown = dict[str, object]


@router.get("/models", response_model=schemas.ModelPage, responses=refusals(401, 403, 422))
async def list_models(principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Shown:
    """List versions of the fraud model, newest first, with what each is."""
    before = decode_cursor(cursor, int)
    rows = await parts.models.models(principal, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["version"])),))


@router.get("/models/{version}", response_model=schemas.ModelDetail, responses=refusals(401, 403, 404, 422))
async def get_model(version: Version, principal: Caller, parts: Parts) -> Shown:
    """Return one version with its model card."""
    return await parts.models.model(principal, version)


@router.get("/moves", response_model=schemas.MovePage, responses=refusals(401, 403, 422))
async def list_moves(
    principal: Caller,
    parts: Parts,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List what was asked of models, newest first."""
    before = decode_cursor(cursor, str, str)
    rows = await parts.models.moves(principal, version=version, before=before, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (row["asked_at"].isoformat(), str(row["move_id"])))  # type: ignore[attr-defined]


@router.post("/moves", status_code=202, response_model=schemas.ModelMove, responses=refusals(401, 403, 404, 409, 422))
async def ask_for_move(new: schemas.NewMove, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Have a version tried beside the champion, held to the gate and decide, or the champion before decide again.

    The answer says where to look for how far it is and what the gate found.
    """
    return await parts.models.ask(principal, new, correlation_id=correlation_id)


@router.get("/moves/{move_id}", response_model=schemas.ModelMove, responses=refusals(401, 403, 404, 422))
async def get_move(move_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return one move with its progress and its findings."""
    return await parts.models.move(principal, str(move_id))
