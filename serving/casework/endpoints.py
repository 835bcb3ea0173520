"""Routes: cases, what is due, evidence, decisions of two people, the trail."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cases.casework.states import CaseState
from cases.due.clocks import DueClock
from serving.casework import office, schemas
from serving.casework.schemas import SCHEME, CaseOrder, Severity
from serving.casework.trails import trail_page
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.errors import InvalidRequest
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, decode_moment_cursor, page
from serving.edge.schemas import CustomerId
from serving.edge.versions import IfMatch, tagged, version_of

router = APIRouter(prefix="/v1/cases", tags=["cases"])
Shown = dict[str, object]
_CHANGED = refusals(401, 403, 404, 409, 422)
_CHANGED_FROM = refusals(401, 403, 404, 409, 412, 422, 428)


@router.get("", response_model=schemas.CasePage, responses=refusals(401, 403, 422))
async def list_cases(
    principal: Caller,
    parts: Parts,
    order: Annotated[CaseOrder, Query(description="The queue by what is due, by severity, or all, newest first")] = (
        CaseOrder.DUE
    ),
    state: CaseState | None = None,
    scheme: Annotated[str | None, Query(pattern=SCHEME)] = None,
    assignee: Annotated[str | None, Query(max_length=64, description="`user:` and an id")] = None,
    customer_id: CustomerId | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """List cases."""
    rows = await parts.casework.page(
        principal, order=order, state=state, scheme=scheme, assignee=assignee, customer_id=customer_id,
        place=_place(order, cursor), limit=limit + 1,
    )  # fmt: skip
    return page(rows, limit=limit, key=lambda row: _key(order, row))


@router.post("", status_code=201, response_model=schemas.OpenedCase, responses=_CHANGED)
async def open_case(
    wanted: schemas.NewCase, request: Request, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Put an alert into a case: a new one, or the one of its subject and scheme that is being worked on."""
    opened = await parts.casework.open(principal, wanted, correlation_id=correlation_id, traceparent=request.state.traceparent)
    return tagged(response, opened)


@router.get("/due", response_model=office.DueList, responses=refusals(401, 403, 422))
async def list_due(
    principal: Caller,
    parts: Parts,
    clock: Annotated[DueClock | None, Query(description="Those of one clock; the counts are of all")] = None,
) -> Shown:
    """Say what is late, nearly due and on time: alerts, cases, reports, a year's declaration, disputes, blocks."""
    return await parts.casework.due(principal, clock=clock)


@router.get("/queues", response_model=office.QueueList, responses=refusals(401, 403))
async def list_queues(principal: Caller, parts: Parts) -> Shown:
    """Say how many wait in which state, and how many of them are yours, or for you to judge."""
    return await parts.casework.queues(principal)


@router.get("/quiet", response_model=schemas.QuietPage, responses=refusals(401, 403, 422))
async def list_quiet(principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Shown:
    """List whom two people found to be no suspect of a scheme, why, and until when they stay quiet."""
    place = decode_moment_cursor(cursor) or (None, None)
    rows = await parts.casework.quiet(principal, at=place[0], after=place[1], limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (row["judged_at"].isoformat(), str(row["case_id"])))


@router.get("/{case_id}", response_model=schemas.CaseDetail, responses=refusals(401, 403, 404, 422))
async def get_case(case_id: UUID, response: Response, principal: Caller, parts: Parts) -> Shown:
    """Return one case with its alerts, notes and evidence, and what its state allows."""
    return tagged(response, await parts.casework.get(principal, case_id))


@router.post("/{case_id}/assignment", response_model=schemas.CaseDetail, responses=_CHANGED_FROM)
async def assign_case(
    case_id: UUID, wanted: schemas.Assignment, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation, if_match: IfMatch = None,
) -> Shown:  # fmt: skip
    """Take a case, or give it to a colleague."""
    return tagged(
        response,
        await parts.casework.assign(principal, case_id, wanted, version=version_of(if_match), correlation_id=correlation_id),
    )


@router.post("/{case_id}/notes", response_model=schemas.CaseDetail, responses=_CHANGED)
async def write_note(
    case_id: UUID, note: schemas.NewNote, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Write a note; it cannot be changed later."""
    return tagged(response, await parts.casework.note(principal, case_id, note, correlation_id=correlation_id))


@router.post("/{case_id}/evidence", response_model=schemas.CaseDetail, responses=_CHANGED)
async def attach_evidence(
    case_id: UUID, evidence: schemas.NewEvidence, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Attach bytes, or where they are; the same bytes are attached once."""
    return tagged(response, await parts.casework.attach(principal, case_id, evidence, correlation_id=correlation_id))


@router.get(
    "/{case_id}/evidence/{evidence_id}",
    response_class=Response,
    responses=refusals(401, 403, 404, 409, 422) | {200: {"content": {"application/octet-stream": {}}}},
)
async def get_evidence(case_id: UUID, evidence_id: UUID, principal: Caller, parts: Parts) -> Response:
    """Download a piece of evidence, after its SHA-256 was taken again and is the one that was taken when it came."""
    content, media_type, sha256 = await parts.casework.evidence(principal, case_id, evidence_id)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": "attachment", "X-Media-Type": media_type, "X-Sha256": sha256},
    )


@router.post("/{case_id}/decision", response_model=schemas.CaseDetail, responses=_CHANGED_FROM)
async def propose_decision(
    case_id: UUID, decision: schemas.ProposedDecision, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation, if_match: IfMatch = None,
) -> Shown:  # fmt: skip
    """Propose to report the case or to close it; somebody else judges that."""
    return tagged(
        response,
        await parts.deciding.propose(principal, case_id, decision, version=version_of(if_match), correlation_id=correlation_id),
    )


@router.post("/{case_id}/judgement", response_model=schemas.CaseDetail, responses=_CHANGED)
async def judge_decision(
    case_id: UUID, judgement: schemas.CaseJudgement, request: Request, response: Response, principal: Caller, parts: Parts,
    correlation_id: Correlation,
) -> Shown:  # fmt: skip
    """Agree to what somebody else proposed, or send it back with a note.

    Agreed, the transactions get their labels, the alerts their end, and what is to be reported its report.
    """
    judged = await parts.deciding.judge(
        principal, case_id, judgement, correlation_id=correlation_id, traceparent=request.state.traceparent
    )
    return tagged(response, judged)


@router.get("/{case_id}/trail", response_model=schemas.TrailPage, responses=refusals(401, 403, 404, 422))
async def get_trail(
    case_id: UUID, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Shown:
    """Return what was done to a case, oldest first: rows that hold the hash of the one before them and cannot be changed."""
    return await trail_page(partial(parts.casework.trail, principal, case_id), cursor=cursor, limit=limit)


def _key(order: CaseOrder, row: dict[str, object]) -> tuple[str | int, ...]:
    if order is CaseOrder.NEWEST:
        opened_at = row["opened_at"]
        return (opened_at.isoformat() if hasattr(opened_at, "isoformat") else str(opened_at), str(row["case_id"]))
    return (str(row["due_on"]), Severity(str(row["severity"])).rank, str(row["case_id"]))


def _place(order: CaseOrder, cursor: str | None) -> dict[str, object]:
    """Where a page begins. Raises InvalidRequest for a cursor that is none of this order's."""
    nowhere: dict[str, object] = {"opened_at": None, "due_on": None, "severity": None, "id": None}
    if order is CaseOrder.NEWEST:
        opened_at, case_id = decode_moment_cursor(cursor) or (None, None)
        return nowhere | {"opened_at": opened_at, "id": case_id}
    found = decode_cursor(cursor, str, int, str)
    if found is None:
        return nowhere
    try:
        due_on, case_id = date.fromisoformat(found[0]), str(UUID(found[2]))
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
    if not 1 <= found[1] <= len(Severity):
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor")
    return nowhere | {"due_on": due_on, "severity": found[1], "id": case_id}
