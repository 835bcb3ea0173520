"""Routes: accounts, their balances now and then, their entries."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.accounts.schemas import Account, AccountChange, AccountMove, AccountPage, Balance, EntryPage, NewAccount
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page, uuid_of
from serving.edge.schemas import CustomerId
from serving.edge.versions import IfMatch, tagged, version_of
from serving.payments.once import IdempotencyKey

router = APIRouter(tags=["accounts"])


@router.post("/v1/accounts", status_code=201, response_model=Account, responses=refusals(401, 403, 404, 409, 422))
async def open_account(
    account: NewAccount, principal: Caller, parts: Parts, correlation_id: Correlation, idempotency_key: IdempotencyKey = None
) -> Response:
    """Open an account for a customer under a product of its currency: once a key, however often it is sent."""
    done = await parts.accounts.open(principal, account, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()


@router.get("/v1/accounts", response_model=AccountPage, responses=refusals(401, 403, 422))
async def list_accounts(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Only this customer's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List accounts by id; a customer sees their own."""
    rows = await parts.accounts.page(principal, customer_id=customer_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["account_id"]),))


@router.get("/v1/accounts/{account_id}", response_model=Account, responses=refusals(401, 403, 404, 422))
async def get_account(account_id: UUID, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one account with its balance."""
    return tagged(response, await parts.accounts.get(principal, account_id))


@router.patch("/v1/accounts/{account_id}", response_model=Account, responses=refusals(401, 403, 404, 412, 422, 428))
async def change_account(
    account_id: UUID,
    wanted: AccountChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Name an account; If-Match says which version was read."""
    changed = await parts.accounts.change(
        principal, account_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.post("/v1/accounts/{account_id}/status", response_model=Account, responses=refusals(401, 403, 404, 409, 412, 422, 428))
async def move_account(
    account_id: UUID,
    wanted: AccountMove,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Activate, rest, block or close an account; the ledger holds to it from the same moment."""
    moved = await parts.accounts.move(
        principal, account_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, moved)


@router.get("/v1/accounts/{account_id}/balance", response_model=Balance, responses=refusals(401, 403, 404, 422))
async def balance(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    at: Annotated[datetime | None, Query(description="A past moment (RFC 3339, with its offset); now when absent")] = None,
) -> dict[str, object]:
    """Return the balance now, or as it was booked at a past moment."""
    return await parts.accounts.balance(principal, account_id, at=at)


@router.get("/v1/accounts/{account_id}/entries", response_model=EntryPage, responses=refusals(401, 403, 404, 422))
async def entries(
    account_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List the account's entries, newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.accounts.entries(principal, account_id, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["version"])),))
