"""Routes: notices of withdrawals in cash."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.notices.schemas import NewNotice, WithdrawalNotice, WithdrawalNotices

router = APIRouter(prefix="/v1/accounts/{account_id}/withdrawal-notices", tags=["accounts"])


@router.get("", response_model=WithdrawalNotices, responses=refusals(401, 403, 404, 422))
async def list_notices(account_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """List an account's notices of withdrawals, the latest day first, and say which withdrawals want one."""
    return await parts.notices.all(principal, account_id)


@router.put("/{day}", response_model=WithdrawalNotice, responses=refusals(401, 403, 404, 409, 422))
async def give_notice(
    account_id: UUID, day: date, wanted: NewNotice, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Say how much will be taken out in cash on a day; said again, it changes what was said.

    Large withdrawals want notice some business days before. `in_time` says whether this one is: a later one is kept, and covers
    nothing more.
    """
    return await parts.notices.give(principal, account_id, day, wanted.amount_minor, correlation_id=correlation_id)


@router.delete("/{day}", response_model=WithdrawalNotice, responses=refusals(401, 403, 404, 409, 422))
async def take_notice_back(
    account_id: UUID, day: date, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Say that nothing will be taken out on a day after all."""
    return await parts.notices.take_back(principal, account_id, day, correlation_id=correlation_id)
