"""The intake on a real broker and a real ledger."""

import json
import uuid

import msgspec
import psycopg
import pytest

from contracts.ledger_events import LedgerEvent, Purpose
from contracts.topics import DECISIONS
from kit.clock import SystemClock
from kit.postgres import connect
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch

pytestmark = pytest.mark.servers
INTAKE = "streams.intake"
OPENING_MINOR = 10**12


@pytest.fixture
def rows(core):
    def _rows(query: str, *parameters: object) -> list[tuple]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            return connection.execute(query, parameters).fetchall()

    return _rows


@pytest.fixture
def open_bank(core):
    """Open two accounts of customers, the first one funded, and nothing that inbound money needs beside them."""

    def _open(tenant_id: str, currency: str = "BRL") -> tuple[str, str]:
        now_ms = SystemClock().now_ms()
        source = system_account(tenant_id=tenant_id, currency=currency, code="opening")
        payer, payee = (
            NewAccount(
                account_id=uuid.uuid4(),
                tenant_id=tenant_id,
                currency=currency,
                owner_id=f"c{n}",
                debits_must_not_exceed_credits=True,
            )
            for n in range(2)
        )
        opening = PostingRequest(
            kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id=tenant_id, occurred_at_ms=0, amount_minor=OPENING_MINOR,
            currency=currency, debit_account_id=source.account_id, credit_account_id=payer.account_id, purpose=Purpose.OPENING,
        )  # fmt: skip
        with connect(core.dsn("api"), application="test") as connection:
            open_accounts(connection, [source, payer, payee], now_ms=now_ms)
            post_batch(connection, [opening], now_ms=now_ms)
        return str(payer.account_id), str(payee.account_id)

    return _open


def transfers(tenant_id: str) -> tuple[str, str]:
    return "select count(*) from ledger.transfer where tenant_id = %s and purpose = 'transfer'", tenant_id


def ended(rows, *tenants: str) -> dict[str, str]:
    query = "select id::text, status from ledger.transfer where purpose = 'transfer' and tenant_id = any(%s)"
    return dict(rows(query, list(tenants)))


def test_an_intake_killed_in_mid_traffic_posts_every_inbound_decision_once(start, traffic, rows, eventually, open_bank):
    banks = {tenant: open_bank(tenant) for tenant in ("kill-a", "kill-b")}
    sent: list[dict] = []
    for turn in range(3):
        intake = start(INTAKE)
        more = []
        for number in range(1_500):
            tenant = ("kill-a", "kill-b")[number % 2]
            payer, payee = banks[tenant]
            verdict = ("allow", "allow", "review", "deny")[number % 4]
            more.append(
                traffic.decision(tenant_id=tenant, verdict=verdict, account_id=payer, payee_id=payee, amount_minor=100 + turn)
            )
        sent += more
        before = rows(*transfers("kill-a"))[0][0]
        others = [traffic.decision(tenant_id="kill-a", door=door, account_id=banks["kill-a"][0]) for door in ("rpc", "ledger")]
        traffic.send_in_transaction(DECISIONS, more[:700] + others, commit=True)
        eventually(lambda before=before: rows(*transfers("kill-a"))[0][0] > before, what="money moves")
        traffic.send(DECISIONS, more[700:])
        intake.kill()
    last = start(INTAKE)
    eventually(lambda: rows(*transfers("kill-a"))[0][0] + rows(*transfers("kill-b"))[0][0] >= len(sent), what="all are done")
    assert last.terminate() == 0

    statuses = {"allow": "posted", "review": "held", "deny": "denied"}
    wanted = {each["transaction"]["transaction_id"]: statuses[each["answer"]["verdict"]] for each in sent}
    assert (
        dict(rows("select id::text, status from ledger.transfer where purpose = 'transfer' and tenant_id like 'kill-%%'"))
        == wanted
    )
    for tenant, (payer, payee) in banks.items():
        moved = sum(
            each["transaction"]["amount_minor"]
            for each in sent
            if each["answer"]["verdict"] == "allow" and each["transaction"]["tenant_id"] == tenant
        )
        balance = "select credits_posted_minor - debits_posted_minor from ledger.account where id = %s"
        assert rows(balance, payer) == [(OPENING_MINOR - moved,)]
        assert rows(balance, payee) == [(moved,)]
    events = [
        msgspec.json.decode(payload, type=LedgerEvent)
        for (payload,) in rows("select payload from outbox.event where key like 'kill-_'")
    ]
    inbound = [event for event in events if event.door == "inbound"]
    assert {event.transfer_id for event in inbound} == wanted.keys()
    assert len(inbound) == len(wanted)
    assert all(event.transaction and event.transaction.transaction_id == event.transfer_id for event in inbound)
    assert all(event.answer is None for event in inbound)


def test_a_new_tenants_first_inbound_money_is_posted_in_every_channel_and_currency(start, traffic, rows, eventually, open_bank):
    banks = {currency: open_bank("fresh", currency) for currency in ("BRL", "USD")}
    sent = []
    for currency, (payer, payee) in banks.items():
        for channel in ("pix", "ted"):
            common = {"tenant_id": "fresh", "currency": currency, "channel": channel, "amount_minor": 700}
            sent.append(traffic.decision(account_id=payee, direction="credit", payee_id=None, **common))
            sent.append(traffic.decision(account_id=payer, payee_id="t000051", **common))
            sent.append(traffic.decision(account_id=payer, payee_id="t000051", verdict="review", **common))
    elsewhere = traffic.decision(tenant_id="fresh", account_id=banks["BRL"][0], payee_id=None, currency="EUR")
    intake = start(INTAKE)
    traffic.send(DECISIONS, [*sent, elsewhere])
    eventually(lambda: rows(*transfers("fresh"))[0][0] == len(sent) + 1, what="all have ended")
    assert intake.terminate() == 0
    wanted = {
        each["transaction"]["transaction_id"]: "held" if each["answer"]["verdict"] == "review" else "posted" for each in sent
    }
    assert ended(rows, "fresh") == wanted | {elsewhere["transaction"]["transaction_id"]: "failed"}
    reason = "select reason from ledger.transfer where id = %s"
    assert rows(reason, elsewhere["transaction"]["transaction_id"]) == [("currency-mismatch",)]
    through = (
        "select currency, code, credits_posted_minor, debits_posted_minor, credits_pending_minor from ledger.account "
        "where tenant_id = 'fresh' and code like 'settlement:%%' and version > 0 order by currency, code"
    )
    assert rows(through) == [
        (currency, f"settlement:{channel}", 700, 700, 700) for currency in ("BRL", "USD") for channel in ("pix", "ted")
    ]


def test_what_is_not_ours_is_observed_and_what_cannot_be_paid_fails(start, traffic, rows, eventually, open_bank):
    _, empty = open_bank("mixed")
    foreign = traffic.decision(tenant_id="mixed", account_id=str(uuid.uuid4()), payee_id=None)
    unfunded = traffic.decision(tenant_id="mixed", account_id=empty, payee_id=None)
    nobody = traffic.decision(tenant_id="nobody", verdict="deny", account_id=empty, payee_id=None)
    intake = start(INTAKE)
    traffic.send(DECISIONS, [foreign, unfunded, nobody], headers=[("correlation_id", b"req-7"), ("duration_us", b"9")])
    eventually(lambda: rows(*transfers("mixed")) == [(2,)] and rows(*transfers("nobody")) == [(1,)], what="all have ended")
    assert intake.terminate() == 0
    found = dict(
        rows("select id::text, status from ledger.transfer where tenant_id in ('mixed', 'nobody') and door = 'inbound'")
    )
    assert found == {
        foreign["transaction"]["transaction_id"]: "observed",
        unfunded["transaction"]["transaction_id"]: "failed",
        nobody["transaction"]["transaction_id"]: "observed",
    }
    assert rows("select distinct headers from outbox.event where key = 'nobody'") == [({"correlation_id": "req-7"},)]


def test_what_cannot_be_read_or_posted_goes_to_the_dlq_and_the_rest_is_posted(start, traffic, rows, eventually, open_bank):
    payer, payee = open_bank("dlq")
    good = [traffic.decision(tenant_id="dlq", account_id=payer, payee_id=payee) for _ in range(50)]
    unknown_currency = traffic.decision(tenant_id="dlq", account_id=payer, payee_id=payee, currency="XXX")
    no_uuid = traffic.decision(tenant_id="dlq", account_id=payer)
    no_uuid["transaction"]["transaction_id"] = "-" * 36
    bad: list[dict | bytes] = [b"\xff", {"record": "surprise"}, no_uuid, unknown_currency]
    intake = start(INTAKE)
    traffic.send(DECISIONS, [*good[:25], *bad, *good[25:]])
    eventually(lambda: rows(*transfers("dlq")) == [(50,)], what="the good ones are posted")
    refused = traffic.dlq(DECISIONS, at_least=len(bad))
    assert intake.terminate() == 0
    reasons = {value: headers["reason"] for value, headers in refused}
    encoded = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in bad]
    assert reasons == dict(zip(encoded, [b"malformed", b"malformed", b"malformed", b"unpostable"], strict=True))
    assert len(refused) == len(bad)


def test_money_that_came_in_and_cannot_be_credited_lies_in_suspense_once(start, traffic, rows, eventually, open_bank, core):
    _, closed = open_bank("lost")
    _, frozen = open_bank("lost")
    with connect(core.dsn("api"), application="test") as api:
        api.execute("select ledger.change_account('lost', %s, true, null, null, null)", (closed,))
        api.execute("select ledger.change_account('lost', %s, null, null, true, null)", (frozen,))
    common = {"tenant_id": "lost", "channel": "ted", "amount_minor": 700, "payee_id": None}
    sent = [
        traffic.decision(account_id=closed, direction="credit", **common),
        traffic.decision(account_id=frozen, direction="credit", verdict="review", **common),
        traffic.decision(account_id=frozen, direction="credit", verdict="deny", **common),
        # What could not be paid stays where it was.
        traffic.decision(account_id=closed, **(common | {"payee_id": "t000051"})),
    ]
    items = "select problem, amount_minor, rail, status from bank.suspense_item where tenant_id = 'lost' order by problem"
    for turn in range(2):  # the second time as if the offset had not been kept
        intake = start(INTAKE)
        traffic.send(DECISIONS, sent)
        traffic.send(DECISIONS, [traffic.decision(tenant_id="lost", account_id=str(uuid.uuid4()), external_id=f"end-{turn}")])
        observed = "select count(*) from ledger.transfer where tenant_id = 'lost' and status = 'observed'"
        eventually(lambda turn=turn, observed=observed: rows(observed)[0][0] == turn + 1, what="all have ended")
        assert intake.terminate() == 0
        assert rows(items) == [("account-closed", 700, "ted", "open"), ("account-frozen", 700, "ted", "open")]
    balance = "select credits_posted_minor - debits_posted_minor from ledger.account where tenant_id = 'lost' and code = %s"
    assert rows(balance, "suspense:ted") == [(1_400,)]
    assert rows(balance, "settlement:ted") == [(-1_400,)]
    assert sorted(ended(rows, "lost").values()) == ["denied", "failed", "failed", "failed", "observed", "observed"]
