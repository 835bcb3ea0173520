"""Routes: who uses an account."""

from uuid import UUID

from fastapi import APIRouter

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.schemas import CustomerId
from serving.holders.schemas import Holder, HolderPage, NewHolder

router = APIRouter(tags=["accounts"])


@router.get("/v1/accounts/{account_id}/holders", response_model=HolderPage, responses=refusals(401, 403, 404, 422))
async def list_holders(
    account_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List who uses an account, with what each may do."""
    after = decode_cursor(cursor, str)
    rows = await parts.holders.page(principal, account_id, after=after[0] if after else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["customer_id"]),))


@router.put(
    "/v1/accounts/{account_id}/holders/{customer_id}",
    response_model=Holder,
    responses=refusals(401, 403, 404, 409, 422),
)
async def put_holder(
    account_id: UUID,
    customer_id: CustomerId,
    holder: NewHolder,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> dict[str, object]:
    """Put a customer on an account, or change what they may do with it. Open to its owners and to the bank."""
    return await parts.holders.put(principal, account_id, customer_id, holder.role, correlation_id=correlation_id)


@router.delete("/v1/accounts/{account_id}/holders/{customer_id}", status_code=204, responses=refusals(401, 403, 404, 409, 422))
async def remove_holder(
    account_id: UUID, customer_id: CustomerId, principal: Caller, parts: Parts, correlation_id: Correlation
) -> None:
    """Take a customer off an account; nothing happens when they are not on it."""
    await parts.holders.remove(principal, account_id, customer_id, correlation_id=correlation_id)
