"""What is asked every moment reads what is due, however much there is beside it."""

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from kit.clock import SystemClock
from kit.postgres import connect, tenant_transaction
from kit.settings import PostgresServer
from serving.exchange import repository as exchange
from serving.sandbox import repository as sandbox
from serving.schedules import repository as schedules

pytestmark = pytest.mark.servers
ROWS = 10_000
MOST_READ = 100
SANDBOX = "sandbox"
NOW_MS = SystemClock().now_ms()
# What is due of the sandbox comes after all that is due of the other.
TENANTS = f"(values ('demo', interval '1 day'), ('{SANDBOX}', interval '2 days')) as tenant (t, ahead)"
FULL = f"""
insert into identity.tenant (tenant_id, name) values ('{SANDBOX}', 'Sandbox');
insert into bank.sandbox_clock (tenant_id, moved_at) values ('{SANDBOX}', now() - interval '1 hour');
insert into bank.schedule (
    schedule_id, tenant_id, debit_account_id, amount_minor, currency, channel, frequency, from_day, convention, at_time,
    timezone, next_day, next_at, created_by
)
select gen_random_uuid(), t, gen_random_uuid(), 100, 'BRL', 'pix', 'daily', date '2026-01-01', 'none', '06:00', 'UTC',
    current_date + 1, now() + g * interval '1 second' + ahead, 'test'
from generate_series(1, {ROWS}) g, {TENANTS};
insert into ledger.transfer (
    id, tenant_id, status, purpose, debit_account_id, credit_account_id, amount_minor, currency, expires_at, occurred_at,
    booked_at
)
select gen_random_uuid(), t, 'held', 'transfer', gen_random_uuid(), gen_random_uuid(), 100, 'BRL',
    now() + g * interval '1 second' + ahead, now(), now()
from generate_series(1, {ROWS}) g, {TENANTS};
insert into bank.history_change (tenant_id, kind, subject_id)
select 'demo', 'transfer', g::text from generate_series(1, {ROWS}) g;
insert into bank.transfer_note (tenant_id, transfer_id, description) values ('demo', '{uuid.UUID(int=1)}', 'rent');
analyze;
"""
USED = f"""
insert into ledger.account (id, tenant_id, currency, code, booked_at, opened_at)
values (gen_random_uuid(), '{SANDBOX}', 'USD', 'liquidity:USD', 'epoch', now());
insert into bank.exchange_quote (
    quote_id, tenant_id, customer_id, base, quote, rate_e8, rate_version, sell_currency, sell_minor, buy_currency, buy_minor,
    worked_out, residue_nano, quoted_at, expires_at, sell_account_id, buy_account_id, exchanged_at
)
select gen_random_uuid(), '{SANDBOX}', 'c', 'USD', 'BRL', 1, 1, 'BRL', 1, 'USD', 1, 'USD', 7, now(), now(), gen_random_uuid(),
    gen_random_uuid(), now()
from generate_series(1, {ROWS}) g
"""
READ = """
select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) from pg_stat_xact_user_tables
where relid = any(array['bank.schedule', 'ledger.transfer', 'bank.history_change', 'bank.exchange_quote']::regclass[])
"""


@pytest.fixture(scope="module")
def admin(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("postgres"), application="test") as connection:
        connection.execute(FULL)
        connection.execute("vacuum analyze bank.schedule, ledger.transfer, bank.history_change")
        yield connection


@pytest.fixture
async def api(core: PostgresServer, admin: psycopg.Connection) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(core.dsn("api"), autocommit=True) as connection:
        yield connection


async def rows_read(connection: psycopg.AsyncConnection) -> int:
    """How many rows of the large tables this connection has read of late."""
    row = await (await connection.execute(READ)).fetchone()
    assert row is not None
    return int(row[0])


async def of_all(connection: psycopg.AsyncConnection) -> Any:
    return await schedules.due(connection, now_ms=NOW_MS, tenant_id=None, limit=100)


async def of_one(connection: psycopg.AsyncConnection) -> Any:
    return await schedules.due(connection, now_ms=NOW_MS, tenant_id=SANDBOX, limit=100)


async def any_due(connection: psycopg.AsyncConnection) -> Any:
    return await schedules.any_due(connection, tenant_id=SANDBOX, now_ms=NOW_MS)


async def next_due(connection: psycopg.AsyncConnection) -> Any:
    return not await schedules.next_due_ms(connection, tenant_id=SANDBOX, after_ms=NOW_MS)


async def expired_of_all(connection: psycopg.AsyncConnection) -> Any:
    return await (await connection.execute("select * from ledger.expired_holds(%s, 100)", (NOW_MS,))).fetchall()


async def expired(connection: psycopg.AsyncConnection) -> Any:
    return await sandbox.expired(connection, tenant_id=SANDBOX, now_ms=NOW_MS, limit=100)


async def next_expiry(connection: psycopg.AsyncConnection) -> Any:
    return not await sandbox.next_expiry_ms(connection, tenant_id=SANDBOX, after_ms=NOW_MS)


@pytest.mark.parametrize("asked", [of_all, of_one, any_due, next_due, expired_of_all, expired, next_expiry])
async def test_what_is_due_is_found_without_reading_what_is_not(api: psycopg.AsyncConnection, asked: Any) -> None:
    async with tenant_transaction(api, SANDBOX):
        before = await rows_read(api)
        assert not await asked(api)
        assert await rows_read(api) - before < MOST_READ


def test_a_change_of_history_reads_no_history(admin: psycopg.Connection) -> None:
    with admin.transaction():
        [[before]] = admin.execute(READ).fetchall()
        admin.execute("update bank.transfer_note set description = 'the rent' where tenant_id = 'demo'")
        [[after]] = admin.execute(READ).fetchall()
    assert after - before < MOST_READ
    [[count]] = admin.execute("select count(*) from bank.history_change").fetchall()
    assert count == ROWS + 1


def test_changes_that_are_too_old_are_forgotten_two_at_a_time_and_by_one_of_those_who_meet(
    core: PostgresServer, admin: psycopg.Connection
) -> None:
    [[before]] = admin.execute("select count(*) from bank.history_change").fetchall()
    admin.execute(
        "update bank.history_change set at = at - interval '31 days' "
        "where (xid, id) in (select xid, id from bank.history_change order by xid, id limit 3)"
    )
    changed = "update bank.transfer_note set description = description || '!' where tenant_id = 'demo'"
    with connect(core.dsn("postgres"), application="test") as other, other.transaction():
        other.execute(
            "select from bank.history_change where at < now() - interval '30 days' order by xid, id limit 1 for update"
        )
        admin.execute(changed)
    counts = [admin.execute("select count(*) from bank.history_change").fetchone()]
    for _ in range(2):
        admin.execute(changed)
        counts.append(admin.execute("select count(*) from bank.history_change").fetchone())
    assert counts == [(before,), (before - 1,), (before,)]


async def test_the_rounding_of_a_position_is_added_up_from_an_index(
    api: psycopg.AsyncConnection, admin: psycopg.Connection
) -> None:
    admin.execute(USED)
    admin.execute("vacuum analyze bank.exchange_quote")
    async with tenant_transaction(api, SANDBOX):
        before = await rows_read(api)
        [position] = await exchange.positions(api, tenant_id=SANDBOX)
        assert position["rounding_nano"] == 7 * ROWS
        assert await rows_read(api) - before < MOST_READ
