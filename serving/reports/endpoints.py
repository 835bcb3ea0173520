"""Routes: reports to the financial intelligence unit."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cases.reports.states import ReportState
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.errors import InvalidRequest
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.versions import tagged
from serving.reports import schemas

router = APIRouter(prefix="/v1/reports", tags=["reports"])
Shown = dict[str, object]


@router.get("", response_model=schemas.ReportPage, responses=refusals(401, 403, 422))
async def list_reports(
    principal: Caller,
    parts: Parts,
    state: Annotated[ReportState | None, Query(description="Those of one state")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List reports, what is due first at first."""
    rows = await parts.reports.page(principal, state=state, place=_place(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["due_on"]), str(row["report_id"])))


@router.post("", status_code=201, response_model=schemas.Report, responses=refusals(401, 403, 409, 422))
async def declare_nil(
    wanted: schemas.NilDeclaration, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Make the yearly declaration that there was nothing to report."""
    return tagged(response, await parts.reports.declare(principal, wanted, correlation_id=correlation_id))


@router.get("/{report_id}", response_model=schemas.Report, responses=refusals(401, 403, 404, 422))
async def get_report(report_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one report."""
    return tagged(response, await parts.reports.get(principal, report_id))


@router.post("/{report_id}/export", response_model=schemas.Report, responses=refusals(401, 403, 404, 409, 422))
async def export_report(
    report_id: UUID, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Make the document, in the place of one that was not sent; download it from `…/document`."""
    return tagged(response, await parts.reports.export(principal, report_id, correlation_id=correlation_id))


@router.get(
    "/{report_id}/document",
    response_class=Response,
    responses=refusals(401, 403, 404, 409, 422) | {200: {"content": {"application/xml": {}}}},
)
async def get_document(report_id: UUID, principal: Caller, parts: Parts) -> Response:
    """Download the document that was exported. A person sends it; nothing here does."""
    document = await parts.reports.document(principal, report_id)
    named = f'attachment; filename="report-{report_id}.xml"'
    return Response(document, media_type="application/xml", headers={"Content-Disposition": named})


@router.post("/{report_id}/receipt", response_model=schemas.Report, responses=refusals(401, 403, 404, 409, 422))
async def type_in_receipt(
    report_id: UUID, receipt: schemas.Receipt, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Say that the document was sent, with the receipt that came for it; its case is reported then."""
    return tagged(response, await parts.reports.receipt(principal, report_id, receipt, correlation_id=correlation_id))


def _place(cursor: str | None) -> tuple[date, str] | None:
    found = decode_cursor(cursor, str, str)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[0]), str(UUID(found[1]))
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
