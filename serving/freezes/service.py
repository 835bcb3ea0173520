"""Freezes: placed by one person at once, lifted by two; the ledger is told in the same transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from cases.freezes.states import FreezeState, require_active, require_judgeable
from cases.papers.sealing import Papers
from cases.trail.chain import Detail
from contracts import sealed as kinds
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from serving.accounts.statuses import AccountStatus, Block, BlockCause, Sides, flags
from serving.casework.acting import written
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.freezes import repository
from serving.freezes.schemas import FreezeJudgement, NewFreeze

PLACE_ROUTE = "POST /v1/freezes"
PROPOSE_ROUTE = "POST /v1/freezes/{freeze_id}/lifting"
JUDGE_ROUTE = "POST /v1/freezes/{freeze_id}/judgement"
_HIDDEN = ("tenant_id", "sealed")
Row = dict[str, Any]


class FreezesService:
    """What the routes of freezes do."""

    def __init__(self, core: AsyncConnectionPool, *, papers: Papers, clocks: TenantClocks) -> None:
        self._core = core
        self._papers = papers
        self._clocks = clocks

    async def page(
        self, principal: Principal, *, state: FreezeState | None, customer_id: str | None, place: tuple[str, str] | None,
        limit: int,
    ) -> list[Row]:  # fmt: skip
        """Return freezes, newest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, state=state, customer_id=customer_id, at=place and place[0],
                id=place and place[1], limit=limit,
            )  # fmt: skip
        return [self._shown(row) for row in found]

    async def get(self, principal: Principal, freeze_id: UUID) -> Row:
        """Return one freeze. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return self._shown(await self._required(connection, principal, freeze_id))

    async def place(self, principal: Principal, wanted: NewFreeze, *, correlation_id: str) -> Row:
        """Stop money from leaving, at once. Raises NotFound, InvalidRequest, Forbidden for a machine."""
        principal.require_person("freezes somebody's money")
        if (wanted.account_id is None) == (wanted.customer_id is None):
            raise InvalidRequest("account_id: name an account or a customer, one of the two", field="account_id")
        now = await self._now(principal)
        freeze_id = uuid7(FixedClock(round(now.timestamp() * 1000)))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            customer_id = await self._owner(connection, principal, wanted)
            paper = await self._papers.write(
                {"tenant_id": principal.tenant_id, "customer_id": customer_id, "case_id": None}, wanted.reason,
                kind=kinds.FREEZE_REASON,
            )  # fmt: skip
            await repository.insert(
                connection, tenant_id=principal.tenant_id, freeze_id=freeze_id, customer_id=customer_id,
                account_id=wanted.account_id, cause=wanted.cause, incoming=wanted.incoming, case_id=wanted.case_id,
                by=principal.subject, now=now, salt=paper.salt, sealed=paper.sealed,
            )  # fmt: skip
            told: Detail = {
                "cause": wanted.cause.value, "incoming": wanted.incoming.value, "commitment": paper.commitment,
                "account_id": None if wanted.account_id is None else str(wanted.account_id),
                "case_id": None if wanted.case_id is None else str(wanted.case_id),
            }  # fmt: skip
            freeze = await self._required(connection, principal, freeze_id)
            await self._tell_ledger(connection, freeze)
            await self._written(connection, principal, freeze_id, "freeze", PLACE_ROUTE, told, now, correlation_id)
            return self._shown(freeze)

    async def propose(self, principal: Principal, freeze_id: UUID, *, correlation_id: str) -> Row:
        """Propose to lift a freeze. Raises NotFound, FreezeMoveNotAllowed, Forbidden for a machine."""
        principal.require_person("proposes to lift a freeze")
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            freeze = await self._required(connection, principal, freeze_id, lock=True)
            require_active(FreezeState(freeze["state"]))
            await repository.propose(
                connection, tenant_id=principal.tenant_id, freeze_id=freeze_id, by=principal.subject, now=now
            )
            await self._written(connection, principal, freeze_id, "propose-lift", PROPOSE_ROUTE, {}, now, correlation_id)
            return self._shown(await self._required(connection, principal, freeze_id))

    async def judge(self, principal: Principal, freeze_id: UUID, judgement: FreezeJudgement, *, correlation_id: str) -> Row:
        """Lift a freeze that somebody else proposed to lift, or let it hold.

        Raises NotFound, FreezeMoveNotAllowed, LiftingChanged, OwnLifting, Forbidden for a machine.
        """
        principal.require_person("judges what somebody proposed")
        now = await self._now(principal)
        tenant_id = principal.tenant_id
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            freeze = await self._required(connection, principal, freeze_id)
            # The customer first, as whoever places a freeze does: two that overlap come one after the other.
            await repository.lock_customer(connection, tenant_id=tenant_id, customer_id=freeze["customer_id"])
            freeze = await self._required(connection, principal, freeze_id, lock=True)
            require_judgeable(
                FreezeState(freeze["state"]), approve=judgement.approve, proposed_by=freeze["proposed_by"],
                by=principal.subject, proposed_at=freeze["proposed_at"], read_at=judgement.proposed_at,
            )  # fmt: skip
            if judgement.approve:
                await repository.lift(connection, tenant_id=tenant_id, freeze_id=freeze_id, by=principal.subject, now=now)
                await self._tell_ledger(connection, freeze)
            else:
                await repository.propose(connection, tenant_id=tenant_id, freeze_id=freeze_id, by=None, now=now)
            act = "lift" if judgement.approve else "keep"
            await self._written(connection, principal, freeze_id, act, JUDGE_ROUTE, {}, now, correlation_id)
            return self._shown(await self._required(connection, principal, freeze_id))

    async def _owner(self, connection: AsyncConnection, principal: Principal, wanted: NewFreeze) -> str:
        tenant_id = principal.tenant_id
        if wanted.case_id is not None and not await repository.case_is_there(
            connection, tenant_id=tenant_id, case_id=wanted.case_id
        ):
            raise NotFound(f"there is no case {wanted.case_id}")
        owner = wanted.customer_id
        if wanted.account_id is not None:
            owner = await repository.owner_of(connection, tenant_id=tenant_id, account_id=wanted.account_id)
        if owner is None or not await repository.lock_customer(connection, tenant_id=tenant_id, customer_id=owner):
            raise NotFound(f"there is no {'customer' if wanted.account_id is None else 'account'} of that id")
        return owner

    @staticmethod
    async def _tell_ledger(connection: AsyncConnection, freeze: Row) -> None:
        """Let the ledger hold, for each account of a freeze, what its status and all of its freezes say together."""
        tenant_id, customer_id = freeze["tenant_id"], freeze["customer_id"]
        found = await repository.accounts(
            connection, tenant_id=tenant_id, customer_id=customer_id, account_id=freeze["account_id"]
        )
        for account in found:
            frozen = await repository.frozen(
                connection, tenant_id=tenant_id, customer_id=customer_id, account_id=account["account_id"]
            )
            told = flags(AccountStatus(account["status"]), _block(account)).with_freezes(frozen)
            await ledger_accounts.change_account(
                connection, account["account_id"], tenant_id=tenant_id, frozen_debits=told.frozen_debits,
                frozen_credits=told.frozen_credits,
            )  # fmt: skip

    def _shown(self, row: Row) -> Row:
        [words] = self._papers.open(row, [row["sealed"]], kind=kinds.FREEZE_REASON)
        shown = {name: value for name, value in row.items() if name not in _HIDDEN}
        return shown | {"reason": None if words is None else words["text"]}

    async def _now(self, principal: Principal) -> datetime:
        return moment(await self._clocks.now_ms(principal.tenant_id))

    @staticmethod
    async def _written(
        connection: AsyncConnection, principal: Principal, freeze_id: UUID, act: str, route: str, detail: Detail, now: datetime,
        correlation_id: str,
    ) -> None:  # fmt: skip
        await written(
            connection, principal, about=f"freeze/{freeze_id}", act=act, route=route, detail=detail, now=now,
            correlation_id=correlation_id,
        )  # fmt: skip

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, freeze_id: UUID, *, lock: bool = False) -> Row:
        found = await repository.find(connection, tenant_id=principal.tenant_id, freeze_id=freeze_id, lock=lock)
        if found is None:
            raise NotFound(f"there is no freeze {freeze_id}")
        return found


def _block(account: Row) -> Block | None:
    if account["block_cause"] is None:
        return None
    both = account["blocked_debits"] and account["blocked_credits"]
    sides = Sides.BOTH if both else Sides.DEBITS if account["blocked_debits"] else Sides.CREDITS
    return Block(BlockCause(account["block_cause"]), sides)
