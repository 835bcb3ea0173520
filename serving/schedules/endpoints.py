"""Routes: scheduled transfers and standing orders, their dates and what became of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page, uuid_of
from serving.edge.versions import FIRST_VERSION, IfMatch, etag, tagged, version_of
from serving.payments.once import IdempotencyKey
from serving.schedules import schemas
from serving.schedules.plan import MAX_SHOWN_DATES

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])
CHANGES = refusals(401, 403, 404, 409, 412, 422, 428)


@router.post("", status_code=201, response_model=schemas.Schedule, responses=refusals(401, 403, 404, 409, 422))
async def make_schedule(
    wanted: schemas.NewSchedule,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Have a transfer made on a date, or on every date of a rule: once a key. Each is decided when it is due, as any transfer.

    With `dry_run=true` it is a preview: `next_days` are the dates that it would pay on.
    """
    done = await parts.schedules.make(principal, wanted, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response(ETag=etag(FIRST_VERSION))


@router.get("", response_model=schemas.SchedulePage, responses=refusals(401, 403, 422))
async def list_schedules(
    principal: Caller,
    parts: Parts,
    account_id: Annotated[UUID | None, Query(description="Only those that debit this account")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List schedules by id; a customer sees their own."""
    rows = await parts.schedules.page(principal, account_id=account_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["schedule_id"]),))


@router.get("/{schedule_id}", response_model=schemas.Schedule, responses=refusals(401, 403, 404, 422))
async def get_schedule(schedule_id: UUID, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one schedule with its next dates."""
    return tagged(response, await parts.schedules.get(principal, schedule_id))


@router.patch("/{schedule_id}", response_model=schemas.Schedule, responses=CHANGES)
async def change_schedule(
    schedule_id: UUID,
    wanted: schemas.ScheduleChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Change amount, description or end, from the next date on; If-Match says which version was read."""
    changed = await parts.schedules.change(
        principal, schedule_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.delete("/{schedule_id}", status_code=204, responses=CHANGES)
async def cancel_schedule(
    schedule_id: UUID, principal: Caller, parts: Parts, correlation_id: Correlation, if_match: IfMatch = None
) -> None:
    """End a schedule. What it paid stays, and can still be read."""
    await parts.schedules.cancel(principal, schedule_id, version=version_of(if_match), correlation_id=correlation_id)


@router.post("/{schedule_id}/action", response_model=schemas.Schedule, responses=CHANGES)
async def act_on_schedule(
    schedule_id: UUID,
    wanted: schemas.ScheduleAction,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Pause a schedule, resume it, or skip its next date."""
    changed = await parts.schedules.act(
        principal, schedule_id, wanted.action, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.get("/{schedule_id}/dates", response_model=schemas.ScheduleDates, responses=refusals(401, 403, 404, 422))
async def schedule_dates(
    schedule_id: UUID,
    principal: Caller,
    parts: Parts,
    count: Annotated[int, Query(ge=1, le=MAX_SHOWN_DATES, description="How many dates")] = 12,
) -> dict[str, object]:
    """Return the next dates of a schedule."""
    return await parts.schedules.dates(principal, schedule_id, count=count)


@router.get("/{schedule_id}/runs", response_model=schemas.ScheduleRunPage, responses=refusals(401, 403, 404, 422))
async def schedule_runs(
    schedule_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List what became of a schedule's dates, newest first."""
    before = decode_cursor(cursor, str)
    rows = await parts.schedules.runs(principal, schedule_id, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["day"]),))
