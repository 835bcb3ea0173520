"""The warehouse sink on a real broker and a real database."""

import json
import uuid

import httpx
import psycopg
import pytest

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from kit.plain_http import NO_TLS
from kit.postgres import connect
from streams.sinks.warehouse import repository
from tests.http import http

pytestmark = pytest.mark.servers
SINK = "streams.sinks.warehouse"
NEXT = "select next_offset from raw.sink_offset where topic = %s"


@pytest.fixture
def rows(warehouse):
    def _rows(query: str, *parameters: object) -> list[tuple]:
        with psycopg.connect(warehouse.dsn("postgres")) as connection:
            return connection.execute(query, parameters).fetchall()

    return _rows


def _sent(records: list[dict]) -> set[uuid.UUID]:
    return {uuid.UUID(record["transaction"]["transaction_id"]) for record in records}


def test_a_sink_killed_in_mid_traffic_misses_nothing_and_writes_nothing_twice(start, traffic, rows, eventually):
    sent: list[dict] = []
    count = "select count(*) from raw.decisions"
    for _ in range(3):
        sink = start(SINK)
        more = [traffic.decision() for _ in range(4_000)]
        sent += more
        before = rows(count)[0][0]
        traffic.send_in_transaction(DECISIONS, more[:2_000], commit=True)
        traffic.send_in_transaction(DECISIONS, [traffic.decision() for _ in range(50)], commit=False)
        eventually(lambda before=before: rows(count)[0][0] > before, what="the sink writes")
        traffic.send(DECISIONS, more[2_000:])
        sink.kill()
    last = start(SINK)
    eventually(lambda: rows(count)[0][0] >= len(sent), what="everything sent is in the warehouse")
    assert last.terminate() == 0
    found = rows("select transaction_id, log_offset from raw.decisions")
    assert {transaction_id for transaction_id, _ in found} == _sent(sent)
    assert len({offset for _, offset in found}) == len(found) == len(sent)
    (next_offset,) = rows(NEXT, DECISIONS)[0]
    assert next_offset == max(offset for _, offset in found) + 1


def test_every_kind_of_record_lands_in_its_table_as_it_was(start, traffic, rows, eventually):
    decided = traffic.decision(verdict="allow", mcc=0, tenant_id="kinds", card_id="k1", ip="i1")
    bare = traffic.decision(
        tenant_id="kinds", customer_id=None, account_id=None, device_id=None, payee_id=None, country=None, entry_mode=None
    )
    transaction_id = decided["transaction"]["transaction_id"]
    about = {"epoch": 4, "tenant_id": "kinds", "transaction_id": transaction_id}
    override = {"record": "override", "n": 900_002, "answer": traffic.decision(verdict="deny")["answer"], **about}
    outcome = {
        "record": "outcome", "n": 900_003, "event_id": str(uuid.uuid4()), "outcome": "denied", "occurred_at": 1_764_000_000_200,
        **about,
    }  # fmt: skip
    control = {
        "record": "control", "epoch": 4, "n": 900_004,
        "control": {
            "kind": "profile", "control_id": str(uuid.uuid4()), "known_at": 1_764_000_000_000, "tenant_id": "kinds",
            "entity": "customer", "entity_id": "c1", "values": {"income": 1.5},
        },
    }  # fmt: skip
    label = {
        "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": "kinds", "transaction_id": transaction_id, "fraud": True,
        "kind": "stolen_card", "known_at": 1_764_500_000_000, "source": "simulator",
    }  # fmt: skip
    alert = {
        "schema": 1, "event_id": str(uuid.uuid4()), "tenant_id": "kinds", "alert_id": str(uuid.uuid4()), "status": "open",
        "change": "opened", "subject_kind": "customer", "subject_id": "c1", "transaction_id": transaction_id,
        "verdict": "deny", "amount_minor": 5, "currency": "BRL", "first_event_time": 1, "last_event_time": 2,
        "occurred_at": 3, "decisions": 1, "total_amount_minor": 5, "reasons": ["a_b"],
        "stand_outs": [{"feature": "f", "value": 1.5, "sentence": "A \"quoted\"\nline, a tab\t, a \\ and ação."}],
    }  # fmt: skip
    fact = {
        "schema": 1, "event_id": str(uuid.uuid4()), "tenant_id": "kinds", "transfer_id": transaction_id, "status": "failed",
        "purpose": "transfer", "occurred_at": 1_764_000_000_200, "amount_minor": 125_000, "currency": "BRL", "door": "inbound",
        "reason": "insufficient-funds",
    }  # fmt: skip
    sink = start(SINK)
    traffic.send(DECISIONS, [decided, bare, override, outcome, control], headers=[("duration_us", b"412")])
    traffic.send(LABELS, [label])
    traffic.send(ALERTS, [alert])
    traffic.send(BANKING_TRANSACTIONS, [fact])
    for table in ("outcomes", "labels", "alerts", "ledger_events", "controls"):
        query = f"select count(*) from raw.{table} where tenant_id = 'kinds'"
        eventually(lambda query=query: rows(query) == [(1,)], what=query)
    assert sink.terminate() == 0

    stored = rows(
        "select verdict, reasons, mcc, duration_us, extract(epoch from event_time) * 1000, card_id, ip "
        "from raw.decisions where transaction_id = %s",
        transaction_id,
    )[0]
    assert stored[:2] == ("deny", ["customer_new_payee", "amount_above_habit"])
    assert stored[2:] == (0, 412, decided["transaction"]["event_time"], "k1", "i1")
    unknown = rows(
        "select customer_id, account_id, ip, payee_id, mcc, country, rules from raw.decisions where transaction_id = %s",
        bare["transaction"]["transaction_id"],
    )
    assert unknown == [(None, None, None, None, None, None, [])]
    assert rows("select verdict from raw.overrides where transaction_id = %s", transaction_id) == [("deny",)]
    assert rows("select stand_outs from raw.alerts where tenant_id = 'kinds'") == [(alert["stand_outs"],)]
    assert rows("select body from raw.controls where tenant_id = 'kinds'") == [(control["control"],)]
    assert rows("select status, reason, debit_account_id from raw.ledger_events where tenant_id = 'kinds'") == [
        ("failed", "insufficient-funds", None)
    ]


def test_a_second_decision_of_a_transaction_is_counted_and_named_and_the_first_one_stands(
    start, traffic, rows, eventually, free_port
):
    first, repeated, other = (traffic.decision(tenant_id="twice") for _ in range(3))
    for record in (repeated, other):
        record["transaction"] = dict(first["transaction"])
        record["answer"] = dict(first["answer"])
    other["answer"]["verdict"] = "deny"
    one_batch, alike = traffic.decision(tenant_id="twice"), traffic.decision(tenant_id="twice")
    alike["transaction"] = one_batch["transaction"] | {"amount_minor": one_batch["transaction"]["amount_minor"] + 1}
    sink = start(SINK, BAAS_HEALTH=json.dumps({"sink-warehouse": {"port": free_port}}))
    traffic.send(DECISIONS, [first])
    query = "select count(*) from raw.decisions where tenant_id = 'twice'"
    eventually(lambda: rows(query) == [(1,)], what="the first decision is written")
    traffic.send(DECISIONS, [repeated, other, one_batch, alike])
    eventually(lambda: rows(query) == [(2,)], what="the second transaction is written")
    transaction_id = first["transaction"]["transaction_id"]
    eventually(lambda: f"twice {transaction_id}" in sink.output(), what="the second decision is named")
    assert f"twice {one_batch['transaction']['transaction_id']}" in sink.output()
    assert sink.output().count("contradicts") == 2
    metrics = http.get(f"http://127.0.0.1:{free_port}/metrics", timeout=10).text
    assert 'baas_warehouse_contradicting_rows_total{table="decisions"} 2.0' in metrics
    assert sink.terminate() == 0
    assert rows("select verdict from raw.decisions where transaction_id = %s", transaction_id) == [("allow",)]


def test_what_cannot_be_read_goes_to_the_dlq_once_and_the_stream_goes_on(start, traffic, rows, eventually):
    """Broken JSON, a missing field, a control character, ids that only PostgreSQL refuses, a number past 64 bits."""
    escaped = json.dumps(traffic.decision(tenant_id="bad")).replace('"c000042"', '"c\\u0009042"').encode()
    no_uuid = traffic.decision(tenant_id="bad")
    no_uuid["transaction"]["transaction_id"] = "-" * 36
    huge = traffic.decision(tenant_id="bad")
    huge["epoch"] = 2**63
    incomplete = traffic.decision(tenant_id="bad")
    del incomplete["answer"]
    bad = [b"{not json", b'"text"', escaped, incomplete, no_uuid, huge]
    good = [traffic.decision(tenant_id="good") for _ in range(200)]
    traffic.send(DECISIONS, [*good[:100], *bad, *good[100:]])
    sink = start(SINK)
    query = "select count(*) from raw.decisions where tenant_id = 'good'"
    eventually(lambda: rows(query) == [(200,)], what="the good ones are written")
    assert sink.terminate() == 0
    assert rows("select 1 from raw.decisions where tenant_id = 'bad'") == []
    refused = traffic.dlq(DECISIONS, at_least=len(bad) + 1, within_s=3)
    assert sorted(value for value, _ in refused) == sorted(
        message if isinstance(message, bytes) else json.dumps(message).encode() for message in bad
    )
    assert {headers["reason"] for _, headers in refused} == {b"malformed"}


def test_a_second_sink_waits_and_takes_over_when_the_first_dies(start, traffic, rows, eventually, free_port):
    count = "select count(*) from raw.decisions where tenant_id = 'fence'"
    first = start(SINK)
    traffic.send(DECISIONS, [traffic.decision(tenant_id="fence")])
    eventually(lambda: rows(count) == [(1,)], what="the first sink writes")
    second = start(SINK, BAAS_HEALTH=json.dumps({"sink-warehouse": {"port": free_port}}))
    readiness = httpx.Client(verify=NO_TLS, base_url=f"http://127.0.0.1:{free_port}", transport=httpx.HTTPTransport(retries=20))
    eventually(lambda: "another" in str(readiness.get("/readyz").json()["obstacle"]), what="the second says why it waits")
    traffic.send(DECISIONS, [traffic.decision(tenant_id="fence") for _ in range(10)])
    eventually(lambda: rows(count) == [(11,)], what="one of them writes")
    assert second.ended is None
    first.kill()
    traffic.send(DECISIONS, [traffic.decision(tenant_id="fence") for _ in range(10)])
    eventually(lambda: rows(count) == [(21,)], what="the second takes over")
    ready = readiness.get("/readyz")
    assert (ready.status_code, ready.json()["obstacle"]) == (200, None)
    eventually(
        lambda: readiness.get("/readyz").json()["positions"][f"{DECISIONS}[0]"] == rows(NEXT, DECISIONS)[0][0],
        what="it tells its position",
    )
    assert second.terminate() == 0


def test_offsets_that_somebody_else_moved_refuse_the_whole_batch(warehouse, rows):
    with connect(warehouse.dsn("sinks"), application="test") as connection:
        repository.prepare(connection)
        line = f"fenced\t{uuid.uuid4()}\t{uuid.uuid4()}\tposted\t1\t1\t1\t1\n"
        repository.write(connection, {"outcomes": [line]}, moves={("fenced", 0): (0, 5)})
        line = line.replace("fenced", "late")
        with pytest.raises(repository.Fenced):
            repository.write(connection, {"outcomes": [line]}, moves={("fenced", 0): (0, 5)})
    assert rows("select tenant_id from raw.outcomes where tenant_id in ('fenced', 'late')") == [("fenced",)]


def test_the_api_reads_its_own_tenant_only(warehouse, rows):
    with connect(warehouse.dsn("sinks"), application="test") as connection:
        repository.prepare(connection)
        lines = [f"{tenant}\t{uuid.uuid4()}\t{uuid.uuid4()}\tposted\t1\t1\t1\t1\n" for tenant in ("rls-a", "rls-b")]
        repository.write(connection, {"outcomes": lines}, moves={("rls", 0): (0, 1)})
    with psycopg.connect(warehouse.dsn("analytics")) as api:
        assert api.execute("select count(*) from raw.outcomes").fetchone() == (0,)
        api.execute("select set_config('app.tenant_id', 'rls-a', true)")
        assert api.execute("select distinct tenant_id from raw.outcomes").fetchall() == [("rls-a",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api.execute("delete from raw.outcomes")
