"""Carries out what is due, each date once, whoever races and whoever is killed.

A date goes through three transactions. It is taken: the schedule is held for a lease and the run stores the request that will
be sent. The transfer is made under a key of schedule, date and attempt, through the same door as everybody's. The run is ended
and the schedule goes on to its next date. Whoever dies between two of them leaves a lease that runs out; the next holder sends
the stored request under the same key and is given the answer that there was.
"""

import asyncio
from http import HTTPStatus
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool

from kit.clock import Clock, TenantClock
from kit.errors import Conflict, DomainError, Unavailable
from kit.ids import uuid7
from kit.log import get_logger
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.postings import FailureCode
from serving.edge.correlation import trace_from
from serving.edge.presented import money
from serving.edge.principals import Principal, Role, Scheme
from serving.payments.answers import Answered
from serving.payments.errors import TransferAbandoned, TransferDenied
from serving.payments.service import TransfersService
from serving.schedules import plan, repository
from serving.schedules.repository import Run, Schedule

BATCH = 100
MAX_BATCHES = 10
AT_ONCE = 4
LEASE_S = 60.0
# Answers are replayed for seven days (`serving.sweeper`): a date whose answer may be forgotten is not sent again.
REMEMBERED_MS = 6 * 86_400_000
UNKNOWN = "outcome-unknown"
_STATES = {HTTPStatus.CREATED: "posted", HTTPStatus.ACCEPTED: "held"}
_encode = msgspec.json.Encoder().encode


def request_of(schedule: Schedule) -> bytes:
    """Return the body of the transfer that a schedule makes."""
    known = {
        "debit_account_id": str(schedule.debit_account_id),
        "credit_account_id": None if schedule.credit_account_id is None else str(schedule.credit_account_id),
        "amount": money(schedule.amount_minor, schedule.currency),
        "channel": schedule.channel,
        "payee_id": schedule.payee_id,
        "description": schedule.description,
    }
    return _encode({name: value for name, value in known.items() if value is not None})


class ScheduleRunner:
    """One worker's part in it."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        transfers: TransfersService,
        clock: Clock,
        clocks: TenantClock,
        lease_s: float = LEASE_S,
    ) -> None:
        self._core = core
        self._transfers = transfers
        self._clock = clock
        self._clocks = clocks
        self._lease_s = lease_s
        self._log = get_logger()

    async def sweep(self) -> None:
        """Carry out what is due for every tenant, up to MAX_BATCHES of BATCH."""
        await self.run_due()

    async def run_due(self, tenant_id: str | None = None) -> int:
        """Carry out what is due, of one tenant or of all; return how many dates were taken on. Raises OperationalError."""
        taken = 0
        for _ in range(MAX_BATCHES):
            async with self._core.connection() as connection:
                found = await repository.due(connection, now_ms=self._clock.now_ms(), tenant_id=tenant_id, limit=BATCH)
            # What is on trial has one connection, for one after another.
            slots = asyncio.Semaphore(1 if on_trial() else AT_ONCE)
            done = await asyncio.gather(*(self._in_a_slot(slots, tenant, schedule_id) for tenant, schedule_id in found))
            taken += sum(done)
            if not any(done):
                break
        return taken

    async def run(self, tenant_id: str, schedule_id: UUID) -> bool:
        """Carry out the due date of one schedule; False when there is none, or somebody else has it."""
        now_ms = await self._clocks.now_ms(tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            schedule = await repository.take(
                connection, tenant_id=tenant_id, schedule_id=schedule_id, now_ms=now_ms, lease_s=self._lease_s
            )
            if schedule is None:
                return False
            run = await repository.begin(connection, schedule, request=request_of(schedule), remembered_ms=REMEMBERED_MS)
        if run.state != "open":
            raise AssertionError(f"{schedule.next_day} of {schedule_id} is {run.state} and still the next date")
        if run.stale:
            await self._end(schedule, run, state="unknown", transfer_id=None, code=UNKNOWN)
            return True
        try:
            answered = await self._send(schedule, run)
        except (Unavailable, Conflict) as problem:
            # Nobody knows yet; the lease runs out and the same request is sent again.
            self._log.warning("schedule waits", schedule_id=str(schedule_id), day=str(schedule.next_day), code=problem.code)
            return True
        except DomainError as refused:
            await self._end(schedule, run, state="failed", transfer_id=None, code=refused.code)
            return True
        await self._settle(schedule, run, answered)
        return True

    async def _in_a_slot(self, slots: asyncio.Semaphore, tenant_id: str, schedule_id: UUID) -> bool:
        """Carry one out; what is wrong with it holds no other back."""
        async with slots:
            try:
                return await self.run(tenant_id, schedule_id)
            except psycopg.OperationalError:
                raise
            except Exception as problem:
                self._log.error("schedule failed", schedule_id=str(schedule_id), tenant_id=tenant_id, exc_info=problem)
                return False

    async def _send(self, schedule: Schedule, run: Run) -> Answered:
        """Make the transfer as the schedule itself: its keys are nobody else's, and the audit row names it."""
        principal = Principal(
            subject=f"schedule:{schedule.schedule_id}",
            tenant_id=schedule.tenant_id,
            roles=frozenset({Role.OPERATOR}),
            scheme=Scheme.BEARER,
        )
        return await self._transfers.create(
            principal,
            run.request,
            idempotency_key=f"{schedule.next_day}/{run.attempts}",
            connection="",
            trace=trace_from(f"schedule-{uuid7(self._clock)}".encode(), None),
        )

    async def _settle(self, schedule: Schedule, run: Run, answered: Answered) -> None:
        error = answered.error
        if error is None:
            await self._end(schedule, run, state=_STATES[HTTPStatus(answered.status)], transfer_id=answered.transfer_id)
            return
        reason = error.facts.get("reason")
        code = str(reason) if reason else error.code
        again = reason == FailureCode.INSUFFICIENT_FUNDS or isinstance(error, TransferAbandoned)
        until = plan.retry_at(schedule, now_ms=await self._clocks.now_ms(schedule.tenant_id)) if again else None
        if until is None:
            state = "denied" if isinstance(error, TransferDenied) else "failed"
            await self._end(schedule, run, state=state, transfer_id=answered.transfer_id, code=code)
            return
        async with self._core.connection() as connection, tenant_transaction(connection, schedule.tenant_id):
            await repository.hold(connection, schedule)
            await repository.put_off(
                connection, schedule, attempts=run.attempts, transfer_id=answered.transfer_id, code=code, until=until
            )

    async def _end(
        self, schedule: Schedule, run: Run, *, state: str, transfer_id: UUID | None, code: str | None = None
    ) -> None:
        """Say what became of the date and go on to the next, in one transaction, once."""
        following = plan.next_after(schedule, schedule.next_day, passed=schedule.dates_passed + 1)
        async with self._core.connection() as connection, tenant_transaction(connection, schedule.tenant_id):
            await repository.hold(connection, schedule)
            first = await repository.end_run(
                connection, schedule, attempts=run.attempts, state=state, transfer_id=transfer_id, code=code
            )
            if first:
                await repository.advance(
                    connection,
                    schedule,
                    next_day=None if following is None else following.day,
                    next_at=None if following is None else following.at,
                )
