"""Schedules: made, read, changed under their version, paused, skipped and cancelled. The runner carries them out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Literal
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.clock import FixedClock, TenantClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from serving.edge.clocks import Present
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment, money
from serving.edge.principals import Principal
from serving.edge.versions import require
from serving.holders.service import USERS, require_role
from serving.identity.audit import record
from serving.payments.once import Done, Once
from serving.payments.service import TransfersService
from serving.schedules import plan, repository, schemas
from serving.schedules.errors import ScheduleEnded, ScheduleRunning, ScheduleState
from serving.schedules.repository import Row, Schedule
from serving.schedules.runner import request_of

ROUTE = "POST /v1/schedules"
CHANGE = "PATCH /v1/schedules/{schedule_id}"
CANCEL = "DELETE /v1/schedules/{schedule_id}"
ACT = "POST /v1/schedules/{schedule_id}/action"
SHOWN_DATES = 12
Action = Literal["pause", "resume", "skip_next"]


class SchedulesService:
    """What the schedules routes do."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        once: Once,
        transfers: TransfersService,
        clocks: TenantClock,
    ) -> None:
        self._core = core
        self._once = once
        self._transfers = transfers
        self._clocks = clocks

    async def make(
        self, principal: Principal, wanted: schemas.NewSchedule, *, idempotency_key: str | None, correlation_id: str
    ) -> Done:
        """Make a schedule once a key.

        Raises NotFound for an account that is not there, and InvalidRequest for what could never be paid.
        """
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        draft = _draft(wanted, principal, schedule_id=uuid7(FixedClock(now_ms)), now_ms=now_ms)
        owner_id = await self._transfers.check(principal, request_of(draft))

        async def work(connection: AsyncConnection, schedule_id: UUID, present: Present) -> schemas.Schedule:
            schedule = replace(draft, schedule_id=schedule_id, customer_id=owner_id, created_at=moment(present.now_ms))
            first = plan.first_to_come(schedule, now_ms=present.now_ms)
            if first is None:
                raise InvalidRequest("from_day: no date of this schedule is still to come", field="from_day")
            await repository.insert(connection, asdict(_at(schedule, first, passed=0)))
            return schemas.Schedule.model_validate(_shown(await self._required(connection, principal, schedule_id)))

        return await self._once.do(
            principal,
            work,
            action=ROUTE,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def get(self, principal: Principal, schedule_id: UUID) -> Row:
        """Return one schedule. Raises NotFound, also for somebody else's."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _shown(await self._required(connection, principal, schedule_id))

    async def page(self, principal: Principal, *, account_id: UUID | None, after: UUID | None, limit: int) -> list[Row]:
        """Return up to `limit` schedules after an id; a customer's own."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, customer_id=principal.own_only, account_id=account_id,
                after=after, limit=limit,
            )  # fmt: skip
        return [_shown(schedule) for schedule in found]

    async def dates(self, principal: Principal, schedule_id: UUID, *, count: int) -> Row:
        """Return the next dates. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return {"days": plan.shown_dates(await self._required(connection, principal, schedule_id), count)}

    async def runs(self, principal: Principal, schedule_id: UUID, *, before: str | None, limit: int) -> list[Row]:
        """Return what became of its dates, newest first. Raises NotFound, InvalidRequest for no cursor of ours."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await self._required(connection, principal, schedule_id)
            return await repository.runs(
                connection, tenant_id=principal.tenant_id, schedule_id=schedule_id,
                before=_day_in(before), limit=limit,
            )  # fmt: skip

    async def change(
        self, principal: Principal, schedule_id: UUID, wanted: schemas.ScheduleChange, *, version: int, correlation_id: str
    ) -> Row:
        """Change a schedule from its next date on. Raises NotFound, StaleVersion, ScheduleEnded, ScheduleRunning."""
        named = wanted.model_dump(exclude={"amount"}, include=wanted.model_fields_set)
        async with self._changing(principal, schedule_id, version, CHANGE, correlation_id) as (connection, found):
            if wanted.amount is not None:
                if wanted.amount.currency != found.currency:
                    raise InvalidRequest(f"amount.currency: the schedule is in {found.currency}", field="amount.currency")
                named["amount_minor"] = wanted.amount.amount_minor
            changed = replace(found, **named)
            if changed.until_day is not None and changed.until_day < changed.from_day:
                raise InvalidRequest("until_day: not before from_day", field="until_day")
            left = plan.shown_dates(changed, 1)
            if not left:
                changed = replace(changed, status="ended", next_day=None, next_at=None)
            await _write(connection, changed)
            return _shown(await self._required(connection, principal, schedule_id))

    async def act(self, principal: Principal, schedule_id: UUID, action: Action, *, version: int, correlation_id: str) -> Row:
        """Pause, resume or skip. Raises NotFound, StaleVersion, ScheduleState, ScheduleEnded, ScheduleRunning."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._changing(principal, schedule_id, version, ACT, correlation_id, action) as (connection, found):
            if (action == "resume") != (found.status == "paused") and action != "skip_next":
                raise ScheduleState(f"the schedule is {found.status}", status=found.status)
            if action == "pause":
                await _write(connection, replace(found, status="paused"))
            elif action == "resume":
                await _write(connection, _resumed(found, now_ms=now_ms))
            else:
                await repository.skip(connection, found)
                passed = found.dates_passed + 1
                await _write(connection, _at(found, plan.next_after(found, found.next_day, passed=passed), passed=passed))
            return _shown(await self._required(connection, principal, schedule_id))

    async def cancel(self, principal: Principal, schedule_id: UUID, *, version: int, correlation_id: str) -> None:
        """End a schedule; what it paid stays. Raises NotFound, StaleVersion, ScheduleEnded, ScheduleRunning."""
        async with self._changing(principal, schedule_id, version, CANCEL, correlation_id) as (connection, found):
            await _write(connection, replace(found, status="cancelled", next_day=None, next_at=None))

    @asynccontextmanager
    async def _changing(
        self, principal: Principal, schedule_id: UUID, version: int, route: str, correlation_id: str, action: str | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, Schedule]]:
        """Give the schedule, locked and at the version that was read, and write the audit row of its change."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, schedule_id, lock=True)
            await require_role(connection, principal, found.debit_account_id, USERS)
            require({"version": found.version}, version)
            if found.next_day is None:
                raise ScheduleEnded(f"the schedule is {found.status}", status=found.status)
            if found.taken:
                raise ScheduleRunning(f"{found.next_day} is being carried out", retry_after_s=1)
            yield connection, found
            await record(
                connection,
                principal,
                route,
                resource=f"schedules/{schedule_id}",
                correlation_id=correlation_id,
                detail={"action": action} if action else None,
            )

    @staticmethod
    async def _required(
        connection: AsyncConnection, principal: Principal, schedule_id: UUID, *, lock: bool = False
    ) -> Schedule:
        found = await repository.find(
            connection, tenant_id=principal.tenant_id, schedule_id=schedule_id, customer_id=principal.own_only, lock=lock
        )
        if found is None:
            raise NotFound(f"there is no schedule {schedule_id}")
        return found


def _draft(wanted: schemas.NewSchedule, principal: Principal, *, schedule_id: UUID, now_ms: int) -> Schedule:
    """Return a schedule that has no date yet."""
    return Schedule(
        schedule_id=schedule_id,
        tenant_id=principal.tenant_id,
        customer_id=None,
        amount_minor=wanted.amount.amount_minor,
        currency=wanted.amount.currency,
        status="active",
        next_day=None,
        next_at=None,
        dates_passed=0,
        version=1,
        created_by=principal.subject,
        created_at=moment(now_ms),
        taken=False,
        **wanted.model_dump(exclude={"amount"}),
    )


def _at(schedule: Schedule, due: plan.Due | None, *, passed: int) -> Schedule:
    """Return the schedule at a next date, or ended when there is none."""
    if due is None:
        return replace(schedule, status="ended", next_day=None, next_at=None, dates_passed=passed)
    return replace(schedule, next_day=due.day, next_at=due.at, dates_passed=passed)


def _resumed(schedule: Schedule, *, now_ms: int) -> Schedule:
    """Return the schedule active again: at its next date where that is still to come, else at the first that is."""
    active = replace(schedule, status="active")
    if active.next_at is not None and active.next_at.timestamp() * 1000 > now_ms:
        return active
    return _at(active, plan.first_to_come(active, now_ms=now_ms), passed=active.dates_passed)


async def _write(connection: AsyncConnection, schedule: Schedule) -> None:
    await repository.change(
        connection,
        schedule,
        status=schedule.status,
        next_day=schedule.next_day,
        next_at=schedule.next_at,
        dates_passed=schedule.dates_passed,
        amount_minor=schedule.amount_minor,
        description=schedule.description,
        until_day=schedule.until_day,
        max_dates=schedule.max_dates,
    )


def _shown(schedule: Schedule) -> Row:
    return asdict(schedule) | {
        "amount": money(schedule.amount_minor, schedule.currency),
        "next_days": plan.shown_dates(schedule, SHOWN_DATES),
    }


def _day_in(cursor: str | None) -> date | None:
    try:
        return None if cursor is None else date.fromisoformat(cursor)
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
