"""The clock of a sandbox: read, moved forward, and what becomes due on the way carried out at its own moment."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from contracts.ledger_events import Purpose
from kit.clock import Clock
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.postings import Kind, PostingRequest
from ledger.writer import post_one
from serving.edge.clocks import Present, TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.identity.audit import record
from serving.payments.errors import TransferFailed
from serving.payments.once import Done, Once
from serving.sandbox import repository, schemas
from serving.sandbox.due import DueStep, StepUnfinished
from serving.sandbox.repository import ClockRow
from serving.sandbox.schemas import MAX_ADVANCE_MS

MOVE = "POST /v1/sandbox/clock"
DEPOSIT = "POST /v1/sandbox/deposits"
SOURCE = "sandbox"
# A request ends within seconds and says where the clock stands; one that is undone holds a connection all the while.
MAX_STOPS = 5_000
MAX_MOVE_S, MAX_TRIED_S = 12.0, 3.0


class NoSandbox(NotFound):
    """The tenant is no sandbox."""

    code = "no-sandbox"
    title = "This tenant is no sandbox"
    remedy = "Use the credentials of a sandbox tenant; what is real has no clock that can be moved."


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands, and what became due on the way."""

    clock: dict[str, object]
    done: dict[str, int]
    stops: int
    reached: bool


class SandboxService:
    """What the sandbox routes do."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        once: Once,
        clock: Clock,
        clocks: TenantClocks,
        steps: Sequence[DueStep],
    ) -> None:
        self._core = core
        self._once = once
        self._clock = clock
        self._clocks = clocks
        self._steps = tuple(steps)

    async def clock(self, principal: Principal) -> dict[str, object]:
        """Return the sandbox's clock. Raises NoSandbox."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return self._shown(await _required(connection, principal.tenant_id))

    async def move(self, principal: Principal, *, advance_ms: int | None, to: datetime | None, correlation_id: str) -> Moved:
        """Move the clock forward, from one due moment to the next. A moment that has passed moves nothing.

        Raises NoSandbox, InvalidRequest for a moment that is too far away, and what keeps a day from being closed
        (BooksUnbalanced, DayDiffers, DayOutsideCalendar): the clock then stands at the stop where that was found.
        """
        tenant_id = principal.tenant_id
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            row = await _required(connection, tenant_id)
            from_ms = self._clock.now_ms() + row.offset_ms
            to_ms = int(to.timestamp() * 1000) if to is not None else from_ms + (advance_ms or 0)
            if to_ms > from_ms + MAX_ADVANCE_MS:
                raise InvalidRequest("to: at most 400 days at a time", field="to")
            await record(
                connection,
                principal,
                MOVE,
                resource="sandbox/clock",
                correlation_id=correlation_id,
                detail={"from_ms": from_ms, "to_ms": to_ms},
            )
        done: Counter[str] = Counter({step.name: 0 for step in self._steps})
        stops, at_ms, stop_ms, finished = 0, from_ms, from_ms, True
        give_up_s = time.monotonic() + (MAX_TRIED_S if on_trial() else MAX_MOVE_S)
        while finished := await self._carry_out(tenant_id, done, from_ms=at_ms, to_ms=stop_ms):
            at_ms = stop_ms
            if at_ms >= to_ms or stops >= MAX_STOPS or time.monotonic() > give_up_s:
                break
            stop_ms = await self._next_stop(tenant_id, at_ms=at_ms, to_ms=to_ms)
            await self._set(principal, stop_ms)
            stops += 1
        return Moved(await self.clock(principal), dict(done), stops, reached=finished and at_ms >= to_ms)

    async def deposit(
        self, principal: Principal, wanted: schemas.Deposit, *, idempotency_key: str | None, correlation_id: str
    ) -> Done:
        """Put money on an account, once a key. Raises NoSandbox, and TransferFailed for what the ledger cannot do."""
        if not (await self._clocks.present(principal.tenant_id)).sandbox:
            raise NoSandbox(f"{principal.tenant_id} is no sandbox")

        async def work(connection: AsyncConnection, transfer_id: UUID, present: Present) -> schemas.Deposited:
            return await _deposit(connection, principal.tenant_id, wanted, transfer_id=transfer_id, present=present)

        return await self._once.do(
            principal,
            work,
            action=DEPOSIT,
            content=wanted.model_dump_json().encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )

    async def _carry_out(self, tenant_id: str, done: Counter[str], *, from_ms: int, to_ms: int) -> bool:
        """Do what is due where the clock stands, and count it; False while there is more to do there."""
        try:
            for step in self._steps:
                done[step.name] += await step.run(tenant_id, from_ms, to_ms)
        except StepUnfinished:
            return False
        return True

    async def _next_stop(self, tenant_id: str, *, at_ms: int, to_ms: int) -> int:
        """Return the next moment at which something is due, `to_ms` when nothing is before."""
        found = [to_ms]
        for step in self._steps:
            due_ms = await step.next_ms(tenant_id, at_ms)
            if due_ms is not None:
                found.append(due_ms)
        return min(found)

    async def _set(self, principal: Principal, moment_ms: int) -> None:
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await repository.move(
                connection,
                tenant_id=principal.tenant_id,
                offset_ms=moment_ms - self._clock.now_ms(),
                moved_by=principal.subject,
            )
        self._clocks.moved(principal.tenant_id)

    def _shown(self, row: ClockRow) -> dict[str, object]:
        now = datetime.fromtimestamp((self._clock.now_ms() + row.offset_ms) / 1000, UTC)
        return {"now": now, "offset_ms": row.offset_ms, "moved_at": row.moved_at, "moved_by": row.moved_by}


async def _required(connection: AsyncConnection, tenant_id: str) -> ClockRow:
    row = await repository.find_clock(connection, tenant_id=tenant_id)
    if row is None:
        raise NoSandbox(f"{tenant_id} is no sandbox")
    return row


async def _deposit(
    connection: AsyncConnection, tenant_id: str, wanted: schemas.Deposit, *, transfer_id: UUID, present: Present
) -> schemas.Deposited:
    amount = wanted.amount
    source = ledger_accounts.system_account(tenant_id=tenant_id, currency=amount.currency, code=SOURCE)
    posting = PostingRequest(
        kind=Kind.POST,
        transfer_id=transfer_id,
        tenant_id=tenant_id,
        occurred_at_ms=present.now_ms,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        debit_account_id=source.account_id,
        credit_account_id=wanted.account_id,
        purpose=Purpose.OPENING,
    )
    await ledger_accounts.open_accounts_async(connection, [source], now_ms=present.now_ms)
    result = await post_one(connection, posting, now_ms=present.now_ms, topic=present.topic)
    if not result.moved:
        raise TransferFailed(f"the ledger answered {result.code}", reason=result.code)
    return schemas.Deposited(transfer_id=transfer_id, status="posted")
