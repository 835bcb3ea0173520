"""Routes: what becomes of payments whose payer no gateway names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, moment_text, page
from serving.risk.change import place_of
from serving.screening.judged import ScreeningChangeJudgement, ScreeningChangeWithdrawal
from serving.unnamed_payers import schemas

router = APIRouter(prefix="/v1/screening/unnamed-payers", tags=["screening"])
ChangeId = Annotated[UUID, Path()]
Shown = dict[str, object]


@router.get("", response_model=schemas.UnnamedChoice, responses=refusals(401, 403, 422))
async def list_unnamed_changes(principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Shown:
    """Return whether payments of payers whom nobody names are credited or held, how many wait, and changes, newest first."""
    before = place_of(decode_cursor(cursor, str, str))
    changes = await parts.unnamed_payers.changes(principal, before=before, limit=limit + 1)
    shown = page(changes.rows, limit=limit, key=lambda row: (moment_text(row["proposed_at"]), str(row["unnamed_change_id"])))
    return {"choice": changes.choice, "waiting": changes.waiting} | shown


@router.post("", status_code=201, response_model=schemas.UnnamedChange, responses=refusals(401, 403, 422))
async def propose_unnamed_change(
    wanted: schemas.NewUnnamedChange, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Propose that such payments are credited, or held until their payer is named; somebody else judges it."""
    return await parts.unnamed_payers.propose(principal, wanted, correlation_id=correlation_id)


@router.post(
    "/{unnamed_change_id}/judgement", response_model=schemas.UnnamedChange, responses=refusals(401, 403, 404, 409, 422)
)
async def judge_unnamed_change(
    unnamed_change_id: ChangeId,
    judgement: ScreeningChangeJudgement,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> Shown:
    """Approve or reject what somebody else proposed. Approved, it holds within seconds for what comes in from then on.

    With `credit` what waits only for its payer's name is credited as well, each once, within seconds or minutes.
    """
    return await parts.unnamed_payers.judge(principal, unnamed_change_id, judgement, correlation_id=correlation_id)


@router.post(
    "/{unnamed_change_id}/withdrawal", response_model=schemas.UnnamedChange, responses=refusals(401, 403, 404, 409, 422)
)
async def withdraw_unnamed_change(
    unnamed_change_id: ChangeId,
    wanted: ScreeningChangeWithdrawal,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
) -> Shown:
    """Take back what one proposed oneself, before anybody has judged it."""
    return await parts.unnamed_payers.withdraw(principal, unnamed_change_id, wanted, correlation_id=correlation_id)
