"""A statement and a past balance of one account with a million entries: how long each takes through the API's own service.

The account's year is written straight into the ledger's tables, because posting it would be another bench. Figures are of a
month's first page (50 lines with the sums of the whole month), the month whole as CSV and as OFX (about 83,000 lines), and the
balance at a random moment. The baseline `summing` answers the last of these as a ledger without running balances must: it adds
up every entry before the moment.
Uses the core server of `BAAS_TEST_SERVERS` when it is set, else that of the settings, in a database of its own that is dropped.
"""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

import ledger.accounts as ledger_accounts
from bench.ledger import bench_database, now_ms
from bench.report import Report, parser
from contracts.sealed import PERSON, PERSON_FIELDS
from kit.clock import SystemClock
from kit.postgres import pool, tenant_transaction
from kit.settings import PostgresServer
from kit.subject_keys import LocalKeys, SealedRecords, Subject
from serving.customers.person import People
from serving.edge.clocks import TenantClocks
from serving.edge.principals import Principal, Role, Scheme
from serving.statements.formats import STREAMED
from serving.statements.period import DEFAULT_ZONE, Period, period_of
from serving.statements.service import StatementsService

TENANT, CUSTOMER = "bench", "c-bench"
START = date(2025, 1, 1)
YEAR_MS = 365 * 86_400_000
PAGE_LINES = 50
FULL = {"entries": 1_000_000, "pages": 600, "wholes": 5, "balances": 2_000, "sums": 9}
QUICK = {"entries": 100_000, "pages": 200, "wholes": 3, "balances": 500, "sums": 5}

# A year of entries at equal distances, two in, one out, through one other account.
_LOAD = """
insert into bank.customer (tenant_id, customer_id) values (%(tenant)s, %(customer)s);
insert into bank.person (tenant_id, customer_id, sealed) values (%(tenant)s, %(customer)s, %(sealed)s);
insert into bank.account (account_id, tenant_id, customer_id, currency) values (%(own)s, %(tenant)s, %(customer)s, 'BRL');
create temporary table made on commit drop as
select
    n, gen_random_uuid() as id, case when n %% 3 = 0 then -150 else 100 end::bigint as delta,
    sum(case when n %% 3 = 0 then -150 else 100 end) over (order by n)::bigint as balance,
    to_timestamp((%(start_ms)s + n * (%(year_ms)s / %(entries)s)) / 1000.0) as at
from generate_series(1, %(entries)s) n;
insert into ledger.transfer (
    id, tenant_id, status, purpose, debit_account_id, credit_account_id, amount_minor, posted_minor, currency, occurred_at,
    booked_at
)
select
    id, %(tenant)s, 'posted', 'transfer', case when delta < 0 then %(own)s else %(other)s end::uuid,
    case when delta < 0 then %(other)s else %(own)s end::uuid, abs(delta), abs(delta), 'BRL', at, at
from made order by n;
insert into ledger.entry (account_id, version, tenant_id, transfer_id, delta_minor, balance_after_minor, value_at, booked_at)
select %(own)s::uuid, n, %(tenant)s, id, delta, balance, at, at from made order by n;
"""
_SUM = "select coalesce(sum(delta_minor), 0)::bigint from ledger.entry where account_id = %s and booked_at <= ledger.at(%s)"


def load(server: PostgresServer, records: SealedRecords, *, entries: int, start_ms: int) -> uuid.UUID:
    """Write the account's year; return the account."""
    told = dict.fromkeys(PERSON_FIELDS) | {"full_name": "Maria Aparecida"}
    sealed = records.seal(Subject(TENANT, CUSTOMER), told, kind=PERSON)
    own, other = uuid.uuid4(), uuid.uuid4()
    accounts = [
        ledger_accounts.NewAccount(account_id=own, tenant_id=TENANT, currency="BRL", owner_id=CUSTOMER),
        ledger_accounts.NewAccount(account_id=other, tenant_id=TENANT, currency="BRL", code="settlement:pix"),
    ]
    named = {"tenant": TENANT, "customer": CUSTOMER, "own": own, "other": other, "sealed": sealed}
    with psycopg.connect(server.dsn("postgres"), cursor_factory=psycopg.ClientCursor) as connection:
        ledger_accounts.open_accounts(connection, accounts, now_ms=now_ms())
        connection.execute(_LOAD, named | {"entries": entries, "start_ms": start_ms, "year_ms": YEAR_MS})
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze ledger.entry, ledger.transfer")
    return own


async def measure(
    server: PostgresServer,
    records: SealedRecords,
    account_id: uuid.UUID,
    report: Report,
    counts: dict[str, int],
    start_ms: int,
) -> None:
    """Take all figures, one request after another."""
    chance = random.Random(5)
    principal = Principal(subject="bench", tenant_id=TENANT, roles=frozenset({Role.OPERATOR}), scheme=Scheme.API_KEY)
    async with pool(server.dsn("api"), application="bench", max_size=2) as core:
        service = StatementsService(core, clocks=TenantClocks(core, clock=SystemClock()), people=People(records))

        async def first_page() -> None:
            found = await service.statement(principal, account_id, _month(chance))
            lines = await service.lines(found, after=None, limit=PAGE_LINES)
            if lines[-1].version != found.opening_version + PAGE_LINES or found.entries < counts["entries"] // 14:
                raise AssertionError("the page is not the month's first")

        async def whole(name: str) -> None:
            found = await service.statement(principal, account_id, _month(chance))
            [size] = [sum([len(piece) async for piece in service.written(found, STREAMED[name])])]
            if size < found.entries * 100:
                raise AssertionError("the document is too short for its lines")

        async def balance(at_ms: int) -> int:
            async with core.connection() as connection, tenant_transaction(connection, TENANT):
                return (await ledger_accounts.balance_at(connection, account_id, at_ms=at_ms)).balance_minor

        async def summed(at_ms: int) -> int:
            async with core.connection() as connection, tenant_transaction(connection, TENANT):
                row = await (await connection.execute(_SUM, (account_id, at_ms))).fetchone()
                return int(row[0]) if row else 0

        def moment() -> int:
            return start_ms + chance.randrange(YEAR_MS)

        for at_ms in (moment() for _ in range(3)):
            if await balance(at_ms) != await summed(at_ms):
                raise AssertionError("a past balance differs from the sum of the entries before it")
        pages = await _timed(first_page, counts["pages"])
        report.figure("month_first_page_p50_ms", _quantile(pages, 50))
        report.figure("month_first_page_p99_ms", _quantile(pages, 99))
        for name in ("csv", "ofx"):
            took_ms = await _timed(partial(whole, name), counts["wholes"])
            report.figure(f"month_whole_{name}_ms", took_ms)
        balances = await _timed(lambda: balance(moment()), counts["balances"])
        report.figure("balance_at_p50_ms", _quantile(balances, 50))
        report.figure("balance_at_p99_ms", _quantile(balances, 99))
        sums = report.baseline("summing", "balance_at_ms", await _timed(lambda: summed(moment()), counts["sums"]))
        report.ratio("balance_at_vs_summing", sums / _quantile(balances, 50))


def _month(chance: random.Random) -> Period:
    month = chance.randrange(1, 12)
    return period_of(date(2025, month, 1), date(2025, month + 1, 1), time_zone=DEFAULT_ZONE, now_ms=now_ms())


async def _timed(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Milliseconds of each of `times` runs, after two that do not count."""
    samples = []
    for turn in range(times + 2):
        started_s = time.perf_counter()
        await work()
        if turn >= 2:
            samples.append((time.perf_counter() - started_s) * 1000)
    return samples


def _quantile(samples: list[float], percent: int) -> float:
    return sorted(samples)[min(len(samples) - 1, len(samples) * percent // 100)]


def main() -> int:
    """Run the bench."""
    options = parser("statements", "Statements and past balances of an account with a million entries.").parse_args()
    counts = QUICK if options.quick else FULL
    report = Report("statements", settings={"entries": counts["entries"], "days": 365, "page_lines": PAGE_LINES})
    start_ms = period_of(START, None, time_zone=DEFAULT_ZONE, now_ms=now_ms()).start_ms
    with report.loaded(), bench_database() as server, TemporaryDirectory() as folder:
        records = SealedRecords(LocalKeys(Path(folder) / "keys", masters=Path(folder) / "masters"))
        account_id = load(server, records, entries=counts["entries"], start_ms=start_ms)
        asyncio.run(measure(server, records, account_id, report, counts, start_ms))
    report.publish()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
