"""Goals: set one, move money between it and its account, change it, and close it with the money back in the account."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from contracts.ledger_events import Purpose
from kit.clock import FixedClock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from ledger.postings import Kind, PostingRequest
from ledger.writer import post_one
from serving.edge.clocks import Present, TenantClocks
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.versions import require
from serving.goals import repository
from serving.goals.repository import Row
from serving.goals.schemas import Goal, GoalChange, MoveDirection, MoveDone, NewGoal, NewMove
from serving.holders.schemas import HolderRole
from serving.holders.service import ANYBODY, USERS, require_role
from serving.identity.audit import record
from serving.payments.errors import TransferFailed
from serving.payments.once import Done, Once

SET_ROUTE = "POST /v1/goals"
MOVE_ROUTE = "POST /v1/goals/{goal_id}/moves"


class GoalClosed(Conflict):
    """The goal, or the account it belongs to, has ended."""

    code = "goal-closed"
    title = "The goal, or its account, is closed"
    remedy = "Set another goal under an account that is open."


class GoalsService:
    """What the goals routes do."""

    def __init__(self, core: AsyncConnectionPool, *, once: Once, clocks: TenantClocks) -> None:
        self._core = core
        self._once = once
        self._clocks = clocks

    async def set(self, principal: Principal, wanted: NewGoal, *, idempotency_key: str | None, correlation_id: str) -> Done:
        """Set a goal once a key. Raises NotFound for an unknown account, Forbidden for a viewer, GoalClosed."""

        async def work(connection: AsyncConnection, goal_id: UUID, present: Present) -> Goal:
            return await self._set(connection, principal, wanted, goal_id=goal_id, now_ms=present.now_ms)

        return await self._once.do(
            principal,
            work,
            action=SET_ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def move(
        self,
        principal: Principal,
        goal_id: UUID,
        wanted: NewMove,
        *,
        idempotency_key: str | None,
        correlation_id: str,
    ) -> Done:
        """Move money once a key. Raises NotFound, Forbidden for a viewer, GoalClosed, TransferFailed without funds."""

        async def work(connection: AsyncConnection, transfer_id: UUID, present: Present) -> MoveDone:
            found = await self._open_goal(connection, principal, goal_id)
            await self._post(
                connection,
                principal,
                found,
                transfer_id=transfer_id,
                direction=wanted.direction,
                amount_minor=wanted.amount_minor,
                present=present,
                correlation_id=correlation_id,
            )
            goal = await self._required(connection, principal, goal_id, ANYBODY)
            return MoveDone(transfer_id=transfer_id, goal=Goal.model_validate(goal))

        return await self._once.do(
            principal,
            work,
            action=MOVE_ROUTE,
            content=f"{goal_id}\n{wanted.model_dump_json()}".encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def get(self, principal: Principal, goal_id: UUID) -> Row:
        """Return one goal. Raises NotFound, also for one under somebody else's account."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, goal_id, ANYBODY)

    async def page(self, principal: Principal, *, account_id: UUID | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` goals after an id; a customer's own."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_goals(
                connection,
                tenant_id=principal.tenant_id,
                account_id=account_id,
                customer_id=principal.own_only,
                after=after,
                limit=limit,
            )
        return [_presented(row) for row in rows]

    async def change(
        self, principal: Principal, goal_id: UUID, wanted: GoalChange, *, version: int, correlation_id: str
    ) -> Row:
        """Change a goal's name, target or date. Raises NotFound, Forbidden for a viewer, StaleVersion, GoalClosed."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            require(await self._open_goal(connection, principal, goal_id), version)
            await repository.update_goal(
                connection, goal_id=goal_id, given=sorted(wanted.model_fields_set), **wanted.model_dump()
            )
            await record(
                connection,
                principal,
                "PATCH /v1/goals/{goal_id}",
                resource=f"goals/{goal_id}",
                correlation_id=correlation_id,
            )
            return await self._required(connection, principal, goal_id, ANYBODY)

    async def close(self, principal: Principal, goal_id: UUID, *, version: int, correlation_id: str) -> Row:
        """Bring a goal's money back to its account and close it. Raises as `change` does, and TransferFailed."""
        present = await self._clocks.present(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._open_goal(connection, principal, goal_id)
            require(found, version)
            balance_minor = int(str(found["balance_minor"]))
            if balance_minor:
                await self._post(
                    connection,
                    principal,
                    found,
                    transfer_id=uuid7(FixedClock(present.now_ms)),
                    direction=MoveDirection.OUT,
                    amount_minor=balance_minor,
                    present=present,
                    correlation_id=correlation_id,
                )
            await ledger_accounts.change_account(connection, goal_id, tenant_id=principal.tenant_id, closed=True)
            await repository.close_goal(connection, goal_id)
            await record(
                connection,
                principal,
                "DELETE /v1/goals/{goal_id}",
                resource=f"goals/{goal_id}",
                correlation_id=correlation_id,
            )
            return await self._required(connection, principal, goal_id, ANYBODY)

    async def _set(
        self, connection: AsyncConnection, principal: Principal, wanted: NewGoal, *, goal_id: UUID, now_ms: int
    ) -> Goal:
        parent = await repository.find_parent(connection, wanted.account_id)
        if parent is None:
            raise NotFound(f"there is no account {wanted.account_id}")
        await require_role(connection, principal, wanted.account_id, USERS)
        if parent["status"] == "closed":
            raise GoalClosed(f"account {wanted.account_id} is closed")
        account = ledger_accounts.NewAccount(
            account_id=goal_id,
            tenant_id=principal.tenant_id,
            currency=str(parent["currency"]),
            owner_id=str(parent["customer_id"]),
            code=f"goal:{goal_id}",
            debits_must_not_exceed_credits=True,
        )
        await ledger_accounts.open_accounts_async(connection, [account], now_ms=now_ms)
        await repository.insert_goal(
            connection,
            {**wanted.model_dump(), "goal_id": goal_id, "tenant_id": principal.tenant_id, "created_at_ms": now_ms},
        )
        return Goal.model_validate(await self._required(connection, principal, goal_id, ANYBODY))

    async def _post(
        self,
        connection: AsyncConnection,
        principal: Principal,
        goal: Row,
        *,
        transfer_id: UUID,
        direction: MoveDirection,
        amount_minor: int,
        present: Present,
        correlation_id: str,
    ) -> None:
        """Move money between a goal and its account. Raises TransferFailed: nothing is recorded then."""
        goal_id, account_id = UUID(str(goal["goal_id"])), UUID(str(goal["account_id"]))
        debit, credit = (account_id, goal_id) if direction is MoveDirection.IN else (goal_id, account_id)
        request = PostingRequest(
            kind=Kind.POST,
            transfer_id=transfer_id,
            tenant_id=principal.tenant_id,
            occurred_at_ms=present.now_ms,
            amount_minor=amount_minor,
            currency=str(goal["currency"]),
            debit_account_id=debit,
            credit_account_id=credit,
            purpose=Purpose.ALLOCATION,
            headers={"correlation_id": correlation_id},
        )
        result = await post_one(connection, request, now_ms=present.now_ms, topic=present.topic)
        if not result.moved:
            raise TransferFailed(f"the ledger answered {result.code}", transfer_id=str(transfer_id), reason=result.code)

    async def _open_goal(self, connection: AsyncConnection, principal: Principal, goal_id: UUID) -> Row:
        """Return a goal that is open, locked, to somebody who uses its account."""
        found = await self._required(connection, principal, goal_id, USERS, for_update=True)
        if found["status"] != "open":
            raise GoalClosed(f"goal {goal_id} is closed")
        return found

    @staticmethod
    async def _required(
        connection: AsyncConnection,
        principal: Principal,
        goal_id: UUID,
        roles: frozenset[HolderRole],
        *,
        for_update: bool = False,
    ) -> Row:
        row = await repository.find_goal(connection, tenant_id=principal.tenant_id, goal_id=goal_id, for_update=for_update)
        missing = NotFound(f"there is no goal {goal_id}")
        if row is None:
            raise missing
        try:
            await require_role(connection, principal, UUID(str(row["account_id"])), roles)
        except NotFound:
            # Whose goal it is not learns neither that it is there nor under which account.
            raise missing from None
        return _presented(row)


def _presented(row: Row) -> Row:
    target_minor, currency = row["target_minor"], row["currency"]
    balance_minor = int(str(row["balance_minor"]))
    return row | {
        "balance": money(balance_minor, currency),
        "target": None if target_minor is None else money(target_minor, currency),
        "reached": target_minor is not None and balance_minor >= int(str(target_minor)),
    }
