"""Route: the statement of an account, in every format."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse

from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from serving.statements import schemas
from serving.statements.formats import PDF_TYPE, STREAMED, wanted
from serving.statements.period import DEFAULT_ZONE, period_of
from serving.statements.presented import line_shown, statement_shown
from serving.statements.schemas import FormatName
from serving.statements.statement import Statement

router = APIRouter(tags=["statements"])
_MAX_ZONE_LENGTH = 64
_MAX_ACCEPT_LENGTH = 1_000
_TYPES = {
    kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
    for kind in (PDF_TYPE, *(form.media_type for form in STREAMED.values()))
}


@router.get(
    "/v1/accounts/{account_id}/statement",
    response_model=schemas.Statement,
    responses={
        200: {"description": "The statement, in the format asked for", "content": _TYPES},
        **refusals(401, 403, 404, 422, 503),
    },
)
async def statement(
    account_id: UUID,
    principal: Caller,
    parts: Parts,
    first: Annotated[date | None, Query(alias="from", description="First day; the first of the last day's month")] = None,
    past: Annotated[date | None, Query(alias="to", description="The day after the last; tomorrow when absent")] = None,
    time_zone: Annotated[
        str, Query(max_length=_MAX_ZONE_LENGTH, description="Whose days these are, as the IANA database names it")
    ] = DEFAULT_ZONE,
    form: Annotated[
        FormatName | None, Query(alias="format", description="What Accept says when absent, else json (in pages)")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Return the statement of the half-open period [from, to), by when entries were booked, oldest first.

    `json` comes in pages (cursor, limit); `ndjson`, `csv`, `ofx` (1.0.2) and `camt053` (CAMT.053.001.08) come whole, however
    long they are; `pdf` is refused where it would be a book (`statement-too-long`).
    """
    now_ms = await parts.clocks.now_ms(principal.tenant_id)
    period = period_of(first, past, time_zone=time_zone, now_ms=now_ms)
    name = form or wanted((accept or "")[:_MAX_ACCEPT_LENGTH])
    key = decode_cursor(cursor, int, int)
    after, closing_version = key or (None, None)
    found = await parts.statements.statement(principal, account_id, period, closing_version=closing_version)
    if name == "json":
        return await _page(parts, found, after=after, limit=limit)
    if name == "pdf":
        return Response(await parts.statements.printed(found), media_type=PDF_TYPE, headers=_named(found, "pdf"))
    form_found = STREAMED[name]
    return StreamingResponse(
        parts.statements.written(found, form_found),
        media_type=form_found.media_type,
        headers=_named(found, form_found.extension),
    )


async def _page(parts: Parts, found: Statement, *, after: int | None, limit: int) -> Response:
    lines = await parts.statements.lines(found, after=after, limit=limit + 1)
    more = len(lines) > limit
    shown = schemas.Statement.model_validate(
        statement_shown(found)
        | {
            "items": [line_shown(line, found.currency) for line in lines[:limit]],
            "next_cursor": encode_cursor(lines[limit - 1].version, found.closing_version) if more else None,
        }
    )
    return JSONResponse(shown.model_dump(mode="json", by_alias=True))


def _named(found: Statement, extension: str) -> dict[str, str]:
    """The name under which the document is saved: account and days."""
    name = f"extrato-{found.account_id.hex[:8]}-{found.period.first}-{found.period.last}.{extension}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
