"""The gathering writer, idempotency claims, hold expiry, history and the readers, on a real database."""

import asyncio
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from msgspec import json as msgspec_json
from psycopg_pool import AsyncConnectionPool

from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from kit.clock import ManualClock, SystemClock
from kit.errors import Conflict, NotFound
from kit.postgres import SharedConnection, connect, pool, tenant_transaction
from kit.settings import PostgresServer
from ledger import accounts as reading
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.claims import Claim, ClaimState, claim_batch, forget, sweep_abandoned
from ledger.events import event_tail
from ledger.history import load
from ledger.holds import expire_holds
from ledger.postings import FailureCode, InvalidPosting, Kind, Outcome, PostingRequest, Status
from ledger.repository import post_batch
from ledger.trial_balance import differences, trial_balance
from ledger.writer import BatchingWriter, WriterBusy

pytestmark = pytest.mark.servers
NOW_MS = 1_750_000_000_000
TENANT = "demo"
SETTLEMENT = system_account(tenant_id=TENANT, currency="BRL", code="settlement:pix")


@pytest.fixture
def api(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("api"), application="test") as connection:
        yield connection


@pytest.fixture
async def reader(core: PostgresServer) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(core.dsn("api"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def writers(core: PostgresServer) -> AsyncIterator[AsyncConnectionPool]:
    async with pool(core.dsn("api"), application="test-writer", max_size=2) as opened:
        yield opened


@pytest.fixture
def account(api: psycopg.Connection) -> uuid.UUID:
    """A customer's account that must not go below zero, with 1,000 on it."""
    made = NewAccount(
        account_id=uuid.uuid4(), tenant_id=TENANT, currency="BRL", owner_id="c1", debits_must_not_exceed_credits=True
    )
    open_accounts(api, [SETTLEMENT, made], now_ms=NOW_MS)
    opening = request(SETTLEMENT.account_id, made.account_id, 1_000, purpose=Purpose.OPENING)
    assert post_batch(api, [opening], now_ms=NOW_MS)[0].outcome is Outcome.POSTED
    return made.account_id


def request(debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, **others: object) -> PostingRequest:
    fields: dict = {
        "kind": Kind.POST,
        "transfer_id": uuid.uuid4(),
        "tenant_id": TENANT,
        "occurred_at_ms": NOW_MS,
        "amount_minor": amount_minor,
        "currency": "BRL",
        "debit_account_id": debit,
        "credit_account_id": credit,
    }
    return PostingRequest(**(fields | others))


def events_of(core: PostgresServer, transfer_id: uuid.UUID) -> list[LedgerEvent]:
    with psycopg.connect(core.dsn("postgres")) as admin:
        payloads = admin.execute(
            "select payload from outbox.event where convert_from(payload, 'UTF8') like %s order by id", (f"%{transfer_id}%",)
        ).fetchall()
    return [msgspec_json.decode(payload, type=LedgerEvent) for (payload,) in payloads]


async def test_callers_that_come_together_share_batches_and_get_their_own_answers(
    writers: AsyncConnectionPool, account: uuid.UUID
) -> None:
    async with BatchingWriter(SharedConnection(writers), clock=SystemClock()) as writer:
        results = await asyncio.gather(*(writer.post(request(account, SETTLEMENT.account_id, 10)) for _ in range(150)))
        assert [r.outcome for r in results].count(Outcome.POSTED) == 100
        assert {r.code for r in results if r.outcome is Outcome.FAILED} == {FailureCode.INSUFFICIENT_FUNDS}
        assert writer.batches < 20


async def test_linked_rows_of_one_caller_stand_or_fall_together(writers: AsyncConnectionPool, account: uuid.UUID) -> None:
    async with BatchingWriter(SharedConnection(writers), clock=SystemClock()) as writer:
        rows = [request(account, SETTLEMENT.account_id, 900), request(account, SETTLEMENT.account_id, 200)]
        results = await writer.post_linked(rows)
        assert [r.code for r in results] == [FailureCode.LINKED_FAILED, FailureCode.INSUFFICIENT_FUNDS]
        [result] = await writer.post_linked([request(account, SETTLEMENT.account_id, 1_000)])
        assert result.moved


async def test_a_full_writer_refuses_and_an_ill_formed_row_reaches_nobody_else(
    writers: AsyncConnectionPool, account: uuid.UUID
) -> None:
    writer = BatchingWriter(SharedConnection(writers), clock=SystemClock(), max_waiting_rows=2)
    waiting = [asyncio.create_task(writer.post(request(account, SETTLEMENT.account_id, 1))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(WriterBusy):
        await writer.post(request(account, SETTLEMENT.account_id, 1))
    with pytest.raises(InvalidPosting, match="amount_minor"):
        await writer.post(request(account, SETTLEMENT.account_id, 0))
    writer.start()
    assert [(await task).outcome for task in waiting] == [Outcome.POSTED, Outcome.POSTED]
    await writer.close()


async def test_a_lost_connection_never_doubles_and_never_loses(
    core: PostgresServer, writers: AsyncConnectionPool, account: uuid.UUID
) -> None:
    rows = [request(account, SETTLEMENT.account_id, 1) for _ in range(400)]
    cuts = 0
    async with (
        await psycopg.AsyncConnection.connect(core.dsn("postgres"), autocommit=True) as admin,
        BatchingWriter(SharedConnection(writers), clock=SystemClock(), max_batch_rows=5) as writer,
    ):
        posting = [asyncio.create_task(writer.post(row)) for row in rows]
        while not all(task.done() for task in posting):
            posted = writer.rows
            while writer.rows < min(posted + 40, len(rows)) and not all(task.done() for task in posting):
                await asyncio.sleep(0)
            cursor = await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'test-writer' and datname = %s",
                (core.dbname,),
            )
            cuts += cursor.rowcount
        results = [task.result() for task in posting]
    assert cuts >= 5
    assert {r.status for r in results} == {Status.POSTED}
    with psycopg.connect(core.dsn("audit")) as audit:
        [count] = audit.execute(
            "select count(*) from ledger.entry where account_id = %s and delta_minor < 0", (account,)
        ).fetchone() or (0,)
        assert count == len(rows)
        assert differences(audit).none


def claim(transfer_id: uuid.UUID, key: str, *, body: bytes = b"a", intent: bytes | None = None) -> Claim:
    return Claim(tenant_id=TENANT, key=key, request_hash=body, transfer_id=transfer_id, intent=intent)


async def test_a_key_is_claimed_once_and_its_answer_is_replayed(
    reader: psycopg.AsyncConnection, api: psycopg.Connection, account: uuid.UUID
) -> None:
    first, twin, key = uuid.uuid4(), uuid.uuid4(), uuid.uuid4().hex
    answers = await claim_batch(reader, [claim(first, key), claim(twin, key)], now_ms=NOW_MS, lease_ms=1_000)
    assert [a.state for a in answers] == [ClaimState.CLAIMED, ClaimState.RUNNING]
    [other] = await claim_batch(reader, [claim(twin, key, body=b"b")], now_ms=NOW_MS, lease_ms=1_000)
    assert other.state is ClaimState.MISMATCH
    row = request(
        account,
        SETTLEMENT.account_id,
        70,
        transfer_id=first,
        idempotency_key=key,
        response_status=201,
        response=b'"transfer_id":"%s"}' % str(first).encode(),
    )
    assert post_batch(api, [row], now_ms=NOW_MS)[0].outcome is Outcome.POSTED
    [done] = await claim_batch(reader, [claim(twin, key)], now_ms=NOW_MS, lease_ms=1_000)
    assert (done.state, done.transfer_id, done.outcome, done.response_status) == (ClaimState.DONE, first, "posted", 201)
    assert done.response_body == b'{"status":"posted","transfer_id":"%s"}' % str(first).encode()


async def test_a_lease_that_ran_out_is_taken_over_with_the_first_transfer_id(reader: psycopg.AsyncConnection) -> None:
    first, second, key = uuid.uuid4(), uuid.uuid4(), uuid.uuid4().hex
    await claim_batch(reader, [claim(first, key)], now_ms=NOW_MS, lease_ms=1_000)
    [early] = await claim_batch(reader, [claim(second, key)], now_ms=NOW_MS + 999, lease_ms=1_000)
    [late] = await claim_batch(reader, [claim(second, key)], now_ms=NOW_MS + 1_000, lease_ms=1_000)
    assert (early.state, late.state, late.transfer_id) == (ClaimState.RUNNING, ClaimState.CLAIMED, first)


async def test_an_abandoned_lease_gets_one_outcome_and_a_late_posting_learns_it(
    core: PostgresServer, reader: psycopg.AsyncConnection, api: psycopg.Connection, account: uuid.UUID
) -> None:
    key = uuid.uuid4().hex
    row = request(account, SETTLEMENT.account_id, 5, door="rpc", idempotency_key=key)
    await claim_batch(reader, [claim(row.transfer_id, key, intent=event_tail(row))], now_ms=NOW_MS, lease_ms=1_000)
    assert row.transfer_id not in {r.transfer_id for r in sweep_abandoned(api, now_ms=NOW_MS + 1_500, grace_ms=1_000)}
    swept = [r for r in sweep_abandoned(api, now_ms=NOW_MS + 2_000, grace_ms=1_000) if r.transfer_id == row.transfer_id]
    assert [r.outcome for r in swept] == [Outcome.ABANDONED]
    assert sweep_abandoned(api, now_ms=NOW_MS + 2_000, grace_ms=1_000) == []
    [late] = post_batch(api, [row], now_ms=NOW_MS + 3_000)
    assert (late.outcome, late.status, late.code) == (Outcome.DUPLICATE, Status.ABANDONED, "lease-expired")
    assert [event.status for event in events_of(core, row.transfer_id)] == [LedgerStatus.ABANDONED]
    [done] = await claim_batch(reader, [claim(uuid.uuid4(), key)], now_ms=NOW_MS + 4_000, lease_ms=1_000)
    assert (done.state, done.outcome, done.code) == (ClaimState.DONE, "abandoned", "lease-expired")
    assert forget(api, before_ms=NOW_MS + 1) >= 1


@pytest.mark.parametrize("turn", range(4))
def test_a_hold_ends_once_whoever_races(core: PostgresServer, api: psycopg.Connection, account: uuid.UUID, turn: int) -> None:
    hold = request(account, SETTLEMENT.account_id, 400, kind=Kind.HOLD, expires_at_ms=NOW_MS + 10)
    assert post_batch(api, [hold], now_ms=NOW_MS)[0].status is Status.HELD
    ends = [
        PostingRequest(kind=Kind.POST_PENDING, transfer_id=hold.transfer_id, tenant_id=TENANT, occurred_at_ms=NOW_MS),
        PostingRequest(kind=Kind.VOID_PENDING, transfer_id=hold.transfer_id, tenant_id=TENANT, occurred_at_ms=NOW_MS),
    ] * 2
    outcomes: list[Outcome] = []
    gate = threading.Barrier(len(ends) + 1)

    def end(row: PostingRequest) -> None:
        with connect(core.dsn("api"), application="test") as connection:
            gate.wait()
            outcomes.append(post_batch(connection, [row], now_ms=NOW_MS)[0].outcome)

    def expire() -> None:
        with connect(core.dsn("api"), application="test") as connection:
            gate.wait()
            outcomes.extend(
                r.outcome for r in expire_holds(connection, now_ms=NOW_MS + 11) if r.transfer_id == hold.transfer_id
            )

    threads = [threading.Thread(target=end, args=(row,)) for row in ends] + [threading.Thread(target=expire)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcome in (Outcome.POSTED, Outcome.VOIDED, Outcome.EXPIRED) for outcome in outcomes) == 1
    ended = [event.status for event in events_of(core, hold.transfer_id)]
    assert len(ended) == 2
    assert ended[0] is LedgerStatus.HELD


def test_a_hold_takes_available_funds_at_once_and_posts_in_part(
    core: PostgresServer, api: psycopg.Connection, account: uuid.UUID
) -> None:
    hold = request(account, SETTLEMENT.account_id, 800, kind=Kind.HOLD)
    spend = request(account, SETTLEMENT.account_id, 300)
    part = PostingRequest(
        kind=Kind.POST_PENDING, transfer_id=hold.transfer_id, tenant_id=TENANT, occurred_at_ms=NOW_MS, amount_minor=600
    )
    again = request(account, SETTLEMENT.account_id, 300)
    results = post_batch(api, [hold, spend, part, again], now_ms=NOW_MS)
    assert [r.outcome for r in results] == [Outcome.HELD, Outcome.FAILED, Outcome.POSTED, Outcome.POSTED]
    assert [event.amount_minor for event in events_of(core, hold.transfer_id)] == [800, 600]


async def test_history_is_loaded_at_its_own_time_and_read_back_at_any_moment(
    reader: psycopg.AsyncConnection, api: psycopg.Connection, account: uuid.UUID
) -> None:
    fresh = NewAccount(account_id=uuid.uuid4(), tenant_id=TENANT, currency="BRL", owner_id="c2")
    open_accounts(api, [fresh], now_ms=NOW_MS)
    day_ms = 86_400_000
    history = [
        request(
            SETTLEMENT.account_id,
            fresh.account_id,
            10,
            occurred_at_ms=day * day_ms,
            booked_at_ms=day * day_ms,
            transfer_id=uuid.uuid4(),
        )
        for day in range(1, 31)
    ]
    heard: list[int] = []
    loaded = load(api, history, clock=ManualClock(NOW_MS), batch_rows=7, progress=heard.append)
    assert (loaded.outcomes[Outcome.POSTED], loaded.problems, heard[-1]) == (30, [], 30)
    assert load(api, history, clock=ManualClock(NOW_MS)).outcomes == {Outcome.DUPLICATE: 30}
    async with tenant_transaction(reader, TENANT):
        assert await reading.balance_at(reader, fresh.account_id, at_ms=day_ms - 1) == reading.Balance(0, 0)
        settled = await reading.balance_at(reader, fresh.account_id, at_ms=12 * day_ms)
        assert settled == reading.Balance(120, 12)
        pages, cursor = [], None
        while page := await reading.entries(reader, fresh.account_id, before_version=cursor, limit=8):
            pages += page
            cursor = page[-1].version
            post_batch(api, [request(SETTLEMENT.account_id, fresh.account_id, 1)], now_ms=NOW_MS)
    assert [entry.version for entry in pages] == list(range(30, 0, -1))
    assert {entry.counterparty_id for entry in pages} == {SETTLEMENT.account_id}


async def test_accounts_open_once_and_close_only_when_empty(
    reader: psycopg.AsyncConnection, api: psycopg.Connection, account: uuid.UUID
) -> None:
    same = NewAccount(account_id=account, tenant_id=TENANT, currency="BRL", owner_id="c1", debits_must_not_exceed_credits=True)
    assert open_accounts(api, [same], now_ms=NOW_MS) == [reading.AccountOutcome.DUPLICATE]
    with pytest.raises(Conflict, match="currency"):
        open_accounts(api, [NewAccount(account_id=account, tenant_id=TENANT, currency="USD", owner_id="c1")], now_ms=NOW_MS)
    with pytest.raises(Conflict):
        await reading.change_account(reader, account, tenant_id=TENANT, closed=True)
    with pytest.raises(NotFound):
        await reading.change_account(reader, account, tenant_id="other", frozen_debits=True)
    await reading.change_account(reader, account, tenant_id=TENANT, frozen_debits=True)
    [frozen] = post_batch(api, [request(account, SETTLEMENT.account_id, 1)], now_ms=NOW_MS)
    assert frozen.code == FailureCode.ACCOUNT_FROZEN
    async with tenant_transaction(reader, TENANT):
        found = await reading.get(reader, account)
        assert (found.balance_minor, found.frozen_debits) == (1_000, True)
        assert account in {a.id for a in await reading.owned_by(reader, "c1")}
        with pytest.raises(NotFound):
            await reading.get(reader, uuid.uuid4())


def test_an_account_that_two_open_at_the_same_moment_is_opened_by_one_and_there_for_the_other(api, core):
    shared = system_account(tenant_id=TENANT, currency="BRL", code="settlement:raced")
    with connect(core.dsn("api"), application="other") as other, ThreadPoolExecutor(1) as pool:
        with other.transaction():
            assert open_accounts(other, [shared], now_ms=NOW_MS) == [reading.AccountOutcome.OPENED]
            second = pool.submit(open_accounts, api, [shared], now_ms=NOW_MS)
            waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%open_accounts%'"
            with connect(core.dsn("postgres"), application="looks") as looks:
                deadline = time.monotonic() + 20
                while looks.execute(waiting).fetchone() == (0,):
                    assert time.monotonic() < deadline, "the second does not wait for the first"
        assert second.result(20) == [reading.AccountOutcome.DUPLICATE]


def test_batches_in_every_order_neither_deadlock_nor_lose_money(core: PostgresServer, api: psycopg.Connection) -> None:
    ids = [uuid.uuid4() for _ in range(6)]
    open_accounts(
        api, [NewAccount(account_id=i, tenant_id=TENANT, currency="BRL", owner_id="race") for i in ids], now_ms=NOW_MS
    )
    shared = [request(ids[i % 6], ids[(i + 1) % 6], 1 + i) for i in range(30)]
    outcomes: list[Outcome] = []

    def post(order: int) -> None:
        rows = shared[order:] + shared[:order] if order % 2 else [*reversed(shared)]
        with connect(core.dsn("api"), application="test") as connection:
            outcomes.extend(r.outcome for r in post_batch(connection, rows, now_ms=NOW_MS))

    threads = [threading.Thread(target=post, args=(order,)) for order in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Outcome.POSTED) == 30
    assert outcomes.count(Outcome.DUPLICATE) == 7 * 30
    with psycopg.connect(core.dsn("audit")) as audit:
        assert all(total.balanced for total in trial_balance(audit))
        assert differences(audit).none
