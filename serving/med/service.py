"""Disputes: the money is held when the report comes, analysed by two people, returned through the ledger's own reversal."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.blocks.states import NothingLeft, Showing
from cases.disputes.states import (
    AGREEING,
    Analysis,
    DisputeAct,
    DisputeMoveNotAllowed,
    DisputeState,
    RefundResult,
    after,
    clock_of,
    deadlines,
    infraction_status,
    require_read,
    result_of,
)  # fmt: skip
from cases.due.clocks import DueClock, urgency_at
from cases.trail.chain import Detail
from kit.clock import FixedClock
from kit.errors import Conflict, NotFound
from kit.ids import derived_id, uuid7
from kit.postgres import tenant_transaction
from serving.blocks import repository as money_held
from serving.blocks.holding import MoneyNotMoved, Received, hold, let_go, received, send_back
from serving.casework.acting import written
from serving.casework.trails import read_trail
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.med import repository
from serving.med.schemas import DisputeAnalysis, DisputeJudgement, DisputeRefund, NewDispute

OPEN_ROUTE = "POST /v1/med"
STEP_ROUTE = "POST /v1/med/{dispute_id}/%s"
REASON = "med-fraud"
# A hold outlives its deadline by this much, so that a return on the last day still finds the money.
SLACK_MS = 86_400_000
_HIDDEN = ("tenant_id", "hold_id", "amount_minor", "currency", "held_minor", "refunded_minor")
Row = dict[str, Any]


class AlreadyDisputed(Conflict):
    """The report has been written, or the payment is disputed by another one."""

    code = "already-disputed"
    title = "This payment is disputed already, or the report is known"
    remedy = "List the disputes and find it by its external_id or transfer_id."


class MedService:
    """What the routes of disputes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def page(
        self, principal: Principal, *, state: DisputeState | None, show: Showing | None, place: tuple[str, str] | None,
        limit: int,
    ) -> list[Row]:  # fmt: skip
        """Return disputes, whose money is due first at first; of those that have ended, last."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, state=state, show=show, at=place and place[0], id=place and place[1],
                limit=limit,
            )  # fmt: skip
        return [_shown(row, now=now) for row in found]

    async def get(self, principal: Principal, dispute_id: UUID) -> Row:
        """Return one dispute. Raises NotFound."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _shown(await self._required(connection, principal, dispute_id), now=now)

    async def trail(self, principal: Principal, dispute_id: UUID, *, after: int, limit: int) -> list[Row]:
        """Return what was done to a dispute, oldest first. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._required(connection, principal, dispute_id)
            return await read_trail(
                connection, tenant_id=principal.tenant_id, about=f"dispute/{dispute_id}", after=after, limit=limit
            )

    async def open(self, principal: Principal, wanted: NewDispute, *, correlation_id: str) -> Row:
        """Take an infraction report in and hold what is left of its money.

        Raises NotFound, NotReceived, InvalidRequest, AlreadyDisputed, Forbidden for a machine.
        """
        principal.require_person("takes a dispute in")
        present = await self._clocks.present(principal.tenant_id)
        now, tenant_id, dispute_id = moment(present.now_ms), principal.tenant_id, uuid7(FixedClock(present.now_ms))
        if wanted.reported_at > now:
            raise InvalidRequest("reported_at: must be a past moment", field="reported_at")
        due = deadlines(wanted.reported_at)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            payment = await received(connection, tenant_id=tenant_id, transfer_id=wanted.transfer_id)
            amount_minor = payment.left_minor if wanted.amount_minor is None else wanted.amount_minor
            if amount_minor > payment.left_minor:
                raise InvalidRequest(f"amount_minor: {payment.left_minor} are left of the payment", field="amount_minor")
            hold_id = derived_id(dispute_id, "hold")
            held_minor = await _held(
                connection, payment, tenant_id=tenant_id, hold_id=hold_id, amount_minor=amount_minor, until=due.refund_at,
                present=present,
            )  # fmt: skip
            made = await repository.insert(
                connection, tenant_id=tenant_id, dispute_id=dispute_id, external_id=wanted.external_id,
                transfer_id=payment.transfer_id, account_id=payment.account_id, customer_id=payment.customer_id,
                situation=wanted.situation, amount_minor=amount_minor, currency=payment.currency, hold_id=hold_id,
                held_minor=held_minor, reported_at=wanted.reported_at, analysis_due_at=due.analysis_at,
                refund_due_at=due.refund_at, by=principal.subject, now=now,
            )  # fmt: skip
            if not made:
                raise AlreadyDisputed(f"{wanted.external_id}, or the payment {wanted.transfer_id}")
            detail: Detail = {"transfer_id": str(payment.transfer_id), "amount_minor": amount_minor, "held_minor": held_minor}
            await self._written(connection, principal, dispute_id, "open", OPEN_ROUTE, detail, now, correlation_id)
            return _shown(await self._required(connection, principal, dispute_id), now=now)

    async def acknowledge(self, principal: Principal, dispute_id: UUID, *, correlation_id: str) -> Row:
        """Begin to analyse. Raises NotFound, DisputeMoveNotAllowed."""
        return await self._step(principal, dispute_id, DisputeAct.ACKNOWLEDGE, {}, correlation_id=correlation_id)

    async def propose(self, principal: Principal, dispute_id: UUID, wanted: DisputeAnalysis, *, correlation_id: str) -> Row:
        """Say whether it was fraud; somebody else agrees. Raises NotFound, DisputeMoveNotAllowed."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        said = {"analysis": wanted.analysis, "proposed_by": principal.subject, "proposed_at": now}
        return await self._step(principal, dispute_id, DisputeAct.PROPOSE, said, correlation_id=correlation_id)

    async def judge(self, principal: Principal, dispute_id: UUID, judgement: DisputeJudgement, *, correlation_id: str) -> Row:
        """Agree to an analysis or send it back; an agreed `disagreed` lets the money go.

        Raises NotFound, DisputeMoveNotAllowed, AnalysisChanged, OwnAnalysis.
        """
        principal.require_person("judges what somebody proposed")
        present = await self._clocks.present(principal.tenant_id)
        now = moment(present.now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await self._required(connection, principal, dispute_id, lock=True)
            if row["analysis"] is None:
                raise DisputeMoveNotAllowed(f"a dispute that is {row['state']} has no analysis to judge", state=row["state"])
            act = AGREEING[Analysis(row["analysis"])] if judgement.approve else DisputeAct.SEND_BACK
            state = after(act, DisputeState(row["state"]))
            require_read(
                approve=judgement.approve, proposed_by=row["proposed_by"], by=principal.subject,
                proposed_at=row["proposed_at"], read_at=judgement.proposed_at,
            )  # fmt: skip
            if judgement.approve:
                said = {"judged_by": principal.subject, "judged_at": now}
            else:
                said = {"analysis": None, "proposed_by": None, "proposed_at": None}
            if state is DisputeState.DISAGREED:
                await _release(connection, row, present=present)
                said |= {"ended_at": now}
            await repository.move(connection, row, state=state, **said)
            route = STEP_ROUTE % "judgement"
            await self._written(connection, principal, dispute_id, act, route, {}, now, correlation_id)
            return _shown(await self._required(connection, principal, dispute_id), now=now)

    async def cancel(self, principal: Principal, dispute_id: UUID, *, correlation_id: str) -> Row:
        """The other side takes its report back: the money is let go. Raises NotFound, DisputeMoveNotAllowed."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        return await self._step(
            principal, dispute_id, DisputeAct.CANCEL, {"ended_at": now}, correlation_id=correlation_id, release=True
        )

    async def refund(self, principal: Principal, dispute_id: UUID, wanted: DisputeRefund, *, correlation_id: str) -> Row:
        """Return what is there of the money, once; nothing being there, or with a reason, the refund is rejected.

        Raises NotFound, DisputeMoveNotAllowed, MoneyNotMoved (a frozen account), Forbidden for a machine.
        """
        principal.require_person("returns somebody's money")
        present = await self._clocks.present(principal.tenant_id)
        now, tenant_id = moment(present.now_ms), principal.tenant_id
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            row = await self._required(connection, principal, dispute_id, lock=True)
            after(DisputeAct.REFUND, DisputeState(row["state"]))
            amount_minor, refund_id = 0, None
            if wanted.reject is None:
                amount_minor, refund_id = await _send_back(connection, row, present=present)
            if refund_id is None:
                await _release(connection, row, present=present)
            result = result_of(refunded_minor=amount_minor, disputed_minor=row["amount_minor"])
            if wanted.reject is not None:
                result = RefundResult(wanted.reject)
            act = DisputeAct.REJECT if refund_id is None else DisputeAct.REFUND
            state = after(act, DisputeState(row["state"]))
            await repository.move(
                connection, row, state=state, result=result, refund_id=refund_id, refunded_minor=amount_minor, ended_at=now
            )
            detail: Detail = {"result": result.value, "refunded_minor": amount_minor}
            await self._written(connection, principal, dispute_id, act, STEP_ROUTE % "refund", detail, now, correlation_id)
            return _shown(await self._required(connection, principal, dispute_id), now=now)

    async def _step(
        self, principal: Principal, dispute_id: UUID, act: DisputeAct, said: Row, *, correlation_id: str, release: bool = False
    ) -> Row:
        principal.require_person("works a dispute")
        present = await self._clocks.present(principal.tenant_id)
        now = moment(present.now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await self._required(connection, principal, dispute_id, lock=True)
            state = after(act, DisputeState(row["state"]))
            if release:
                await _release(connection, row, present=present)
            await repository.move(connection, row, state=state, **said)
            detail: Detail = {"analysis": str(said["analysis"])} if "analysis" in said else {}
            await self._written(connection, principal, dispute_id, act, STEP_ROUTE % act, detail, now, correlation_id)
            return _shown(await self._required(connection, principal, dispute_id), now=now)

    @staticmethod
    async def _written(
        connection: AsyncConnection, principal: Principal, dispute_id: UUID, act: str, route: str, detail: Detail,
        now: datetime, correlation_id: str,
    ) -> None:  # fmt: skip
        await written(
            connection, principal, about=f"dispute/{dispute_id}", act=act, route=route, detail=detail, now=now,
            correlation_id=correlation_id,
        )  # fmt: skip

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, dispute_id: UUID, *, lock: bool = False) -> Row:
        found = await repository.find(connection, tenant_id=principal.tenant_id, dispute_id=dispute_id, lock=lock)
        if found is None:
            raise NotFound(f"there is no dispute {dispute_id}")
        return found


async def _held(
    connection: AsyncConnection, payment: Received, *, tenant_id: str, hold_id: UUID, amount_minor: int, until: datetime,
    present: Present,
) -> int:  # fmt: skip
    """Hold what is there of disputed money; 0 where nothing is, or where the account gives nothing anyway (frozen)."""
    expires_at_ms = max(round(until.timestamp() * 1000), present.now_ms) + SLACK_MS
    try:
        return await hold(
            connection, payment, tenant_id=tenant_id, hold_id=hold_id, at_most_minor=amount_minor,
            expires_at_ms=expires_at_ms, present=present, reason=REASON,
        )  # fmt: skip
    except (NothingLeft, MoneyNotMoved):
        return 0


async def _release(connection: AsyncConnection, row: Row, *, present: Present) -> None:
    """End the hold where there is one still."""
    hold_id = UUID(row["hold_id"])
    if await money_held.hold_status(connection, tenant_id=row["tenant_id"], hold_id=hold_id) == "held":
        await let_go(connection, tenant_id=row["tenant_id"], hold_id=hold_id, present=present, reason=REASON)


async def _send_back(connection: AsyncConnection, row: Row, *, present: Present) -> tuple[int, UUID | None]:
    """Return how much went back by which reversal: what was held and what else is there, up to what is disputed."""
    tenant_id, hold_id = row["tenant_id"], UUID(row["hold_id"])
    payment = await received(connection, tenant_id=tenant_id, transfer_id=UUID(row["transfer_id"]))
    is_held = await money_held.hold_status(connection, tenant_id=tenant_id, hold_id=hold_id) == "held"
    there_minor = await money_held.available_minor(connection, payment.account_id) + (row["held_minor"] if is_held else 0)
    amount_minor = min(row["amount_minor"], payment.left_minor, there_minor)
    if amount_minor <= 0:
        return 0, None
    refund_id = derived_id(UUID(row["dispute_id"]), "refund")
    await send_back(
        connection, payment, tenant_id=tenant_id, hold_id=hold_id if is_held else None, refund_id=refund_id,
        amount_minor=amount_minor, present=present, reason=REASON,
    )  # fmt: skip
    return amount_minor, refund_id


def _shown(row: Row, *, now: datetime) -> Row:
    state = DisputeState(row["state"])
    clock = clock_of(state)
    due_at = None if clock is None else row["refund_due_at" if clock is DueClock.MED_REFUND else "analysis_due_at"]
    shown = {name: value for name, value in row.items() if name not in _HIDDEN}
    return shown | {
        "amount": money(row["amount_minor"], row["currency"]),
        "held": money(row["held_minor"], row["currency"]),
        "refunded": money(row["refunded_minor"], row["currency"]),
        "infraction": infraction_status(state),
        "due_at": due_at,
        "urgency": None if clock is None or due_at is None else urgency_at(due_at, clock=clock, now=now),
        "late": due_at is not None and now > due_at,
    }
