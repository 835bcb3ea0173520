"""Candidates become findings and alerts, on a real broker and a real database, over kills."""

import json
import uuid

import psycopg
import pytest

from contracts.topics import AML_CANDIDATES, AML_FINDINGS, FLAGGED
from kit.clock import SystemClock

pytestmark = pytest.mark.servers
APP = "streams.alerts"
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOON_MS = (SystemClock().now_ms() // DAY_MS - 3) * DAY_MS + 15 * HOUR_MS


@pytest.fixture
def rows(core):
    def _rows(query: str, *parameters: object) -> list[tuple]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            return connection.execute(query, parameters).fetchall()

    return _rows


def payment(at: int, amount_minor: int = 100_000, **fields: object) -> dict:
    return {
        "transaction_id": str(uuid.uuid4()), "at": at, "is_out": False, "is_first": True, "amount_minor": amount_minor,
        "channel": "pix", "other": f"payer-{uuid.uuid4().hex[:8]}", "entry_mode": "transfer",
    } | fields  # fmt: skip


def candidate(
    tenant_id: str, payments: list[dict], *, scenario: str = "fan-in", account_id: str = "", **fields: object
) -> dict:
    return {
        "schema": 1, "tenant_id": tenant_id, "scenario": scenario, "account_id": account_id or str(uuid.uuid4()),
        "currency": "BRL", "last_at": payments[-1]["at"], "measures": {"counterparties": len(payments)}, "payments": payments,
        "job": "aml-windows-1",
    } | fields  # fmt: skip


def growing(tenant_id: str, *, payers: int, account_id: str = "") -> list[dict]:
    """An account as the stream tells of it: a candidate at each payment from the third on."""
    account = account_id or str(uuid.uuid4())
    payments = [payment(NOON_MS + place * MINUTE_MS) for place in range(payers)]
    return [candidate(tenant_id, payments[: place + 1], account_id=account) for place in range(2, payers)]


def findings(tenant: str) -> tuple[str, str]:
    return (
        "select f.account_id::text, f.payments, f.growth, a.kind, a.decisions, a.scenarios, a.subject_kind, f.alert_id "
        "from cases.finding f join cases.alert a using (tenant_id, alert_id) where f.tenant_id = %s",
        tenant,
    )


def test_candidates_killed_in_mid_traffic_make_each_finding_and_its_payments_once(start, traffic, rows, eventually):
    accounts = [growing("aml-kill", payers=8) for _ in range(60)]
    # Each account's candidates in their order, accounts mixed.
    mixed = [account[place] for place in range(6) for account in accounts]
    app = start(APP)
    traffic.send(AML_CANDIDATES, mixed[:150])
    eventually(lambda: len(rows(*findings("aml-kill"))) > 0, what="findings appear")
    app.kill()
    app = start(APP)
    traffic.send(AML_CANDIDATES, mixed[150:])
    traffic.send_in_transaction(AML_CANDIDATES, growing("aml-kill", payers=8), commit=False)
    eventually(lambda: len(rows(*findings("aml-kill"))) >= 40, what="more findings appear")
    app.kill()
    traffic.send(AML_CANDIDATES, mixed)  # all of it again, as of a job that went on from an old savepoint
    last = start(APP)
    whole = "select count(*) from cases.finding_payment where tenant_id = 'aml-kill'"
    eventually(lambda: rows(whole) == [(60 * 8,)], what="every payment is in its finding")
    traffic.send(AML_CANDIDATES, growing("aml-end", payers=5))
    eventually(lambda: len(rows(*findings("aml-end"))) == 1, what="what was sent again is behind us")
    assert last.terminate() == 0
    found = rows(*findings("aml-kill"))
    assert {row[0] for row in found} == {account[0]["account_id"] for account in accounts}
    assert len(found) == len(accounts) == len({row[7] for row in found})
    assert {(*row[1:5], tuple(row[5]), row[6]) for row in found} == {(8, 4, "scenario", 1, ("fan-in",), "account")}
    told = [
        (topic, json.loads(bytes(payload)))
        for topic, payload in rows("select topic, payload from outbox.event where key = 'aml-kill'")
    ]
    for topic in (AML_FINDINGS, "risk.alerts.v1"):
        events = [event for named, event in told if named == topic and event.get("change") != "moved"]
        assert len({event["event_id"] for event in events}) == len(events) == 60 * 4
    # The policy opened a case for each, and moved its alert, once.
    assert sum(event.get("change") == "moved" for _, event in told) == 60
    opened = "select count(*), count(distinct subject_id) from cases.case where tenant_id = 'aml-kill' and version = 1"
    assert rows(opened) == [(60, 60)]


def test_near_misses_and_what_was_usual_are_no_findings_and_old_candidates_only_teach(start, traffic, rows, eventually):
    four = growing("aml-none", payers=4)
    account = str(uuid.uuid4())
    long_ago_ms = NOON_MS - 60 * DAY_MS
    past = [payment(long_ago_ms + place * MINUTE_MS) for place in range(6)]
    shop = [candidate("aml-none", past, account_id=account), *growing("aml-none", payers=8, account_id=account)]
    app = start(APP)
    traffic.send(AML_CANDIDATES, [*four, *shop, *growing("aml-one", payers=5)])
    eventually(lambda: len(rows(*findings("aml-one"))) == 1, what="the candidate after them is judged")
    eventually(
        lambda: rows("select count(*) from cases.reached where tenant_id = 'aml-none'") == [(5,)], what="all are learned"
    )
    assert app.terminate() == 0
    assert rows(*findings("aml-none")) == []


def test_what_is_found_of_days_long_past_opens_no_case_and_waits_for_somebody(start, traffic, rows, eventually):
    past = [payment(NOON_MS - 10 * DAY_MS + place * MINUTE_MS) for place in range(5)]
    recent = growing("aml-past", payers=5)
    app = start(APP)
    traffic.send(AML_CANDIDATES, [candidate("aml-past", past), *recent])
    eventually(lambda: len(rows(*findings("aml-past"))) == 2, what="both are found")
    assert app.terminate() == 0
    assert rows("select subject_id from cases.case where tenant_id = 'aml-past'") == [(recent[0]["account_id"],)]


def test_scenarios_of_one_customer_are_one_alert_and_flagged_decisions_another(start, traffic, rows, eventually):
    account = str(uuid.uuid4())
    cash = payment(NOON_MS + HOUR_MS, 6_000_000, channel="cash", other=None, is_first=False)
    single = candidate("aml-both", [cash], scenario="cash-report", account_id=account, customer_id="c-1")
    fan = [each | {"customer_id": "c-1"} for each in growing("aml-both", payers=6, account_id=account)]
    app = start(APP)
    traffic.send(FLAGGED, [traffic.flagged(tenant_id="aml-both", customer_id="c-1", event_time=NOON_MS)])
    traffic.send(AML_CANDIDATES, [*fan, single, single])
    eventually(lambda: len(rows(*findings("aml-both"))) == 2, what="both are found")
    eventually(
        lambda: rows("select count(*) from cases.alert where tenant_id = 'aml-both'") == [(2,)], what="and the decision too"
    )
    assert app.terminate() == 0
    found = rows("select kind, decisions, scenarios, subject_kind, subject_id from cases.alert where tenant_id = 'aml-both'")
    assert sorted(found) == [
        ("decision", 1, [], "customer", "c-1"), ("scenario", 2, ["cash-report", "fan-in"], "customer", "c-1"),
    ]  # fmt: skip


def test_what_cannot_be_judged_goes_to_the_dlq_and_the_stream_goes_on(start, traffic, rows, eventually):
    unknown = candidate("aml-bad", [payment(NOON_MS)], scenario="round-trip")
    bad: list[dict | bytes] = [b"{", unknown, candidate("aml-bad", [payment(NOON_MS)], account_id="no-account")]
    app = start(APP)
    traffic.send(AML_CANDIDATES, [*bad, *growing("aml-good", payers=5)])
    eventually(lambda: len(rows(*findings("aml-good"))) == 1, what="the good ones are found")
    refused = traffic.dlq(AML_CANDIDATES, at_least=3)
    assert app.terminate() == 0
    assert sorted(headers["reason"] for _, headers in refused) == [b"malformed", b"malformed", b"unknown-scenario"]


def test_values_that_two_people_gave_a_scenario_are_what_is_found_by(core, start, traffic, rows, eventually):
    version = {"version": str(uuid.uuid4()), "trial": str(uuid.uuid4()), "tenant": "aml-own"}
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute(
            "insert into governance.scenario_version (tenant_id, version_id, scenario, valid_from, parameters, why, "
            "proposed_by, proposed_at) values (%(tenant)s, %(version)s, 'fan-in', '2020-01-01', "
            "jsonb_build_object('counterparties', 7), 'x', 'a', now())",
            version,
        )
        connection.execute(
            "insert into governance.scenario_trial (tenant_id, trial_id, version_id, days, status, asked_by, asked_at, result) "
            "values (%(tenant)s, %(trial)s, %(version)s, 30, 'done', 'a', now(), '{}')",
            version,
        )
        connection.execute(
            "insert into governance.scenario_verdict (tenant_id, version_id, proposed_by, action, trial_id, said_by, said_at) "
            "values (%(tenant)s, %(version)s, 'a', 'approve', %(trial)s, 'b', now())",
            version,
        )
    app = start(APP)
    six, seven = growing("aml-own", payers=6), growing("aml-own", payers=7)
    traffic.send(AML_CANDIDATES, [*six, *seven, *growing("aml-others", payers=6)])
    eventually(lambda: len(rows(*findings("aml-others"))) == 1, what="five are enough at another bank")
    assert app.terminate() == 0
    assert {row[0] for row in rows(*findings("aml-own"))} == {seven[0]["account_id"]}
