"""Routes: an account's movements by any of their facts, what they come to by category, and what a holder calls them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.categories import Category
from contracts.transactions import Channel
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.presented import moment
from serving.edge.schemas import STORABLE
from serving.history.schemas import Mark, Marked, Spending, TransactionPage, Way
from serving.history.service import words_of
from serving.statements.period import DEFAULT_ZONE, EARLIEST, period_of

router = APIRouter(tags=["history"])
Amount = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="The amount without its sign, in minor units")]
_MAX_QUERY, _MAX_ZONE = 100, 64


@router.get(
    "/v1/accounts/{account_id}/transactions", response_model=TransactionPage, responses=refusals(401, 403, 404, 422, 503)
)
async def list_transactions(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=_MAX_QUERY,
            pattern=STORABLE,
            description="Beginnings of words in description, note or the other side's name, whatever their accents and case",
        ),
    ] = None,
    direction: Annotated[Way | None, Query(description="in: money that came; out: money that left")] = None,
    at_least_minor: Amount = None,
    at_most_minor: Amount = None,
    counterparty_account_id: UUID | None = None,
    category: Category | None = None,
    channel: Channel | None = None,
    first: Annotated[date | None, Query(alias="from", description="First day, by when it was booked")] = None,
    past: Annotated[date | None, Query(alias="to", description="The day after the last")] = None,
    time_zone: Annotated[
        str, Query(max_length=_MAX_ZONE, description="Whose days these are, as the IANA database names it")
    ] = DEFAULT_ZONE,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List the account's movements that pass every filter, newest first.

    Pages do not shift while money moves. `as_of` says up to when everything is in it: usually less than a second ago.
    """
    before = decode_cursor(cursor, int)
    period = None
    if first is not None or past is not None:
        now_ms = await parts.clocks.now_ms(principal.tenant_id)
        period = period_of(first or EARLIEST, past, time_zone=time_zone, now_ms=now_ms)
    filters = {
        "words": words_of(q) if q is not None else None,
        "way_in": True if direction == "in" else None, "way_out": True if direction == "out" else None,
        "at_least_minor": at_least_minor, "at_most_minor": at_most_minor,
        "counterparty_account_id": counterparty_account_id,
        "category": category.value if category else None, "channel": channel.value if channel else None,
        "start": moment(period.start_ms) if period and first else None,
        "past": moment(period.past_ms) if period and past else None,
        "before": before[0] if before else None,
    }  # fmt: skip
    rows, as_of = await parts.history.page(principal, account_id, filters=filters, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["sequence"])),)) | {"as_of": as_of}


@router.get("/v1/accounts/{account_id}/spending", response_model=Spending, responses=refusals(401, 403, 404, 422, 503))
async def spending(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    first: Annotated[
        date | None, Query(alias="from", description="The first month is the first that begins here or later")
    ] = None,
    past: Annotated[
        date | None, Query(alias="to", description="Months that begin before this day; tomorrow when absent")
    ] = None,
) -> dict[str, object]:
    """Say what the account's movements of each month came to, by category; without `from` of the last twelve months."""
    today = moment(await parts.clocks.now_ms(principal.tenant_id)).date()
    rows, as_of = await parts.history.spending(principal, account_id, first=first, past=past, today=today)
    return {"items": rows, "as_of": as_of, "next_cursor": None}


@router.patch(
    "/v1/accounts/{account_id}/transactions/{transfer_id}", response_model=Marked, responses=refusals(401, 403, 404, 422)
)
async def mark_transaction(
    account_id: UUID, transfer_id: UUID, mark: Mark, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Call a movement by another category, or keep a note with it. The history shows it within a second.

    Sending the same again changes nothing.
    """
    return await parts.history.mark(principal, account_id, transfer_id, mark=mark, correlation_id=correlation_id)
