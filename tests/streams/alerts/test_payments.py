"""Payments judged by what the books say of their accounts' past: as over history, once, over kills, by segment."""

import json
import uuid
from collections import defaultdict

import msgspec
import polars as pl
import psycopg
import pytest

from bench.aml_traffic import ledger_event, ledger_events
from contracts.topics import BANKING_TRANSACTIONS
from kit.clock import SystemClock
from kit.postgres import pool
from ledger.days import day_of, start_ms
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import found
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.asking import ASKED
from risk.scenarios.catalogue import DAY_MS, HOUR_MS
from simulator.laundering.draw import Kind
from simulator.laundering.planting import LONGEST_MS, plant
from streams.alerts.payments import Awake, PaymentRecorder
from streams.refusals import Refusals
from tests.streams.alerts.books import booked, opened

pytestmark = pytest.mark.servers
APP, TENANT, EACH = "streams.alerts", "books", 3
PLANTED_OF = sorted(set(ASKED) - {"new-payee-account", "unregistered-device"})
NOON_MS = (SystemClock().now_ms() // DAY_MS - 3) * DAY_MS + 15 * HOUR_MS


@pytest.fixture
def rows(core):
    def _rows(query: str, *parameters: object) -> list[tuple]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            return connection.execute(query, parameters).fetchall()

    return _rows


class Message:
    """What the recorder reads of Faust's message."""

    topic, partition, offset, key, headers = BANKING_TRANSACTIONS, 0, 0, b"t", None

    def __init__(self, event: object) -> None:
        self.value = msgspec.json.encode(event)


async def recorded(core, kafka, *batches) -> None:
    async with pool(core.dsn("alerts"), application="test", max_size=1) as connections:
        recorder = PaymentRecorder(connections, Refusals(kafka, process="test"), SystemClock())
        for each in batches:
            await recorder.record([Message(event) for event in each])
        assert recorder.done == sum(map(len, batches))


def made_of(found_rows) -> dict[str, set[str]]:
    made: dict[str, set[str]] = defaultdict(set)
    for account, transaction in found_rows:
        made[str(account)].add(str(transaction))
    return made


async def test_the_books_say_of_planted_schemes_what_history_says_and_say_it_once(core, kafka, rows) -> None:
    last_day = day_of(SystemClock().now_ms() - 2 * DAY_MS)
    until_ms = start_ms(last_day)
    planted = plant(seed=5, tenant_id=TENANT, first_ms=until_ms - LONGEST_MS - 3 * DAY_MS, until_ms=until_ms, each=EACH)
    own = {each.account_id: each.customer_id for each in planted.accounts}
    opened(core, TENANT, own, at={}, kinds={})
    told = booked(core, TENANT, ledger_events(planted.rows, tenant_id=TENANT, ours=set(own)))
    batches = [told[begin : begin + 300] for begin in range(0, len(told), 300)]
    await recorded(core, kafka, *batches, *batches)

    schema = dict.fromkeys(FIELDS, pl.String) | dict.fromkeys(
        ("event_time", "amount_minor", "latitude_e5", "longitude_e5"), pl.Int64
    )
    accounts = pl.DataFrame(list(own.items()), schema=["account_id", "customer_id"], orient="row")
    history = History(
        pl.DataFrame([{name: row.get(name) for name in FIELDS} for row in planted.rows], schema=schema),
        accounts.with_columns(opened_at=pl.lit(None, dtype=pl.Int64)),
        since=SystemClock().now_ms() - 44 * DAY_MS,
    )
    for scenario in PLANTED_OF:
        expected = found(history, scenario=scenario, day=last_day)
        stored = rows(
            "select f.account_id, p.transaction_id from cases.finding f join cases.finding_payment p "
            "using (tenant_id, finding_id) where f.tenant_id = %s and f.scenario = %s",
            TENANT,
            scenario,
        )
        made = made_of(stored)
        assert made == made_of((each.account_id, one) for each in expected for one in each.transactions), scenario
        hit = {one for transactions in made.values() for one in transactions}
        schemes = [each for each in planted.schemes if each.scenario == scenario]
        by_kind = {kind: sum(bool(hit & set(each.transactions)) for each in schemes if each.kind is kind) for kind in Kind}
        assert by_kind == {Kind.SCHEME: EACH, Kind.NEAR_MISS: 0, Kind.TWIN: 0}, scenario
    assert rows("select scenario from cases.finding where tenant_id = %s and scenario <> all(%s)", TENANT, list(ASKED)) == []


def pays(payer: str, payee: str, amount_minor: int, at: int, **more: object) -> dict:
    return {
        "transaction_id": str(uuid.uuid4()), "event_time": at, "channel": "pix", "direction": "debit", "account_id": payer,
        "customer_id": f"c-{payer[:8]}", "payee_id": payee, "amount_minor": amount_minor,
    } | more  # fmt: skip


def test_payments_to_new_accounts_killed_in_mid_traffic_are_found_once(core, start, traffic, rows, eventually) -> None:
    tenant = "books-kill"
    payers, new = ([str(uuid.uuid4()) for _ in range(40)] for _ in range(2))
    own = {each: f"c-{each[:8]}" for each in (*payers, *new)}
    opened(core, tenant, own, at=dict.fromkeys(new, NOON_MS - HOUR_MS), kinds={})
    paid = [
        pays(payer, payee, amount_minor, NOON_MS + 2 * place + less)
        for place, (payer, payee) in enumerate(zip(payers, new, strict=True))
        for less, amount_minor in enumerate((150_000, 99_999))
    ]
    events = [ledger_event(each, tenant_id=tenant, ours=set(own)) for each in paid]
    told = [json.loads(msgspec.json.encode(each)) for each in booked(core, tenant, events)]
    count = "select count(*) from cases.finding where tenant_id = 'books-kill'"
    app = start(APP)
    traffic.send(BANKING_TRANSACTIONS, [b"{", *told[:40]])
    eventually(lambda: rows(count) > [(0,)], what="findings appear")
    app.kill()
    traffic.send(BANKING_TRANSACTIONS, [*told[:-2], *told[:-2]])
    last = start(APP)
    traffic.send(BANKING_TRANSACTIONS, told[-2:])
    eventually(lambda: rows(count) == [(40,)], what="every payment is found")
    refused = traffic.dlq(BANKING_TRANSACTIONS, at_least=1)
    assert last.terminate() == 0
    assert {headers["reason"] for _, headers in refused} == {b"malformed"}
    found_rows = rows("select account_id::text, payments, growth, job from cases.finding where tenant_id = 'books-kill'")
    assert sorted(found_rows) == sorted((payer, 1, 1, "aml-books-1") for payer in payers)
    events_told = rows("select payload from outbox.event where key = 'books-kill' and topic = 'aml.findings.v1'")
    assert len(events_told) == 40


async def test_values_of_a_segment_hold_for_its_customers_and_not_for_others(core, kafka, rows) -> None:
    tenant = "books-segment"
    person, firm, new = (str(uuid.uuid4()) for _ in range(3))
    own = {person: "c-person", firm: "c-firm", new: "c-new"}
    opened(core, tenant, own, at={new: NOON_MS - HOUR_MS}, kinds={"c-firm": "business"})
    with psycopg.connect(core.dsn("postgres")) as connection:
        named = {"tenant": tenant, "version": str(uuid.uuid4()), "trial": str(uuid.uuid4())}
        for statement in (
            "insert into governance.scenario_version (tenant_id, version_id, scenario, segment, valid_from, parameters, why, "
            "proposed_by, proposed_at) values (%(tenant)s, %(version)s, 'new-payee-account', 'business', '2020-01-01', "
            "jsonb_build_object('amount_minor', 500000), 'x', 'a', now())",
            "insert into governance.scenario_trial (tenant_id, trial_id, version_id, days, status, asked_by, asked_at, result) "
            "values (%(tenant)s, %(trial)s, %(version)s, 30, 'done', 'a', now(), '{}')",
            "insert into governance.scenario_verdict (tenant_id, version_id, proposed_by, action, trial_id, said_by, said_at) "
            "values (%(tenant)s, %(version)s, 'a', 'approve', %(trial)s, 'b', now())",
        ):
            connection.execute(statement, named)
    paid = [pays(person, new, 150_000, NOON_MS), pays(firm, new, 150_000, NOON_MS), pays(firm, new, 500_000, NOON_MS + 1)]
    events = [ledger_event(each, tenant_id=tenant, ours=set(own)) for each in paid]
    await recorded(core, kafka, booked(core, tenant, events))
    found_rows = rows("select account_id::text, amount_minor from cases.finding where tenant_id = %s", tenant)
    assert sorted(found_rows) == sorted([(person, 150_000), (firm, 500_000)])


def test_whoever_moved_lately_need_not_be_asked_and_no_more_are_remembered_than_fit() -> None:
    awake = Awake(most=2)
    assert awake.may_wake("a", at_ms=NOON_MS)
    awake.moved("a", at_ms=NOON_MS - 20 * DAY_MS)
    assert not awake.may_wake("a", at_ms=NOON_MS)
    assert awake.may_wake("a", at_ms=NOON_MS + 10 * DAY_MS)
    for other in ("b", "c"):
        awake.moved(other, at_ms=NOON_MS)
    assert awake.may_wake("a", at_ms=NOON_MS)
    assert not awake.may_wake("c", at_ms=NOON_MS)
