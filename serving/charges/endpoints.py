"""Routes: charges, and waiving one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from serving.charges.schemas import Charge, ChargePage, ChargeStatus, Waiver
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_moment_cursor, moment_text, page

router = APIRouter(prefix="/v1/charges", tags=["charges"])
Shown = dict[str, object]


@router.get("", response_model=ChargePage, responses=refusals(401, 403, 422))
async def list_charges(
    principal: Caller,
    parts: Parts,
    status: Annotated[ChargeStatus | None, Query(description="Only those that stand so")] = None,
    account_id: Annotated[UUID | None, Query(description="Only this account's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List interest and fees that were charged, newest first."""
    rows = await parts.charges.page(
        principal, status=status, account_id=account_id, before=decode_moment_cursor(cursor), limit=limit + 1
    )
    return page(rows, limit=limit, key=lambda row: (moment_text(row["due_at"]), str(row["charge_id"])))


@router.post("/{charge_id}/waiver", response_model=Charge, responses=refusals(401, 403, 404, 409, 422))
async def waive_charge(charge_id: UUID, waiver: Waiver, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Let a fee or an overdraft's interest go that could not be collected."""
    return await parts.charges.waive(principal, charge_id, note=waiver.note, correlation_id=correlation_id)
