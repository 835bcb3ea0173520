"""Devices, notices and incomes of the core: asked live and at night, and once, as over history."""

import asyncio
import uuid
from pathlib import Path

import polars as pl
import psycopg
import pytest

from bench.aml_traffic import ledger_event, ledger_events
from contracts.aml import Candidate, Payment
from contracts.topics import AML_CANDIDATES
from contracts.transactions import Channel
from kit.clock import SystemClock
from kit.postgres import pool
from kit.settings import PostgresServer, Settings
from ledger.days import day_of, end_ms, start_ms
from pipelines.aml.declared import declared
from pipelines.aml.nightly.run import judge_nights
from pipelines.aml.repository import told_of
from pipelines.aml.scenarios.run import found
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.catalogue import DAY_MS, HOUR_MS
from simulator.laundering.declared import DECLARED
from simulator.laundering.draw import Kind
from simulator.laundering.planting import LONGEST_MS, Planted, plant
from streams.alerts.candidates import CandidateRecorder
from streams.refusals import Refusals
from tests.pipelines.aml.test_nightly import NUMBERS, lake_of
from tests.streams.alerts.books import booked, opened
from tests.streams.alerts.test_payments import Message, made_of, pays, recorded

pytestmark = pytest.mark.servers
ACCOUNT = {"account_id": pl.String, "customer_id": pl.String, "opened_at": pl.Int64}
EACH = 3
AT = "timestamptz 'epoch' + %s * interval '1 millisecond'"
_DEVICE = (
    "insert into bank.device (tenant_id, customer_id, device_id, number, asked_at, asked_by, confirmed_at, confirmed_by, "
    f"removed_at, removed_by) values (%s, %s, %s, 1, {AT}, 'x', {AT}, 'x', {AT}, %s)"
)
_NOTICE = f"insert into bank.withdrawal_notice values (%s, %s, %s, %s, %s, {AT}, 'x')"
_INCOME = "insert into bank.declared_income values (%s, %s, %s, %s, 'BRL', 'payslip', %s, %s, 'x', now())"


def kept(core: PostgresServer, tenant: str, planted: Planted) -> None:
    """Put what was said beside payments into the core, as the routes would have."""
    with psycopg.connect(core.dsn("postgres")) as connection, connection.cursor() as cursor:
        cursor.executemany(_DEVICE, [
            (tenant, whose, device, since, since, until, None if until is None else "x")
            for whose, device, since, until in planted.devices
        ])  # fmt: skip
        cursor.executemany(_NOTICE, [(tenant, account, day, 1, amount, at) for account, day, amount, at in planted.notices])
        versions: dict[str, int] = {}
        for whose, income, since in planted.incomes:
            versions[whose] = versions.get(whose, 0) + 1
            day = day_of(since)
            cursor.execute(_INCOME, (tenant, whose, versions[whose], income, day, day))


def rows_of(core: PostgresServer, query: str, *bound: object) -> list[tuple]:
    with psycopg.connect(core.dsn("postgres")) as connection:
        return connection.execute(query, bound).fetchall()


def found_in(core: PostgresServer, tenant: str, scenario: str) -> dict[str, set[str]]:
    query = (
        "select f.account_id, p.transaction_id from cases.finding f join cases.finding_payment p "
        "using (tenant_id, finding_id) where f.tenant_id = %s and f.scenario = %s"
    )
    return made_of(rows_of(core, query, tenant, scenario))


class Told(Message):
    """What the recorder of candidates reads of Faust's message."""

    topic = AML_CANDIDATES


async def candidates_recorded(core: PostgresServer, kafka, candidates: list[Candidate]) -> None:
    async with pool(core.dsn("alerts"), application="test", max_size=1) as connections:
        recorder = CandidateRecorder(connections, Refusals(kafka, process="test"), SystemClock())
        await recorder.record([Told(each) for each in candidates])
        assert recorder.done == len(candidates)


def withdrawn(tenant: str, account: str, transaction: str, at: int, amount_minor: int) -> Candidate:
    """What Flink tells of a large withdrawal."""
    payment = Payment(transaction_id=transaction, at=at, is_out=True, is_first=False, amount_minor=amount_minor,
                      channel=Channel.CASH, entry_mode="branch")  # fmt: skip
    return Candidate(schema=1, tenant_id=tenant, scenario="cash-without-notice", account_id=account, currency="BRL", last_at=at,
                     measures={"amount_minor": amount_minor}, payments=[payment], job="aml-patterns-1")  # fmt: skip


async def test_what_customers_said_is_asked_live_and_at_night_and_once(core, kafka, tmp_path: Path) -> None:
    tenant, last_day = "declared", day_of(SystemClock().now_ms() - 2 * DAY_MS)
    until_ms = end_ms(last_day)
    planted = plant(seed=6, tenant_id=tenant, first_ms=until_ms - LONGEST_MS - 4 * DAY_MS, until_ms=until_ms, each=EACH,
                    plants=(DECLARED,))  # fmt: skip
    own = {each.account_id: each.customer_id for each in planted.accounts}
    opened(core, tenant, own, at={}, kinds={})
    kept(core, tenant, planted)
    events = booked(core, tenant, ledger_events(planted.rows, tenant_id=tenant, ours=set(own)))
    cash = [withdrawn(tenant, row["account_id"], row["transaction_id"], row["event_time"], row["amount_minor"])
            for row in planted.rows if row["channel"] == "cash"]  # fmt: skip
    for _ in range(2):
        await recorded(core, kafka, events)
        await candidates_recorded(core, kafka, cash)

    with psycopg.connect(core.dsn("audit")) as connection:
        known = declared(told_of(connection, tenant, first_day=day_of(0), last_day=last_day))
    payments = pl.DataFrame(
        [{name: row.get(name) for name in FIELDS} for row in planted.rows],
        schema={name: {**NUMBERS, "event_time": pl.Int64}.get(name, pl.String) for name in FIELDS},
    )
    accounts = pl.DataFrame([(*each, None) for each in own.items()], schema=ACCOUNT, orient="row")
    history = known.history(payments, accounts, since=0)
    expected = {
        code: made_of(
            (each.account_id, one) for each in found(history, scenario=code, day=last_day) for one in each.transactions
        )
        for code in DECLARED
    }
    large = {row["transaction_id"] for row in planted.rows if row["amount_minor"] > 20_000}
    at_once = {account: some for account, made in expected["unregistered-device"].items() if (some := made & large)}
    assert found_in(core, tenant, "unregistered-device") == at_once
    assert found_in(core, tenant, "cash-without-notice") == expected["cash-without-notice"]
    assert found_in(core, tenant, "customer-mismatch") == {}

    settings = Settings(var=tmp_path, core=core)
    lake_of(settings.lake, planted, tenant)
    nights = [await asyncio.to_thread(judge_nights, settings, last_day=last_day, clock=SystemClock()) for _ in range(2)]
    mine = [next(each for each in some if each.tenant_id == tenant) for some in nights]
    assert mine[0].fresh > 0 == mine[1].fresh
    for code in DECLARED:
        hit = found_in(core, tenant, code)
        assert hit == expected[code], code
        every = {one for made in hit.values() for one in made}
        schemes = [each for each in planted.schemes if each.scenario == code]
        by_kind = {kind: sum(bool(every & set(each.transactions)) for each in schemes if each.kind is kind) for kind in Kind}
        assert by_kind == {Kind.SCHEME: EACH, Kind.NEAR_MISS: 0, Kind.TWIN: 0}, code


async def test_a_withdrawal_is_covered_with_those_before_it_on_its_day_and_judged_again_as_before(core, kafka) -> None:
    tenant, account = "declared-cash", str(uuid.uuid4())
    opened(core, tenant, {account: "c-cash"}, at={}, kinds={})
    day = day_of(SystemClock().now_ms() - 3 * DAY_MS)
    at = [start_ms(day) + hour * HOUR_MS for hour in (10, 11, 12)]
    amounts = (5_000_000, 4_000_000, 6_000_000)
    out = [pays(account, "", amount, moment, channel="cash", payee_id=None) for amount, moment in zip(amounts, at, strict=True)]
    events = booked(core, tenant, [ledger_event(each, tenant_id=tenant, ours={account}) for each in out])
    with psycopg.connect(core.dsn("postgres")) as connection:
        for version, (amount, given) in enumerate(((10_000_000, at[0] - 20 * DAY_MS), (0, at[2] + HOUR_MS)), start=1):
            connection.execute(_NOTICE, (tenant, account, day, version, amount, given))
    told = [withdrawn(tenant, account, each.transfer_id, each.occurred_at, each.amount_minor) for each in events]
    for some in (told, told[::-1]):
        await candidates_recorded(core, kafka, some)
        assert found_in(core, tenant, "cash-without-notice") == {account: {told[2].payments[0].transaction_id}}
    [(said,)] = rows_of(core, "select measures from cases.finding where tenant_id = %s", tenant)
    # 4,000,000 is no large withdrawal: it wants no notice, and takes none.
    assert said == {"amount_minor": 6_000_000, "taken_minor": 11_000_000, "noticed_minor": 10_000_000}


async def test_nothing_is_told_of_devices_of_who_is_being_erased(core, kafka) -> None:
    tenant, at = "declared-erased", start_ms(day_of(SystemClock().now_ms() - 3 * DAY_MS)) + 10 * HOUR_MS
    gone, there = str(uuid.uuid4()), str(uuid.uuid4())
    own = {gone: "c-gone", there: "c-there"}
    opened(core, tenant, own, at={}, kinds={})
    paid = [pays(account, "", 90_000, at, customer_id=whose, payee_id=None, device_id="d1") for account, whose in own.items()]
    events = booked(core, tenant, [ledger_event(each, tenant_id=tenant, ours=set(own)) for each in paid])
    with psycopg.connect(core.dsn("postgres")) as connection:
        since = at - 60 * DAY_MS
        connection.execute(_DEVICE, (tenant, "c-there", "d2", since, since, None, None))
        connection.execute(
            "insert into bank.erasure (erasure_id, tenant_id, customer_id, status, requested_by, requested_at) "
            "values (gen_random_uuid(), %s, 'c-gone', 'running', 'x', now())",
            (tenant,),
        )
    await recorded(core, kafka, events)
    assert found_in(core, tenant, "unregistered-device") == {there: {paid[1]["transaction_id"]}}
