"""The choice about payments whose payer nobody names: proposed by one person, judged by another; the intake goes by it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.clock import Clock
from kit.errors import Conflict, DomainError, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from serving.edge.clocks import TenantClocks
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.risk.change import change
from serving.screening.judged import ScreeningChangeJudgement, ScreeningChangeWithdrawal
from serving.unnamed_payers import repository, schemas
from serving.unnamed_payers.repository import Row
from serving.unnamed_payers.schemas import UnnamedChangeStatus

ROUTE = "POST /v1/screening/unnamed-payers"


class UnnamedChangeDecided(Conflict):
    """Something was said to the change already."""

    code = "unnamed-change-decided"
    title = "The change has been decided already"
    remedy = "Read the changes again; to choose once more, propose another one."


class OwnUnnamedChange(DomainError):
    """Whoever proposed a change wanted to judge it, or another to withdraw it."""

    code = "own-unnamed-change"
    title = "Two people choose what becomes of unnamed payers' money"
    remedy = "A colleague with the role compliance or admin judges it; whoever proposed it withdraws it."


class Changes(NamedTuple):
    """What holds now, how many payments wait for their payer's name, and a page of changes."""

    choice: str
    waiting: int
    rows: list[Row]


class UnnamedPayersService:
    """What the routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock, clocks: TenantClocks) -> None:
        self._core = core
        self._clock = clock
        self._clocks = clocks

    async def changes(self, principal: Principal, *, before: tuple[datetime, str] | None, limit: int) -> Changes:
        """Return what holds now, how many payments wait for a name, and changes, newest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            holds = await repository.choice(connection, tenant_id=principal.tenant_id)
            waiting = await repository.waiting(connection, tenant_id=principal.tenant_id)
            rows = await repository.page(connection, tenant_id=principal.tenant_id, before=before, limit=limit)
            return Changes(holds.value, waiting, rows)

    async def propose(self, principal: Principal, wanted: schemas.NewUnnamedChange, *, correlation_id: str) -> Row:
        """Keep a proposal. Raises Forbidden for a machine."""
        principal.require_person("proposes whose payments are credited unscreened")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        change_id = uuid7(self._clock)
        detail = {"choice": wanted.choice.value, "why": wanted.why}
        async with change(self._core, principal, ROUTE, correlation_id, **detail) as (connection, said):
            await repository.insert(
                connection, tenant_id=principal.tenant_id, change_id=change_id, choice=wanted.choice.value, why=wanted.why,
                by=principal.subject, now=now,
            )  # fmt: skip
            said["resource"] = f"unnamed-payers/{change_id}"
            return await _required(connection, principal, change_id)

    async def judge(
        self, principal: Principal, change_id: UUID, judgement: ScreeningChangeJudgement, *, correlation_id: str
    ) -> Row:
        """Approve or reject. Raises NotFound, UnnamedChangeDecided, OwnUnnamedChange, Forbidden for a machine."""
        principal.require_person("judges what somebody proposed")
        status = UnnamedChangeStatus.APPROVED if judgement.approve else UnnamedChangeStatus.REJECTED
        return await self._say(principal, change_id, status, "judgement", judgement.note, correlation_id)

    async def withdraw(
        self, principal: Principal, change_id: UUID, wanted: ScreeningChangeWithdrawal, *, correlation_id: str
    ) -> Row:
        """Take back what one proposed oneself. Raises NotFound, UnnamedChangeDecided, OwnUnnamedChange."""
        return await self._say(principal, change_id, UnnamedChangeStatus.WITHDRAWN, "withdrawal", wanted.note, correlation_id)

    async def _say(
        self, principal: Principal, change_id: UUID, status: UnnamedChangeStatus, action: str, note: str | None,
        correlation_id: str,
    ) -> Row:  # fmt: skip
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        route, withdraws = f"{ROUTE}/{{unnamed_change_id}}/{action}", status is UnnamedChangeStatus.WITHDRAWN
        async with change(self._core, principal, route, correlation_id, status=status.value, note=note) as (connection, said):
            found = await _required(connection, principal, change_id, lock=True)
            if found["status"] != UnnamedChangeStatus.PROPOSED:
                raise UnnamedChangeDecided(f"it is {found['status']}")
            if (found["proposed_by"] == principal.subject) != withdraws:
                raise OwnUnnamedChange("another person proposed it" if withdraws else "they proposed it themselves")
            await repository.say(
                connection, tenant_id=principal.tenant_id, change_id=change_id, status=status.value,
                judged_by=None if withdraws else principal.subject, note=note, now=now,
            )  # fmt: skip
            said["resource"] = f"unnamed-payers/{change_id}"
            return await _required(connection, principal, change_id)


async def _required(connection: AsyncConnection, principal: Principal, change_id: UUID, *, lock: bool = False) -> Row:
    found = await repository.find(connection, tenant_id=principal.tenant_id, change_id=change_id, lock=lock)
    if found is None:
        raise NotFound(f"there is no change {change_id} of what becomes of unnamed payers' money")
    return found
