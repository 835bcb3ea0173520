"""`baas bench analytics-http`: a customer's dashboard, a series and a file over HTTP, on marts of a million transactions.

The marts are made by dbt in a database of the bench's own, so that they have the product's indexes and policies, and then
filled with generated rows: 100 transactions a customer over 90 days, in order of time, so that a customer's rows lie far apart.
The API runs as the process it is; the clients are threads beside it. `unchanged` is a dashboard that the asker has (304).
`*_cpu_us_per_dashboard` says what a dashboard takes of the processors, whatever else they do meanwhile.
The peer `scan` finds a customer's transactions without the index that the mart has.
"""

import argparse
import http.client
import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg import sql

from bench.processor_time import database_backends, of_process, of_processes
from bench.report import Report, parser
from bench.transfers_http import own_places, process_of
from kit.clock import SystemClock
from kit.settings import Settings, settings
from pipelines.marts import build
from serving.edge.principals import Principal, Role, Scheme
from serving.identity.keys import KeyRing
from serving.identity.seed import seed_demo
from serving.identity.tokens import Tokens

TENANT = "demo"
ROWS = 1_000_000
QUICK_ROWS = 100_000
DAYS = 90
ROWS_A_CUSTOMER = 100
CLIENTS = 4
READY_S = 120.0
PARTS = 20  # the rows come in so many statements, each with a progress of its own
CLOCK = SystemClock()
# Marts are looked up by customer; the columns that nobody here reads are as wide as in life.
_TRANSACTIONS = """
insert into marts.fct_transactions (
    tenant_id, transaction_id, event_time, day, channel, direction, amount_minor, currency, customer_id, account_id, device_id,
    ip, payee_id, door, verdict, decision_source, outcome, outcome_at, fraud_caught, false_alarm, log_offset,
    outcome_built_at, built_at)
select %(tenant)s, gen_random_uuid(), moment, (moment at time zone 'America/Sao_Paulo')::date,
    (array['pix', 'pix', 'pix', 'card', 'boleto', 'internal'])[1 + n %% 6],
    case when n %% 5 = 0 then 'credit' else 'debit' end, 100 + (n * 7919) %% 1000000, 'BRL',
    'c' || lpad(((n * 104729) %% %(customers)s)::text, 7, '0'), gen_random_uuid()::text, 'device-' || n %% 1000003,
    'ip-' || n %% 1000003, 'payee-' || n %% 100003, 'ledger', 'allow', 'scorer', 'posted', moment, false, false, n, now(),
    now()
from generate_series(%(first)s::bigint, %(last)s::bigint) n,
    lateral (select %(start)s::timestamptz + n * (interval '1 day' * %(days)s / %(rows)s) as moment) at
"""
_DERIVED = """
insert into marts.dim_customers (tenant_id, customer_id, accounts, customer_since, first_seen_at, last_seen_at, transactions,
    amount_minor, flagged, frauds, built_at)
select tenant_id, customer_id, 1, min(event_time), min(event_time), max(event_time), count(*), sum(amount_minor)::bigint, 0, 0,
    now() from marts.fct_transactions group by tenant_id, customer_id;
insert into marts.customer_profiles (tenant_id, customer_id, as_of, payments_30d, mean_amount_minor_30d, usual_hour,
    account_age_days)
select tenant_id, customer_id, built_at, 30, 15000.5, 12, 90 from marts.dim_customers;
insert into marts.daily_volume_and_fraud (tenant_id, day, channel, currency, transactions, amount_minor, allowed, reviewed,
    denied, frauds, fraud_amount_minor, frauds_caught, false_alarms)
select tenant_id, day, channel, currency, count(*), sum(amount_minor)::bigint, count(*), 0, 0, 0, 0, 0, 0
from marts.fct_transactions group by tenant_id, day, channel, currency;
insert into marts.freshness (tenant_id, as_of, last_event_time)
select tenant_id, now(), max(event_time) from marts.fct_transactions group by tenant_id;
"""
_INDEXES = "select indexname, indexdef from pg_indexes where schemaname = 'marts' and tablename = 'fct_transactions'"
_BY_CUSTOMER = """
select day, direction, channel, currency, count(*), sum(amount_minor) from marts.fct_transactions
where tenant_id = %s and customer_id = %s group by 1, 2, 3, 4
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the bench; returns 0."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running, however it ends
    report = Report("analytics-http")
    customers = options.rows // ROWS_A_CUSTOMER
    report.settings = {
        "rows": options.rows, "customers": customers, "days": DAYS, "clients": CLIENTS, "seconds_a_run": options.seconds,
        "runs": options.runs,
    }  # fmt: skip
    with report.loaded(), ExitStack() as stack:
        own = stack.enter_context(own_places(settings()))
        seed_demo(own.core.dsn("postgres"), TENANT, own.secrets)
        build(own)
        past = datetime.now(UTC).date()
        report.figure("fill_rows_per_s", options.rows / _fill(own, rows=options.rows, customers=customers, past=past))
        process = stack.enter_context(process_of(own, "serving"))
        api = Api(own, customers=customers, past=past, process=process)
        api.wait_until_ready()
        _measure(report, api, options)
        scans = [_scan_ms(own, api.customer()) for _ in range(5)]
    report.baseline("scan", "query_ms", scans)
    report.ratio("p50_vs_scan", report.figures["p50_ms"].median / report.baselines["scan"]["query_ms"].median)
    report.publish()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    found = parser("analytics-http", "The marts over HTTP")
    found.add_argument("--rows", type=int, help=f"transactions in the marts ({ROWS:,}, {QUICK_ROWS:,} when quick)")
    options = found.parse_args(arguments)
    options.rows = options.rows or (QUICK_ROWS if options.quick else ROWS)
    if options.rows < ROWS_A_CUSTOMER:
        found.error(f"--rows: at least {ROWS_A_CUSTOMER}")
    options.runs, options.seconds = (2, 2.0) if options.quick else (3, 8.0)
    return options


def _fill(own: Settings, *, rows: int, customers: int, past: date) -> float:
    """Fill the marts, with their indexes made at the end; return the seconds that took."""
    started_s = time.perf_counter()
    start = datetime.combine(past - timedelta(days=DAYS), datetime.min.time(), UTC)
    with psycopg.connect(own.warehouse.dsn("postgres"), autocommit=True) as owner:
        owner.execute("set synchronous_commit = off")
        indexes = owner.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            owner.execute(sql.SQL("drop index {}").format(sql.Identifier("marts", name)))
        for part in range(PARTS):
            bounds = {"first": rows * part // PARTS, "last": rows * (part + 1) // PARTS - 1}
            named = {"tenant": TENANT, "customers": customers, "start": start, "days": DAYS, "rows": rows}
            owner.execute(_TRANSACTIONS, named | bounds)
        for _, definition in indexes:
            owner.execute(definition)
        owner.execute(_DERIVED)
        owner.execute("vacuum analyze")
    return time.perf_counter() - started_s


class Api:
    """The running API, asked as somebody who may read every customer's dashboard and the bank's days."""

    def __init__(self, own: Settings, *, customers: int, past: date, process: int) -> None:
        self._own = own
        self._process = process
        self._customers = customers
        self._chance = random.Random(11)
        self.period = f"from={past - timedelta(days=DAYS)}&to={past}"
        tokens = Tokens(KeyRing(own.secrets / "jwt", clock=CLOCK), clock=CLOCK)
        roles = frozenset({Role.PARTNER, Role.ANALYST})
        principal = Principal(subject=f"client:{TENANT}-partner", tenant_id=TENANT, roles=roles, scheme=Scheme.BEARER)
        self._headers = {"Authorization": f"Bearer {tokens.issue(principal)}"}

    def spent_s(self) -> dict[str, float]:
        """What the API and the warehouse's sessions for it have taken of the processors so far."""
        sessions = database_backends(self._own.warehouse.dsn("postgres"))
        return {"api": of_process(self._process), "warehouse": of_processes(sessions)}

    def customer(self) -> str:
        """One of the customers, by chance."""
        return f"c{self._chance.randrange(self._customers):07d}"

    def dashboard(self, customer_id: str) -> str:
        """The path of a customer's dashboard."""
        return f"/v1/analytics/customers/{customer_id}/dashboard?{self.period}"

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that is kept alive."""
        connection = http.client.HTTPConnection(self._own.api.host, self._own.api.port, timeout=60)
        try:
            yield connection
        finally:
            connection.close()

    def ask(self, connection: http.client.HTTPConnection, path: str, *, known: str | None = None) -> tuple[int, bytes, str]:
        """Return status, body and ETag of an answer."""
        connection.request("GET", path, headers=self._headers | ({"If-None-Match": known} if known else {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.getheader("ETag") or ""

    def wait_until_ready(self) -> None:
        """Return once a dashboard is answered. Raises TimeoutError."""
        deadline_s = time.monotonic() + READY_S
        while time.monotonic() < deadline_s:
            try:
                with self.connected() as connection:
                    status, body, _ = self.ask(connection, self.dashboard(self.customer()))
                if status == 200:
                    return
                told = body.decode()
            except OSError as problem:
                told = str(problem)
            time.sleep(0.25)
        raise TimeoutError(f"no dashboard within {READY_S:.0f} s: {told}")


def _measure(report: Report, api: Api, options: argparse.Namespace) -> None:
    def dashboard(connection: http.client.HTTPConnection) -> None:
        status, body, _ = api.ask(connection, api.dashboard(api.customer()))
        if status != 200 or json.loads(body)["transactions"] != ROWS_A_CUSTOMER:
            raise AssertionError(f"a dashboard was answered {status}: {body[:300]!r}")

    _timed(api, dashboard, seconds=options.seconds / 2)
    before_s = api.spent_s()
    runs = [_timed(api, dashboard, seconds=options.seconds) for _ in range(options.runs)]
    spent_s, dashboards = api.spent_s(), sum(map(len, runs))
    report.figure("p50_ms", [_quantile(run, 50) for run in runs])
    report.figure("p99_ms", [_quantile(run, 99) for run in runs])
    report.figure("rate_per_s", [len(run) / options.seconds for run in runs])
    for name, after_s in spent_s.items():
        report.figure(f"{name}_cpu_us_per_dashboard", 1e6 * (after_s - before_s[name]) / dashboards)

    known_of = api.dashboard(api.customer())
    with api.connected() as connection:
        tag = api.ask(connection, known_of)[2]

    def unchanged(connection: http.client.HTTPConnection) -> None:
        status, body, _ = api.ask(connection, known_of, known=tag)
        if (status, body) != (304, b""):
            raise AssertionError(f"what had not changed was answered {status}")

    report.figure("unchanged_p99_ms", _quantile(_timed(api, unchanged, seconds=options.seconds / 2), 99))

    def series(connection: http.client.HTTPConnection) -> None:
        status, body, _ = api.ask(connection, f"/v1/analytics/series?metric=amount_minor&by=channel&{api.period}")
        if status != 200 or len(json.loads(body)["items"]) < DAYS:
            raise AssertionError(f"a series was answered {status}: {body[:300]!r}")

    report.figure("series_p99_ms", _quantile(_timed(api, series, seconds=options.seconds / 2), 99))
    for form in ("csv", "parquet"):
        started_s = time.perf_counter()
        with api.connected() as connection:
            status, body, _ = api.ask(connection, f"/v1/analytics/export?dataset=customers&format={form}")
        if status != 200:
            raise AssertionError(f"a file was answered {status}: {body[:300]!r}")
        report.figure(f"export_{form}_rows_per_s", options.rows // ROWS_A_CUSTOMER / (time.perf_counter() - started_s))


def _timed(api: Api, ask: Callable[[http.client.HTTPConnection], None], *, seconds: float) -> list[float]:
    """Have `CLIENTS` ask one request after another for so long; return each answer's milliseconds. Raises what one raised."""
    samples: list[float] = []
    problems: list[Exception] = []
    until_s = time.perf_counter() + seconds

    def client() -> None:
        try:
            with api.connected() as connection:
                while (started_s := time.perf_counter()) < until_s:
                    ask(connection)
                    samples.append((time.perf_counter() - started_s) * 1_000)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return samples


def _quantile(samples: list[float], percent: int) -> float:
    in_order = sorted(samples)
    return in_order[min(len(in_order) - 1, len(in_order) * percent // 100)]


def _scan_ms(own: Settings, customer_id: str) -> float:
    with psycopg.connect(own.warehouse.dsn("postgres")) as owner:
        owner.execute("set enable_indexscan = off")
        owner.execute("set enable_bitmapscan = off")
        started_s = time.perf_counter()
        owner.execute(_BY_CUSTOMER, (TENANT, customer_id)).fetchall()
        return (time.perf_counter() - started_s) * 1_000


if __name__ == "__main__":
    sys.exit(main())
