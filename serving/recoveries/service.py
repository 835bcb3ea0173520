"""Recoveries: asked for here, answered by another institution, credited by two people through the ledger's own reversal."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.blocks.states import Showing
from cases.due.clocks import DueClock, urgency_at
from cases.recoveries.states import (
    ANSWERING,
    ENDS,
    AlreadyRecovering,
    PaidWithin,
    RecoveryAct,
    RecoveryResult,
    RecoveryState,
    after,
    directory_status,
    due_at,
    require_read,
    result_of,
)
from cases.trail.chain import Detail
from contracts.ledger_events import Purpose
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import derived_id, uuid7
from kit.postgres import tenant_transaction
from ledger.postings import Status
from serving.blocks.holding import NotReceived, Received, send_back
from serving.casework.acting import written
from serving.casework.trails import read_trail
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.recoveries import repository
from serving.recoveries.schemas import (
    NewRecovery,
    RecoveryAnswer,
    RecoveryJudgement,
    RecoveryRefusal,
    RecoveryReturn,
    RecoverySending,
)

OPEN_ROUTE = "POST /v1/recoveries"
STEP_ROUTE = "POST /v1/recoveries/{recovery_id}/%s"
REASON = "med-returned"
_HIDDEN = ("tenant_id", "amount_minor", "currency", "returned_minor", "proposed_minor")
Row = dict[str, Any]


class NotSent(NotReceived):
    """The transfer took no money that could be asked back."""

    code = "not-sent"
    title = "The transfer has not taken money from a customer's account"
    remedy = "Name a posted transfer that an account here paid and that was not reversed."


class RecoveriesService:
    """What the routes of recoveries do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def page(self, principal: Principal, *, show: Showing, place: tuple[str, str] | None, limit: int) -> list[Row]:
        """Return recoveries that run, what is due first at first; or those that have ended, newest first."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, show=show, at=place and place[0], id=place and place[1], limit=limit
            )
        return [_shown(row, now=now) for row in found]

    async def get(self, principal: Principal, recovery_id: UUID) -> Row:
        """Return one recovery. Raises NotFound."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _shown(await _required(connection, principal, recovery_id), now=now)

    async def trail(self, principal: Principal, recovery_id: UUID, *, after: int, limit: int) -> list[Row]:
        """Return what was done to a recovery, oldest first. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await _required(connection, principal, recovery_id)
            return await read_trail(
                connection, tenant_id=principal.tenant_id, about=f"recovery/{recovery_id}", after=after, limit=limit
            )

    async def open(self, principal: Principal, wanted: NewRecovery, *, correlation_id: str) -> Row:
        """Write down that a customer was defrauded. Raises NotFound, NotSent, PaidWithin, InvalidRequest, AlreadyRecovering."""
        principal.require_person("asks somebody's money back")
        present = await self._clocks.present(principal.tenant_id)
        now, tenant_id, recovery_id = moment(present.now_ms), principal.tenant_id, uuid7(FixedClock(present.now_ms))
        if wanted.reported_at > now:
            raise InvalidRequest("reported_at: must be a past moment", field="reported_at")
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            payment = await _sent(connection, tenant_id=tenant_id, transfer_id=wanted.transfer_id)
            amount_minor = payment.left_minor if wanted.amount_minor is None else wanted.amount_minor
            if amount_minor > payment.left_minor:
                raise InvalidRequest(f"amount_minor: {payment.left_minor} are left of the payment", field="amount_minor")
            made = await repository.insert(
                connection, tenant_id=tenant_id, recovery_id=recovery_id, transfer_id=payment.transfer_id,
                account_id=payment.payer_account_id, customer_id=payment.customer_id, situation=wanted.situation,
                amount_minor=amount_minor, currency=payment.currency, reported_at=wanted.reported_at,
                due_at=due_at(RecoveryState.CREATED, reported_at=wanted.reported_at, analysed_at=None), by=principal.subject,
                now=now,
            )  # fmt: skip
            if not made:
                raise AlreadyRecovering(f"the payment {wanted.transfer_id}")
            detail: Detail = {"transfer_id": str(payment.transfer_id), "amount_minor": amount_minor}
            await _written(connection, principal, recovery_id, "open", OPEN_ROUTE, detail, now, correlation_id)
            return _shown(await _required(connection, principal, recovery_id), now=now)

    async def send(self, principal: Principal, recovery_id: UUID, wanted: RecoverySending, *, correlation_id: str) -> Row:
        """Write down that the request was sent. Raises NotFound, RecoveryMoveNotAllowed, AlreadyRecovering."""
        said = {"external_id": wanted.external_id}
        return await self._step(principal, recovery_id, RecoveryAct.SEND, "sending", said, correlation_id=correlation_id)

    async def answer(self, principal: Principal, recovery_id: UUID, wanted: RecoveryAnswer, *, correlation_id: str) -> Row:
        """Write down what the other institution found. Raises NotFound, RecoveryMoveNotAllowed."""
        act = ANSWERING[wanted.analysis]
        said: Row = {"result": RecoveryResult.DISAGREED} if act is RecoveryAct.DISAGREED else {}
        return await self._step(principal, recovery_id, act, "answer", said, correlation_id=correlation_id)

    async def request(self, principal: Principal, recovery_id: UUID, *, correlation_id: str) -> Row:
        """Write down that the refund was requested. Raises NotFound, RecoveryMoveNotAllowed."""
        return await self._step(principal, recovery_id, RecoveryAct.REQUEST, "request", {}, correlation_id=correlation_id)

    async def refuse(self, principal: Principal, recovery_id: UUID, wanted: RecoveryRefusal, *, correlation_id: str) -> Row:
        """Write down that nothing comes back, and why. Raises NotFound, RecoveryMoveNotAllowed."""
        said = {"result": RecoveryResult(wanted.refused)}
        return await self._step(principal, recovery_id, RecoveryAct.REFUSED, "refusal", said, correlation_id=correlation_id)

    async def cancel(self, principal: Principal, recovery_id: UUID, *, correlation_id: str) -> Row:
        """The customer takes it back. Raises NotFound, RecoveryMoveNotAllowed."""
        return await self._step(principal, recovery_id, RecoveryAct.CANCEL, "cancellation", {}, correlation_id=correlation_id)

    async def propose(self, principal: Principal, recovery_id: UUID, wanted: RecoveryReturn, *, correlation_id: str) -> Row:
        """Say that money came back; somebody else agrees. Raises NotFound, RecoveryMoveNotAllowed, InvalidRequest."""
        return await self._step(
            principal, recovery_id, RecoveryAct.PROPOSE, "return", {}, correlation_id=correlation_id, returned=wanted
        )

    async def judge(self, principal: Principal, recovery_id: UUID, judgement: RecoveryJudgement, *, correlation_id: str) -> Row:
        """Credit the customer with what somebody else says came back, once; or send that back.

        Raises NotFound, RecoveryMoveNotAllowed, ReturnChanged, OwnReturn, MoneyNotMoved.
        """
        principal.require_person("judges what somebody proposed")
        present = await self._clocks.present(principal.tenant_id)
        now = moment(present.now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await _required(connection, principal, recovery_id, lock=True)
            act = RecoveryAct.AGREE if judgement.approve else RecoveryAct.SEND_BACK
            state = after(act, RecoveryState(row["state"]))
            require_read(
                approve=judgement.approve, proposed_by=row["proposed_by"], by=principal.subject,
                proposed_at=row["proposed_at"], read_at=judgement.proposed_at,
            )  # fmt: skip
            said: Row = {"proposed_minor": None, "proposed_by": None, "proposed_at": None}
            detail: Detail = {}
            if judgement.approve:
                amount_minor = row["proposed_minor"]
                return_id = await _credit(connection, row, amount_minor=amount_minor, present=present)
                result = result_of(returned_minor=amount_minor, asked_minor=row["amount_minor"])
                detail = {"returned_minor": amount_minor, "return_id": str(return_id)}
                said = {"judged_by": principal.subject, "judged_at": now, "ended_at": now, "due_at": None, "result": result,
                        "return_id": return_id, "returned_minor": amount_minor}  # fmt: skip
            await repository.move(connection, row, state=state, **said)
            await _written(connection, principal, recovery_id, act, STEP_ROUTE % "judgement", detail, now, correlation_id)
            return _shown(await _required(connection, principal, recovery_id), now=now)

    async def _step(
        self, principal: Principal, recovery_id: UUID, act: RecoveryAct, route: str, said: Row, *, correlation_id: str,
        returned: RecoveryReturn | None = None,
    ) -> Row:  # fmt: skip
        principal.require_person("works a recovery")
        now = moment((await self._clocks.present(principal.tenant_id)).now_ms)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await _required(connection, principal, recovery_id, lock=True)
            state = after(act, RecoveryState(row["state"]))
            detail: Detail = dict(said)
            if returned is not None:
                said = _proposed(row, returned) | {"proposed_by": principal.subject, "proposed_at": now}
                detail = {"amount_minor": said["proposed_minor"]}
            if "external_id" in said and await repository.known(
                connection, tenant_id=principal.tenant_id, external_id=said["external_id"], recovery_id=row["recovery_id"]
            ):
                raise AlreadyRecovering(f"another one is called {said['external_id']}")
            analysed_at = now if state is RecoveryState.ANALYSED else row["analysed_at"]
            due = due_at(state, reported_at=row["reported_at"], analysed_at=analysed_at)
            ended_at = now if state in ENDS else None
            await repository.move(connection, row, state=state, analysed_at=analysed_at, due_at=due, ended_at=ended_at, **said)
            await _written(connection, principal, recovery_id, act, STEP_ROUTE % route, detail, now, correlation_id)
            return _shown(await _required(connection, principal, recovery_id), now=now)


def _proposed(row: Row, returned: RecoveryReturn) -> Row:
    amount_minor = row["amount_minor"] if returned.amount_minor is None else returned.amount_minor
    if amount_minor > row["amount_minor"]:
        raise InvalidRequest(f"amount_minor: {row['amount_minor']} were asked for", field="amount_minor")
    return {"proposed_minor": amount_minor}


async def _sent(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Received:
    """Return a payment that left this bank. Raises NotFound, NotSent, PaidWithin."""
    row = await repository.sent(connection, tenant_id=tenant_id, transfer_id=transfer_id)
    if row is None:
        raise NotFound(f"no account here paid a transfer {transfer_id}")
    if row["status"] != Status.POSTED or row["purpose"] != Purpose.TRANSFER or row["left_minor"] <= 0:
        raise NotSent(f"transfer {transfer_id} is {row['status']}, purpose {row['purpose']}, {row['left_minor']} left")
    if row["paid_within"]:
        raise PaidWithin(f"transfer {transfer_id} was paid to an account here")
    return Received(
        transfer_id=row["id"], payer_account_id=row["debit_account_id"], account_id=row["credit_account_id"],
        customer_id=row["customer_id"], currency=row["currency"], left_minor=row["left_minor"],
    )  # fmt: skip


async def _credit(connection: AsyncConnection, row: Row, *, amount_minor: int, present: Present) -> UUID:
    """Give the customer what came back, from where the payment left through; return the reversal's id."""
    return_id = derived_id(UUID(row["recovery_id"]), "return")
    payment = await _sent(connection, tenant_id=row["tenant_id"], transfer_id=UUID(row["transfer_id"]))
    await send_back(
        connection, payment, tenant_id=row["tenant_id"], hold_id=None, refund_id=return_id, amount_minor=amount_minor,
        present=present, reason=REASON,
    )  # fmt: skip
    return return_id


async def _written(
    connection: AsyncConnection, principal: Principal, recovery_id: UUID, act: str, route: str, detail: Detail, now: datetime,
    correlation_id: str,
) -> None:  # fmt: skip
    await written(
        connection, principal, about=f"recovery/{recovery_id}", act=act, route=route, detail=detail, now=now,
        correlation_id=correlation_id,
    )  # fmt: skip


async def _required(connection: AsyncConnection, principal: Principal, recovery_id: UUID, *, lock: bool = False) -> Row:
    found = await repository.find(connection, tenant_id=principal.tenant_id, recovery_id=recovery_id, lock=lock)
    if found is None:
        raise NotFound(f"there is no recovery {recovery_id}")
    return found


def _shown(row: Row, *, now: datetime) -> Row:
    shown = {name: value for name, value in row.items() if name not in _HIDDEN}
    return shown | {
        "amount": money(row["amount_minor"], row["currency"]),
        "returned": money(row["returned_minor"], row["currency"]),
        "proposed": None if row["proposed_minor"] is None else money(row["proposed_minor"], row["currency"]),
        "directory": directory_status(RecoveryState(row["state"])),
        "urgency": None if row["due_at"] is None else urgency_at(row["due_at"], clock=DueClock.RECOVERY, now=now),
    }
