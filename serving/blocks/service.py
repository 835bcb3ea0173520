"""Blocks of received payments: placed by one person, ended by two, or by time, which the ledger's own holds keep."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.blocks.states import (
    MAX_BLOCK_MS,
    AlreadyBlocked,
    BlockOutcome,
    BlockState,
    Showing,
    require_judgeable,
    require_open,
    state_of,
)
from cases.due.clocks import DueClock, urgency_at
from cases.papers.sealing import Papers
from cases.trail.chain import Detail
from contracts import sealed as kinds
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import derived_id, uuid7
from kit.money import MAX_AMOUNT_MINOR
from kit.postgres import tenant_transaction
from serving.blocks import repository
from serving.blocks.holding import hold, let_go, received, send_back
from serving.blocks.schemas import BlockJudgement, BlockProposal, NewBlock
from serving.casework.acting import written
from serving.edge.clocks import Present, TenantClocks
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.freezes.repository import case_is_there

PLACE_ROUTE = "POST /v1/blocks"
PROPOSE_ROUTE = "POST /v1/blocks/{block_id}/proposal"
JUDGE_ROUTE = "POST /v1/blocks/{block_id}/judgement"
REASON = "precautionary-block"
_HIDDEN = ("tenant_id", "sealed", "hold_id", "hold_status", "outcome", "amount_minor", "currency")
Row = dict[str, Any]


class BlocksService:
    """What the routes of blocks do."""

    def __init__(self, core: AsyncConnectionPool, *, papers: Papers, clocks: TenantClocks) -> None:
        self._core = core
        self._papers = papers
        self._clocks = clocks

    async def page(self, principal: Principal, *, show: Showing | None, place: tuple[str, str] | None, limit: int) -> list[Row]:
        """Return blocks, newest first; of those that wait, what ends first at first."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, show=show, at=place and place[0], id=place and place[1], limit=limit
            )
        return [self._shown(row, now=now) for row in found]

    async def get(self, principal: Principal, block_id: UUID) -> Row:
        """Return one block. Raises NotFound."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return self._shown(await self._required(connection, principal, block_id), now=now)

    async def place(self, principal: Principal, wanted: NewBlock, *, correlation_id: str) -> Row:
        """Hold what is left of a received payment for 72 hours.

        Raises NotFound, NotReceived, NothingLeft, AlreadyBlocked, MoneyNotMoved, Forbidden for a machine.
        """
        principal.require_person("blocks somebody's money")
        present = await self._clocks.present(principal.tenant_id)
        block_id = uuid7(FixedClock(present.now_ms))
        tenant_id, expires_at_ms = principal.tenant_id, present.now_ms + MAX_BLOCK_MS
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            if wanted.case_id is not None and not await case_is_there(connection, tenant_id=tenant_id, case_id=wanted.case_id):
                raise NotFound(f"there is no case {wanted.case_id}")
            payment = await received(connection, tenant_id=tenant_id, transfer_id=wanted.transfer_id)
            hold_id = derived_id(block_id, "hold")
            amount_minor = await hold(
                connection, payment, tenant_id=tenant_id, hold_id=hold_id, at_most_minor=MAX_AMOUNT_MINOR,
                expires_at_ms=expires_at_ms, present=present, reason=REASON,
            )  # fmt: skip
            paper = await self._papers.write(
                {"tenant_id": tenant_id, "customer_id": payment.customer_id, "case_id": None}, wanted.reason,
                kind=kinds.BLOCK_REASON,
            )  # fmt: skip
            made = await repository.insert(
                connection, tenant_id=tenant_id, block_id=block_id, transfer_id=payment.transfer_id, hold_id=hold_id,
                account_id=payment.account_id, customer_id=payment.customer_id, amount_minor=amount_minor,
                currency=payment.currency, case_id=wanted.case_id, by=principal.subject, now=moment(present.now_ms),
                expires_at=moment(expires_at_ms), salt=paper.salt, sealed=paper.sealed,
            )  # fmt: skip
            if not made:
                raise AlreadyBlocked(f"transfer {wanted.transfer_id} has been blocked")
            detail: Detail = {"transfer_id": str(payment.transfer_id), "amount_minor": amount_minor,
                              "currency": payment.currency, "commitment": paper.commitment}  # fmt: skip
            await self._written(connection, principal, block_id, "block", PLACE_ROUTE, detail, present, correlation_id)
            return self._shown(await self._required(connection, principal, block_id), now=moment(present.now_ms))

    async def propose(self, principal: Principal, block_id: UUID, wanted: BlockProposal, *, correlation_id: str) -> Row:
        """Propose to keep the money or to let it go. Raises NotFound, BlockEnded, Forbidden for a machine."""
        principal.require_person("proposes what becomes of somebody's money")
        present = await self._clocks.present(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            require_open(_state(await self._required(connection, principal, block_id, lock=True)))
            await repository.propose(
                connection, tenant_id=principal.tenant_id, block_id=block_id, proposal=wanted.outcome, by=principal.subject,
                now=moment(present.now_ms),
            )  # fmt: skip
            detail: Detail = {"outcome": wanted.outcome.value}
            await self._written(connection, principal, block_id, "propose", PROPOSE_ROUTE, detail, present, correlation_id)
            return self._shown(await self._required(connection, principal, block_id), now=moment(present.now_ms))

    async def judge(self, principal: Principal, block_id: UUID, judgement: BlockJudgement, *, correlation_id: str) -> Row:
        """Carry out what somebody else proposed, or take the proposal away.

        Raises NotFound, BlockEnded, BlockNotProposed, BlockProposalChanged, OwnBlockProposal, MoneyNotMoved.
        """
        principal.require_person("judges what somebody proposed")
        present = await self._clocks.present(principal.tenant_id)
        tenant_id, now = principal.tenant_id, moment(present.now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            block = await self._required(connection, principal, block_id, lock=True)
            require_judgeable(
                _state(block), approve=judgement.approve, proposed_by=block["proposed_by"], by=principal.subject,
                proposed_at=block["proposed_at"], read_at=judgement.proposed_at,
            )  # fmt: skip
            if not judgement.approve:
                await repository.propose(connection, tenant_id=tenant_id, block_id=block_id, proposal=None, by=None, now=None)
                await self._written(connection, principal, block_id, "decline", JUDGE_ROUTE, {}, present, correlation_id)
                return self._shown(await self._required(connection, principal, block_id), now=moment(present.now_ms))
            refund_id = await self._carry_out(connection, block, present=present)
            state = BlockState.RELEASED if refund_id is None else BlockState.KEPT
            await repository.judge(
                connection, tenant_id=tenant_id, block_id=block_id, outcome=state, by=principal.subject, now=now,
                refund_id=refund_id,
            )  # fmt: skip
            detail: Detail = {"outcome": state.value, "refund_id": None if refund_id is None else str(refund_id)}
            await self._written(connection, principal, block_id, "end", JUDGE_ROUTE, detail, present, correlation_id)
            return self._shown(await self._required(connection, principal, block_id), now=moment(present.now_ms))

    @staticmethod
    async def _carry_out(connection: AsyncConnection, block: Row, *, present: Present) -> UUID | None:
        """Return the reversal by which the money went back, None where it was let go."""
        tenant_id, hold_id = block["tenant_id"], UUID(block["hold_id"])
        if block["proposal"] == BlockOutcome.RELEASE:
            await let_go(connection, tenant_id=tenant_id, hold_id=hold_id, present=present, reason=REASON)
            return None
        refund_id = derived_id(UUID(block["block_id"]), "refund")
        payment = await received(connection, tenant_id=tenant_id, transfer_id=UUID(block["transfer_id"]))
        await send_back(
            connection, payment, tenant_id=tenant_id, hold_id=hold_id, refund_id=refund_id, amount_minor=block["amount_minor"],
            present=present, reason=REASON,
        )  # fmt: skip
        return refund_id

    def _shown(self, row: Row, *, now: datetime) -> Row:
        [words] = self._papers.open(row, [row["sealed"]], kind=kinds.BLOCK_REASON)
        shown = {name: value for name, value in row.items() if name not in _HIDDEN}
        state = _state(row)
        return shown | {
            "state": state,
            "urgency": None if state.ended else urgency_at(row["expires_at"], clock=DueClock.BLOCK, now=now),
            "amount": money(row["amount_minor"], row["currency"]),
            "reason": None if words is None else words["text"],
        }

    @staticmethod
    async def _written(
        connection: AsyncConnection, principal: Principal, block_id: UUID, act: str, route: str, detail: Detail,
        present: Present, correlation_id: str,
    ) -> None:  # fmt: skip
        await written(
            connection, principal, about=f"block/{block_id}", act=act, route=route, detail=detail, now=moment(present.now_ms),
            correlation_id=correlation_id,
        )  # fmt: skip

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, block_id: UUID, *, lock: bool = False) -> Row:
        found = await repository.find(connection, tenant_id=principal.tenant_id, block_id=block_id, lock=lock)
        if found is None:
            raise NotFound(f"there is no block {block_id}")
        return found


def _state(row: Row) -> BlockState:
    return state_of(outcome=row["outcome"], proposal=row["proposal"], hold_status=row["hold_status"])
