"""One act on a case: its lock, the table of moves, its rows in the trail and the audit log, all in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from cases.casework import repository
from cases.casework.states import Act, CaseState, Standing, require
from cases.trail import repository as trail_repository
from cases.trail.chain import Detail
from kit.errors import NotFound
from serving.edge.principals import Principal
from serving.identity.audit import record

Row = dict[str, Any]


async def required(connection: AsyncConnection, principal: Principal, case_id: UUID, *, lock: bool = False) -> Row:
    """Return a case of the caller's tenant. Raises NotFound."""
    found = await repository.find(connection, tenant_id=principal.tenant_id, case_id=str(case_id), lock=lock)
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def standing(case: Row, *, receipt: bool = False) -> Standing:
    """Return what of a case decides its moves."""
    proposal = case["proposal"]
    return Standing(
        state=CaseState(case["state"]),
        assignee=case["assignee"],
        proposed_by=case["proposed_by"],
        evidence=case["evidence_count"],
        seen_all=proposal is None or proposal["decisions"] == case["decisions"],
        receipt=receipt,
    )


def allowed(case: Row, act: Act, principal: Principal, *, receipt: bool = False) -> CaseState:
    """Return the state after an act. Raises as `cases.casework.states.require` does."""
    return require(act, standing(case, receipt=receipt), by=principal.subject)


async def written(
    connection: AsyncConnection, principal: Principal, *, about: str, act: str, route: str, detail: Detail, now: datetime,
    correlation_id: str,
) -> None:  # fmt: skip
    """Say what was done, in the trail and in the audit log."""
    await trail_repository.append(
        connection, tenant_id=principal.tenant_id, at_ms=round(now.timestamp() * 1000), actor=principal.subject, about=about,
        act=act, detail=detail,
    )  # fmt: skip
    await record(
        connection, principal, route, resource=about, correlation_id=correlation_id, detail={"act": act, **detail},
    )  # fmt: skip
