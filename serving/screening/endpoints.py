"""Routes: hold a name against watch-lists, see the lists, decide hits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from risk.screening.verdicts import HitStatus
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, moment_text, page
from serving.edge.schemas import CustomerId
from serving.risk.change import place_of
from serving.screening import schemas

router = APIRouter(prefix="/v1/screening", tags=["screening"])
ListId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]*$", max_length=48)]
Shown = dict[str, object]


@router.post("/search", response_model=schemas.ListMatches, responses=refusals(401, 403, 422, 503))
async def search_lists(wanted: schemas.ScreeningSearch, principal: Caller, parts: Parts) -> Shown:
    """Hold a name against all lists and say of each entry met how sure it is and why. Nothing is kept."""
    return await parts.screening.search(principal, wanted)


@router.get("/lists", response_model=schemas.WatchLists, responses=refusals(401, 403))
async def list_watch_lists(principal: Caller, parts: Parts) -> Shown:
    """Return the lists that customers are held against, with what may be done with each, and its newest version."""
    return await parts.screening.lists(principal)


@router.get("/lists/{list_id}/versions", response_model=schemas.WatchListVersionPage, responses=refusals(401, 403, 404, 422))
async def list_watch_list_versions(
    list_id: ListId, principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Shown:
    """Return a list's versions, newest first, and how many entries each added, removed and changed."""
    before = decode_cursor(cursor, int)
    rows = await parts.screening.versions(principal, list_id, before=before[0] if before else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["version"])),))


@router.get("/hits", response_model=schemas.ScreeningHitPage, responses=refusals(401, 403, 422))
async def list_hits(
    principal: Caller,
    parts: Parts,
    status: Annotated[HitStatus | None, Query(description="`cleared` are the good guys; those that wait when left out")] = None,
    customer_id: Annotated[CustomerId | None, Query(description="Those of one customer")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Shown:
    """Return customers who may be somebody on a list, oldest hit first."""
    after = place_of(decode_cursor(cursor, str, str))
    rows = await parts.screening.hits(principal, status=status, customer_id=customer_id, after=after, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (moment_text(row["found_at"]), str(row["hit_id"])))


@router.get("/hits/{hit_id}", response_model=schemas.ScreeningHitDetail, responses=refusals(401, 403, 404, 422))
async def get_hit(hit_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return a hit with whom it is about on both sides, and which words met which."""
    return await parts.screening.hit(principal, hit_id)


@router.post("/hits/{hit_id}/verdict", response_model=schemas.ScreeningHitDetail, responses=refusals(401, 403, 404, 409, 422))
async def propose_verdict(
    hit_id: UUID, proposal: schemas.ProposedVerdict, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Propose whether the customer is whom the list means; somebody else judges it."""
    return await parts.screening.propose(principal, hit_id, proposal, correlation_id=correlation_id)


@router.post("/hits/{hit_id}/judgement", response_model=schemas.ScreeningHitDetail, responses=refusals(401, 403, 404, 409, 422))
async def judge_verdict(
    hit_id: UUID, judgement: schemas.VerdictJudgement, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Let what somebody else proposed be the verdict, or take it away.

    Cleared, the customer is a good guy against this entry: it is not asked again until the entry or the name changes.
    """
    return await parts.screening.judge(principal, hit_id, judgement, correlation_id=correlation_id)
