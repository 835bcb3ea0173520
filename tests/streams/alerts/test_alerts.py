"""The alert app on a real broker and a real database."""

import json
import time
import uuid

import psycopg
import pytest

from contracts.topics import FLAGGED, topics
from kit.clock import ManualClock
from kit.kafka import consumer
from streams.alerts.app import COMMIT_INTERVAL_S
from streams.alerts.watchdog import Backlog, StallDetector
from tests.http import http

pytestmark = pytest.mark.servers
APP = "streams.alerts"
SINGLES = 60
HEADERS = [("correlation_id", b"req-1"), ("unknown", b"x")]


@pytest.fixture
def rows(core):
    def _rows(query: str, *parameters: object) -> list[tuple]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            return connection.execute(query, parameters).fetchall()

    return _rows


def members(tenant: str) -> tuple[str, str]:
    return "select count(*) from cases.alert_member where tenant_id = %s", tenant


def test_an_app_killed_in_mid_traffic_makes_every_flagged_decision_a_member_once(start, traffic, rows, eventually):
    sent: list[dict] = []
    for _ in range(2):
        app = start(APP)
        before = rows(*members("kill"))[0][0]
        more = [traffic.flagged(tenant_id="kill", customer_id=f"c{n % 97}") for n in range(1_500)]
        aborted = [traffic.flagged(tenant_id="kill", customer_id="aborted") for _ in range(30)]
        sent += more
        traffic.send_in_transaction(FLAGGED, aborted, commit=False)
        traffic.send_in_transaction(FLAGGED, more[:700], commit=True)
        eventually(lambda before=before: rows(*members("kill"))[0][0] > before, what="alerts appear")
        traffic.send(FLAGGED, more[700:])
        app.kill()
    last = start(APP)
    eventually(lambda: rows(*members("kill"))[0][0] >= len(sent), what="all are members")
    assert last.terminate() == 0
    found = rows("select transaction_id::text, alert_id from cases.alert_member where tenant_id = 'kill'")
    assert {transaction for transaction, _ in found} == {each["transaction"]["transaction_id"] for each in sent}
    assert len(found) == len(sent)
    assert len({alert for _, alert in found}) == 97
    published = rows("select payload from outbox.event where key = 'kill'")
    events = [json.loads(bytes(payload)) for (payload,) in published]
    assert len(events) == len({event["event_id"] for event in events}) == len(sent)
    assert sum(event["change"] == "opened" for event in events) == 97


def test_aborted_messages_never_become_alerts_and_do_not_hold_the_position_back(
    start, traffic, rows, eventually, kafka, free_port
):
    aborted = [traffic.flagged(tenant_id="aborted") for _ in range(40)]
    kept = [traffic.flagged(tenant_id="kept") for _ in range(40)]
    app = start(APP, BAAS_HEALTH=json.dumps({"alerts": {"port": free_port}}))
    traffic.send_in_transaction(FLAGGED, aborted, commit=False)
    traffic.send_in_transaction(FLAGGED, kept, commit=True)
    eventually(lambda: rows(*members("kept"))[0][0] == 40, what="committed ones are members")
    backlog = Backlog(kafka, group="alerts", topic=FLAGGED)
    eventually(lambda: not backlog.waiting(), what="the group's position passes the aborted messages")
    ready = http.get(f"http://127.0.0.1:{free_port}/readyz")
    assert (ready.status_code, ready.json()["done"] >= 40) == (200, True)
    assert app.terminate() == 0
    assert rows(*members("aborted")) == [(0,)]


def test_the_position_keeps_up_with_messages_that_each_have_a_transaction_of_their_own(start, traffic, rows, eventually, kafka):
    app = start(APP)
    traffic.send_in_transactions(FLAGGED, [[traffic.flagged(tenant_id="single")] for _ in range(SINGLES)])
    eventually(lambda: rows(*members("single"))[0][0] == SINGLES, what="all are members")
    backlog = Backlog(kafka, group="alerts", topic=FLAGGED)
    began_s = time.monotonic()
    eventually(lambda: not backlog.waiting(), what="the group's position passes every one of them")
    assert time.monotonic() - began_s < SINGLES * COMMIT_INTERVAL_S / 2, "a commit passed one transaction at a time"
    assert app.terminate() == 0


def test_what_cannot_be_read_goes_to_the_dlq_and_the_stream_goes_on(start, traffic, rows, eventually):
    poison = traffic.flagged(tenant_id="bad")
    poison["stand_outs"][0]["sentence"] = "a NUL \u0000 that PostgreSQL refuses"
    unknown_verdict = traffic.flagged(tenant_id="bad")
    unknown_verdict["answer"]["verdict"] = "maybe"
    bad: list[dict | bytes] = [b"{", unknown_verdict, poison]
    good = [traffic.flagged(tenant_id="good") for _ in range(20)]
    app = start(APP)
    traffic.send(FLAGGED, [*good[:10], *bad, *good[10:]], headers=HEADERS)
    eventually(lambda: rows(*members("good"))[0][0] == 20, what="the good ones are members")
    refused = traffic.dlq(FLAGGED, at_least=3)
    assert app.terminate() == 0
    assert sorted(value for value, _ in refused) == sorted(
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in bad
    )
    assert {headers["reason"] for _, headers in refused} == {b"malformed"}
    assert rows(*members("bad")) == [(0,)]
    assert rows("select distinct headers from outbox.event where key = 'good'") == [({"correlation_id": "req-1"},)]


def test_a_batch_that_cannot_be_written_ends_the_process_and_is_read_again(start, traffic, rows, eventually, core):
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        admin.execute("revoke insert on cases.alert_member from alerts")
        app = start(APP)
        traffic.send(FLAGGED, [traffic.flagged(tenant_id="retry")])
        eventually(lambda: app.ended is not None, what="the process ends")
        assert app.ended == 1
        admin.execute("grant insert on cases.alert_member to alerts")
    again = start(APP)
    eventually(lambda: rows(*members("retry"))[0][0] == 1, what="the batch is read again")
    assert again.terminate() == 0


def test_messages_that_wait_are_seen_from_outside_and_aborted_ones_are_not(traffic, kafka):
    name = f"watched-{uuid.uuid4().hex[:8]}"
    group = consumer(kafka, group=name, client="t")
    ends = [traffic.end(FLAGGED, partition) for partition in range(topics()[FLAGGED].partitions)]
    group.commit(offsets=ends, asynchronous=False)
    backlog = Backlog(kafka, group=name, topic=FLAGGED)
    traffic.send_in_transaction(FLAGGED, [traffic.flagged()], commit=False)
    assert backlog.lag() > 0
    assert not backlog.waiting()
    traffic.send(FLAGGED, [traffic.flagged()])
    assert backlog.waiting()
    group.close()


def test_a_stall_is_work_that_waits_while_nothing_is_done():
    clock = ManualClock(0)
    detector = StallDetector(clock, stall_after_ms=1_000)
    clock.advance(999)
    assert not detector.stalled(done=0, waiting=lambda: True)
    clock.advance(1)
    assert not detector.stalled(done=0, waiting=lambda: False)
    clock.advance(1_000)
    assert not detector.stalled(done=1, waiting=lambda: True)
    clock.advance(1_000)
    assert detector.stalled(done=1, waiting=lambda: True)
