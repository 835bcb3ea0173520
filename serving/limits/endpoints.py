"""Routes: the limits of an account."""

from uuid import UUID

from fastapi import APIRouter

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.limits.arithmetic import Scope
from serving.limits.schemas import AccountLimits, HoursChange, LimitChannel, NewLimit

router = APIRouter(tags=["limits"])


@router.get("/v1/accounts/{account_id}/limits", response_model=AccountLimits, responses=refusals(401, 403, 404, 422))
async def get_limits(account_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return what may leave an account, what of it is used, and what will change."""
    return await parts.limits.get(principal, account_id)


@router.patch("/v1/accounts/{account_id}/limits", response_model=AccountLimits, responses=refusals(401, 403, 404, 422))
async def change_hours(
    account_id: UUID, wanted: HoursChange, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Say when an account's days and nights begin; at once, and open to the bank alone."""
    return await parts.limits.change_hours(principal, account_id, wanted, correlation_id=correlation_id)


@router.put(
    "/v1/accounts/{account_id}/limits/{channel}/{scope}",
    response_model=AccountLimits,
    responses=refusals(401, 403, 404, 422),
)
async def put_limit(
    account_id: UUID,
    channel: LimitChannel,
    scope: Scope,
    wanted: NewLimit,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> dict[str, object]:
    """Set a limit by channel and hour. Lowering takes effect at once, raising after 24 hours."""
    return await parts.limits.put(
        principal, account_id, channel.value, scope, wanted.amount_minor, correlation_id=correlation_id
    )


@router.delete(
    "/v1/accounts/{account_id}/limits/{channel}/{scope}",
    response_model=AccountLimits,
    responses=refusals(401, 403, 404, 422),
)
async def end_limit(
    account_id: UUID,
    channel: LimitChannel,
    scope: Scope,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> dict[str, object]:
    """Let a limit end, 24 hours from now."""
    return await parts.limits.end(principal, account_id, channel.value, scope, correlation_id=correlation_id)
