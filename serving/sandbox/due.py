"""What becomes due for a tenant as time goes on: steps that the mover of a sandbox's clock stops for and carries out.

Each step does the same work that a sweeper does for everybody, and takes effect once whoever else does it at that moment.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from psycopg import Connection
from psycopg_pool import AsyncConnectionPool

from kit.blocking import blocking
from kit.business_days import last_day_of_month
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.close.run import close_ended_days
from ledger.days import day_of, end_ms, last_ended
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch_async
from serving.edge.clocks import TenantClocks
from serving.sandbox import repository
from serving.schedules import repository as schedules
from serving.schedules.runner import ScheduleRunner

MAX_EXPIRED_ROWS = 500
LOOK_AGAIN_S = 0.05
MAX_WAIT_S = 5.0
MAX_CLOSE_S, MAX_TRIED_CLOSE_S = 6.0, 2.0


class StepUnfinished(Exception):
    """What is due at this moment is being done by somebody who does not come to an end: time stands still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """One kind of work. Times are the tenant's, in milliseconds.

    `run(tenant_id, from_ms, to_ms)` does what became due in (from, to] and returns how much; the tenant's clock stands at `to`.
    It raises StepUnfinished when it has to be called again before time may go on.
    `next_ms(tenant_id, after_ms)` says when the next of it is due, None when nothing is.
    """

    name: str
    run: Callable[[str, int, int], Awaitable[int]]
    next_ms: Callable[[str, int], Awaitable[int | None]]


def schedules_step(core: AsyncConnectionPool, runner: ScheduleRunner) -> DueStep:
    """Scheduled transfers and standing orders."""

    async def run(tenant_id: str, _from_ms: int, to_ms: int) -> int:
        give_up_s = time.monotonic() + MAX_WAIT_S
        done = await runner.run_due(tenant_id)
        while await any_due(tenant_id, to_ms):
            if time.monotonic() > give_up_s:
                raise StepUnfinished("a schedule of this moment is still being carried out")
            await asyncio.sleep(LOOK_AGAIN_S)
            done += await runner.run_due(tenant_id)
        return done

    async def any_due(tenant_id: str, now_ms: int) -> bool:
        async with core.connection() as connection, tenant_transaction(connection, tenant_id):
            return await schedules.any_due(connection, tenant_id=tenant_id, now_ms=now_ms)

    async def next_ms(tenant_id: str, after_ms: int) -> int | None:
        async with core.connection() as connection, tenant_transaction(connection, tenant_id):
            return await schedules.next_due_ms(connection, tenant_id=tenant_id, after_ms=after_ms)

    return DueStep(name="schedules", run=run, next_ms=next_ms)


def holds_step(core: AsyncConnectionPool, clocks: TenantClocks) -> DueStep:
    """Holds whose time runs out."""

    async def run(tenant_id: str, _from_ms: int, to_ms: int) -> int:
        present = await clocks.present(tenant_id)
        async with core.connection() as connection, tenant_transaction(connection, tenant_id):
            due = await repository.expired(connection, tenant_id=tenant_id, now_ms=to_ms, limit=MAX_EXPIRED_ROWS)
            rows = [
                PostingRequest(kind=Kind.EXPIRE, transfer_id=hold_id, tenant_id=tenant_id, occurred_at_ms=to_ms)
                for hold_id in due
            ]
            if not rows:
                return 0
            results = await post_batch_async(connection, rows, now_ms=present.now_ms, topic=present.topic)
        return sum(result.outcome is Outcome.EXPIRED for result in results)

    async def next_ms(tenant_id: str, after_ms: int) -> int | None:
        async with core.connection() as connection, tenant_transaction(connection, tenant_id):
            return await repository.next_expiry_ms(connection, tenant_id=tenant_id, after_ms=after_ms)

    return DueStep(name="holds", run=run, next_ms=next_ms)


def days_step(core: AsyncConnectionPool, clocks: TenantClocks) -> DueStep:
    """Days that end: each is closed, oldest first, with its interest; at a month's end charges are made and collected.

    A day that is closed late is closed as it was when it ended, so time stops for it at the end of a month, when money moves,
    and at the end of each day only while a charge waits for funds.
    """

    async def run(tenant_id: str, from_ms: int, to_ms: int) -> int:
        is_first = from_ms == to_ms
        if not is_first and day_of(from_ms) == day_of(to_ms):
            return 0
        topic = (await clocks.present(tenant_id)).topic
        give_up_s = time.monotonic() + (MAX_TRIED_CLOSE_S if on_trial() else MAX_CLOSE_S)

        def close(connection: Connection) -> int:
            closed = 0
            ended = close_ended_days(connection, tenant_id=tenant_id, now_ms=to_ms, topic=topic, prove_newest=is_first)
            for closing in ended:
                closed += not closing.again
                if time.monotonic() > give_up_s and closing.closed.day < last_ended(to_ms):
                    raise StepUnfinished(f"days after {closing.closed.day} are still to be closed")
            return closed

        async with core.connection() as connection:
            return await blocking(connection, close)

    async def next_ms(tenant_id: str, after_ms: int) -> int | None:
        async with core.connection() as connection, tenant_transaction(connection, tenant_id):
            charge_waits = await repository.any_charge_due(connection, tenant_id=tenant_id)
        today = day_of(after_ms)
        return end_ms(today if charge_waits else last_day_of_month(today.year, today.month))

    return DueStep(name="days", run=run, next_ms=next_ms)
