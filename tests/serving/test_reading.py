"""What risk, compliance and analysts read: decisions, alerts, marts; each under its own tenant."""

import json
import uuid
from collections.abc import Iterator

import msgspec
import psycopg
import pytest

from contracts.decisions import FlaggedDecision
from contracts.topics import FLAGGED
from tests.serving.conftest import Server
from tests.serving.test_live import example

MART = """
create schema if not exists marts;
create table marts.daily_volume_and_fraud (
    tenant_id text, day date, channel text, currency text, transactions bigint, amount_minor numeric, allowed bigint,
    reviewed bigint, denied bigint, frauds bigint, fraud_amount_minor numeric, frauds_caught bigint, false_alarms bigint);
alter table marts.daily_volume_and_fraud enable row level security;
create policy own_tenant on marts.daily_volume_and_fraud using (tenant_id = current_setting('app.tenant_id', true));
grant usage on schema marts to analytics;
grant select on marts.daily_volume_and_fraud to analytics;
insert into marts.daily_volume_and_fraud values
    ('demo', '2025-11-23', 'pix', 'BRL', 10, 1000, 8, 1, 1, 2, 200, 1, 1),
    ('demo', '2025-11-24', 'pix', 'BRL', 20, 3000, 18, 1, 1, 2, 300, 2, 0),
    ('demo', '2025-11-24', 'card', 'BRL', 5, 500, 5, 0, 0, 0, 0, 0, 0),
    ('other', '2025-11-24', 'pix', 'BRL', 7, 700, 7, 0, 0, 1, 9, 0, 0);
create table marts.freshness (tenant_id text, as_of timestamptz, last_event_time timestamptz);
alter table marts.freshness enable row level security;
create policy own_tenant on marts.freshness using (tenant_id = current_setting('app.tenant_id', true));
grant select on marts.freshness to analytics;
insert into marts.freshness values ('demo', '2025-11-24 14:05+00', '2025-11-24 14:04+00');
create table marts.dim_customers (
    tenant_id text, customer_id text, customer_since timestamptz, first_seen_at timestamptz, last_seen_at timestamptz,
    accounts bigint, transactions bigint);
create table marts.customer_profiles (
    tenant_id text, customer_id text, payments_30d bigint, mean_amount_minor_30d double precision, usual_hour bigint);
create table marts.fct_transactions (
    tenant_id text, customer_id text, day date, direction text, channel text, currency text, amount_minor bigint,
    outcome text);
do $$
declare
  named text;
begin
  foreach named in array array['dim_customers', 'customer_profiles', 'fct_transactions'] loop
    execute format('alter table marts.%I enable row level security', named);
    execute format('create policy own_tenant on marts.%I using (tenant_id = current_setting(''app.tenant_id'', true))', named);
    execute format('grant select on marts.%I to analytics', named);
  end loop;
end
$$;
create table marts.forecasts (
    tenant_id text, kind text, first_day date, made_at timestamptz, horizon_days integer, history_days integer,
    backtests integer, rmse_scaled double precision, rmse_scaled_seasonal_naive double precision,
    month_error_pct double precision, month_error_pct_seasonal_naive double precision, coverage_80_pct double precision,
    coverage_95_pct double precision);
create table marts.cash_flow_forecast (
    tenant_id text, customer_id text, currency text, day date, flow text, expected_minor bigint, low_80_minor bigint,
    high_80_minor bigint, low_95_minor bigint, high_95_minor bigint);
create table marts.liquidity_forecast (
    tenant_id text, rail text, currency text, day date, flow text, expected_minor bigint, low_80_minor bigint,
    high_80_minor bigint, low_95_minor bigint, high_95_minor bigint);
create table marts.recurring_payments (
    tenant_id text, series_id text, customer_id text, account_id uuid, direction text, category text, counterparty text,
    currency text, period text, first_day date, last_day date, payments integer, amount_minor bigint, next_day date,
    earliest_day date, latest_day date, low_minor bigint, high_minor bigint, subscription boolean, as_of date,
    made_at timestamptz);
alter table marts.recurring_payments enable row level security;
create policy own_tenant on marts.recurring_payments using (tenant_id = current_setting('app.tenant_id', true));
grant select on marts.recurring_payments to analytics;
alter table marts.forecasts enable row level security;
alter table marts.cash_flow_forecast enable row level security;
alter table marts.liquidity_forecast enable row level security;
create policy own_tenant on marts.forecasts using (tenant_id = current_setting('app.tenant_id', true));
create policy own_tenant on marts.cash_flow_forecast using (tenant_id = current_setting('app.tenant_id', true));
create policy own_tenant on marts.liquidity_forecast using (tenant_id = current_setting('app.tenant_id', true));
grant select on marts.forecasts, marts.cash_flow_forecast, marts.liquidity_forecast to analytics;
"""
DECISION = """
insert into raw.decisions (
    tenant_id, transaction_id, epoch, n, door, adopted, event_time, known_at, channel, direction, amount_minor, currency,
    customer_id, ip, verdict, source, probability, rules, reasons, policy, feature_set, truncated, late, control_group,
    scored_at, duration_us, log_offset)
values (%s, %s, 1, %s, 'rpc', false, now(), now(), 'pix', 'debit', 100, 'BRL', %s, 'ip-1', %s, 'scorer', 0.5, '{}',
    '{payee_new}', 'p', 'f', false, false, false, now(), 700, %s)
"""


ALERT = """
insert into raw.alerts values ('demo', %s, %s, 'open', 'opened', 'customer', 'c0', %s, 'review', 100, 'BRL', now(), now(),
    now(), 1, 100, 0.5, '{payee_new}', %s, 1)
"""


@pytest.fixture(scope="module")
def decisions(api: Server) -> dict[str, list[str]]:
    """Ten decisions a tenant; every fifth is under review."""
    made: dict[str, list[str]] = {"demo": [], "other": []}
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        for n in range(20):
            tenant_id = ("demo", "other")[n % 2]
            made[tenant_id].append(str(uuid.uuid4()))
            verdict = "review" if n % 10 < 2 else "allow"
            connection.execute(DECISION, (tenant_id, made[tenant_id][-1], n, f"c{n % 4}", verdict, n))
    return made


@pytest.fixture(scope="module")
def alert_id(api: Server) -> Iterator[str]:
    """One alert of the demo tenant, made by the domain itself."""
    import asyncio

    from cases.service import list_alerts, record_flagged
    from kit.clock import SystemClock

    flagged = msgspec.convert(example(FLAGGED), FlaggedDecision)

    async def make() -> str:
        connection = await psycopg.AsyncConnection.connect(api.settings.core.dsn("alerts"), autocommit=True)
        async with connection:
            await record_flagged(connection, [flagged], clock=SystemClock())
            page = await list_alerts(connection, tenant_id=flagged.transaction.tenant_id)
            return page.items[0].alert_id

    return asyncio.run(make())


def test_decisions_come_newest_first_in_pages_and_only_the_tenants_own(api, decisions):
    risk = api.browser("risk")
    seen, cursor = [], None
    while True:
        answer = risk.get("/v1/decisions", params={"limit": 4} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        seen += [row["transaction_id"] for row in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == decisions["demo"][::-1]
    reviewed = risk.get("/v1/decisions", params={"verdict": "review"}).json()["items"]
    assert len(reviewed) == 2
    assert {row["verdict"] for row in reviewed} == {"review"}
    assert reviewed[0]["amount"] == {"amount_minor": 100, "currency": "BRL"}
    assert {r["customer_id"] for r in risk.get("/v1/decisions", params={"customer_id": "c2"}).json()["items"]} == {"c2"}
    assert risk.get("/v1/decisions", params={"verdict": "maybe"}).status_code == 422


def test_decisions_are_looked_up_by_what_is_known_of_them(api, decisions):
    risk, last = api.browser("risk"), decisions["demo"][-1]
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(
            "update raw.decisions set payee_id = 'p9', rules = '{night, many}', model = 'fraud-2', amount_minor = 7000, "
            "event_time = '2025-11-24 16:00+00' where transaction_id = %s", (last,)
        )  # fmt: skip
    for filters in (
        {"payee_id": "p9"}, {"rule": "many"}, {"model": "fraud-2"}, {"at_least_minor": 7000},
        {"until_time": "2025-11-25T00:00:00Z"},
        {"rule": "night", "channel": "pix", "reason": "payee_new", "from_time": "2025-11-24T13:00:00-03:00", "payee_id": "p9"},
    ):  # fmt: skip
        found = risk.get("/v1/decisions", params=filters).json()["items"]
        assert [row["transaction_id"] for row in found] == [last], filters
    assert risk.get("/v1/decisions", params={"rule": "many", "channel": "card"}).json()["items"] == []
    assert risk.get("/v1/decisions", params={"from_time": "2025-11-24T13:00:00"}).status_code == 422
    assert api.browser("risk", "other").get("/v1/decisions", params={"rule": "many"}).json()["items"] == []


def test_a_decision_in_an_alert_says_which_and_what_stood_out(api, decisions):
    one, other = decisions["demo"][0], decisions["demo"][1]
    stood_out = [{"feature": "customer_count_1h", "value": 9, "usual": 1, "sentence": "Many", "contribution": 1.2}]
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(ALERT, (str(uuid.uuid4()), str(uuid.uuid4()), one, json.dumps(stood_out)))
    found = api.browser("risk").get(f"/v1/decisions/{one}").json()
    assert (found["stand_outs"], found["alert_id"] is not None) == (stood_out, True)
    plain = api.browser("risk").get(f"/v1/decisions/{other}").json()
    assert (plain["stand_outs"], plain["alert_id"]) == ([], None)


def test_one_decision_can_be_read_by_its_own_tenant_alone(api, decisions):
    own, others = decisions["demo"][0], decisions["other"][0]
    risk = api.browser("risk")
    shown = risk.get(f"/v1/decisions/{own}").json()
    assert (shown["transaction_id"], shown["ip"], shown["latency_us"], shown["outcome"]) == (own, "ip-1", 700, None)
    assert risk.get(f"/v1/decisions/{others}").status_code == 404
    assert risk.get("/v1/decisions/not-a-uuid").status_code == 422
    assert api.browser("customer").get(f"/v1/decisions/{own}").status_code == 403


def test_a_mart_that_is_not_built_says_what_to_do_and_then_answers(api):
    risk = api.browser("risk")
    missing = risk.get("/v1/analytics/summary")
    assert (missing.status_code, missing.json()["code"]) == (503, "mart-not-built")
    assert "baas logs marts" in missing.json()["remedy"]
    assert int(missing.headers["retry-after"]) > 0
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)
    summary = risk.get("/v1/analytics/summary").json()
    assert (summary["transactions"], summary["amount_minor"], summary["frauds"], summary["frauds_caught"]) == (35, 4500, 4, 3)
    assert (summary["caught_share"], summary["first_day"], summary["last_day"]) == (0.75, "2025-11-23", "2025-11-24")
    assert [(row["channel"], row["transactions"]) for row in summary["channels"]] == [("card", 5), ("pix", 30)]
    days = risk.get("/v1/analytics/daily", params={"from": "2025-11-24", "to": "2025-11-25"}).json()
    assert summary["as_of"] == days["as_of"] == "2025-11-24T14:05:00Z"
    assert [(row["day"], row["channel"], row["transactions"]) for row in days["items"]] == [
        ("2025-11-24", "card", 5),
        ("2025-11-24", "pix", 20),
    ]
    theirs = api.browser("risk", "other").get("/v1/analytics/summary").json()
    assert (theirs["transactions"], theirs["caught_share"], theirs["as_of"]) == (7, 0.0, None)
    for period in ({"from": "2025-11-24", "to": "2025-11-24"}, {"from": "2020-01-01", "to": "2025-01-01"}, {"from": "x"}):
        assert risk.get("/v1/analytics/daily", params=period).status_code == 422


def test_an_alert_is_listed_read_moved_and_audited_by_its_own_tenant_alone(api, alert_id):
    compliance, stranger = api.browser("compliance"), api.browser("compliance", "other")
    assert [row["alert_id"] for row in compliance.get("/v1/alerts", params={"status": "open"}).json()["items"]] == [alert_id]
    shown = compliance.get(f"/v1/alerts/{alert_id}").json()
    assert shown["members"][0]["stand_outs"]
    assert "in_review" in shown["moves"]
    moved = compliance.post(f"/v1/alerts/{alert_id}/status", json={"status": "in_review", "note": "calling"})
    assert (moved.status_code, moved.json()["status"]) == (200, "in_review"), moved.text
    again = compliance.post(f"/v1/alerts/{alert_id}/status", json={"status": "in_review"})
    assert (again.status_code, again.json()["code"]) == (409, "alert-move-not-allowed")
    rows = api.browser("admin").get("/v1/audit", params={"resource": f"alerts/{alert_id}"}).json()["items"]
    assert sorted((row["status"], (row["detail"] or {}).get("note")) for row in rows if row["status"] == 200) == [
        (200, "calling")
    ]
    assert stranger.get("/v1/alerts").json() == {"items": [], "next_cursor": None}
    assert stranger.get(f"/v1/alerts/{alert_id}").status_code == 404
    assert stranger.post(f"/v1/alerts/{alert_id}/status", json={"status": "dismissed"}).status_code == 404
    assert compliance.get("/v1/alerts/nonsense").status_code == 404
    assert compliance.get("/v1/alerts", params={"cursor": "nonsense"}).status_code == 422
    assert api.browser("customer").get(f"/v1/alerts/{alert_id}").status_code == 403
