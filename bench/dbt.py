"""The marts over a year of transactions: built whole, and on from where they were when one more day has come.

A year of decisions is written straight to the raw tables, with outcomes, labels that come days later, ledger events and alerts:
as the sink writes them, in the order in which they would have come. Its last days come one at a time. What is timed is what the
process `marts` does: dbt's start, every model and every test. `models_…` counts the models' own time, without dbt's start and
tests. `server_peak_mib` is the private memory of the database's processes, where they are on this machine.
Uses the warehouse server of `BAAS_TEST_SERVERS` when it is set, else that of the settings, in a database of its own.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from bench.ledger import bench_database
from bench.report import Report, parser
from kit.settings import PostgresServer, Settings
from pipelines.marts import Built, build

DAYS, LAST_DAYS = 365, 3
ROWS, QUICK_ROWS = 1_000_000, 100_000
ROWS_A_CUSTOMER = 100
SAMPLE_S = 0.5
MIB = 2**20

# Ids are UUIDv7 of their moment, as the API makes them; a customer pays from one account. `due` is the day on which something
# is known of a transaction: nothing of most, and weeks later for some.
_MAKE = """
create schema bench;
select setseed(0.5);
create unlogged table bench.made as
select
    n, uuidv7(moment - clock_timestamp()) as id, moment as at, (n * {days} / {rows})::integer as day, random() as chance,
    'c' || payer as customer,
    ('00000000-0000-4000-8000-' || lpad(payer::text, 12, '0'))::uuid as payer,
    ('00000000-0000-4000-9000-' || lpad(((random() * {rows} / {customer_rows})::integer)::text, 12, '0'))::uuid as payee,
    (exp(random() * 6 + 4))::bigint + 1 as amount_minor,
    case when random() < 0.03 then (n * {days} / {rows})::integer + (random() ^ 2 * 40)::integer end as due
from (
    select
        n, timestamptz '2025-01-01 03:00+00' + n * (interval '1 day' * {days} / {rows}::float8) as moment,
        (random() * {rows} / {customer_rows})::integer as payer
    from generate_series(0::bigint, {rows} - 1) n
) drawn;
create index on bench.made (day);
create index on bench.made (due);
"""
_COME = """
insert into raw.decisions (
    tenant_id, transaction_id, epoch, n, door, adopted, event_time, known_at, channel, direction, amount_minor, currency,
    customer_id, account_id, payee_id, device_id, country, verdict, source, probability, anomaly, rules, reasons, model, policy,
    feature_set, truncated, late, control_group, scored_at, duration_us, log_offset
)
select
    'bench', id, 1, 2 * n, 'rpc', false, at, at, (array['pix', 'card', 'boleto', 'ted'])[1 + n %% 4], 'debit', amount_minor,
    'BRL', customer, payer::text, payee::text, 'd' || customer, 'BR', case when chance < 0.01 then 'review' else 'allow' end,
    'scorer',
    chance, chance, '{}', '{}', 'fraud-1', 'policy-1', 'features-1', false, false, false, at, 40, 2 * n
from bench.made where day >= %(first)s and day < %(until)s order by n;
insert into raw.outcomes (tenant_id, transaction_id, event_id, outcome, occurred_at, epoch, n, log_offset)
select
    'bench', id, uuidv7(at - clock_timestamp()), case when chance < 0.01 then 'denied' else 'posted' end, at, 1, 2 * n + 1,
    2 * n + 1
from bench.made where day >= %(first)s and day < %(until)s order by n;
insert into raw.ledger_events (
    tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, currency, debit_account_id, credit_account_id,
    door, log_offset
)
select 'bench', uuidv7(at - clock_timestamp()), id, 'posted', 'transfer', at, amount_minor, 'BRL', payer, payee, 'rpc', n
from bench.made where day >= %(first)s and day < %(until)s and chance >= 0.01 order by n;
insert into raw.alerts (
    tenant_id, event_id, alert_id, status, change, subject_kind, subject_id, transaction_id, verdict, amount_minor, currency,
    first_event_time, last_event_time, occurred_at, decisions, total_amount_minor, probability, reasons, stand_outs, log_offset
)
select
    'bench', uuidv7(at - clock_timestamp()), id, 'open', 'opened', 'customer', customer, id, 'review', amount_minor, 'BRL', at,
    at, at, 1, amount_minor, chance, '{}', '[]', n
from bench.made where day >= %(first)s and day < %(until)s and chance < 0.01 order by n;
insert into raw.labels (tenant_id, transaction_id, label_id, fraud, kind, known_at, source, log_offset)
select
    'bench', id, uuidv7(at + (due - day) * interval '1 day' - clock_timestamp()), chance < 0.2,
    case when chance < 0.2 then 'stolen_card' else 'legitimate' end,
    at + (due - day) * interval '1 day', 'bank',
    coalesce((select max(log_offset) from raw.labels), 0) + row_number() over (order by due, n)
from bench.made where due >= %(first)s and due < %(until)s order by due, n;
"""
_TAKE_OFF = """
create table bench.taken_off as
select 0 as place, format('alter table %s drop constraint %I', conrelid::regclass, conname) as away,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as again
from pg_constraint where connamespace = 'raw'::regnamespace and contype in ('p', 'u')
union all
select 1, format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
from pg_index join pg_class on pg_class.oid = indrelid
where relnamespace = 'raw'::regnamespace
    and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'));
do $$
declare each text;
begin
    for each in select away from bench.taken_off order by place loop execute each; end loop;
end $$;
"""
_PUT_ON = """
set maintenance_work_mem = '1GB';
do $$
declare each text;
begin
    for each in select again from bench.taken_off order by place loop execute each; end loop;
end $$;
"""


def make(warehouse: PostgresServer, *, rows: int) -> None:
    """Make up the year, and write all of it but its last days."""
    with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as connection:
        connection.execute(_MAKE.format(rows=rows, days=DAYS, customer_rows=ROWS_A_CUSTOMER))
        with _without_indexes(connection):
            come(connection, first=0, until=DAYS - LAST_DAYS)
        connection.execute("vacuum analyze")


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Take the indexes off the raw tables, and put them on again: ids are random, and a year's would be sought on the disk."""
    connection.execute(_TAKE_OFF)
    yield
    connection.execute(_PUT_ON)


def come(connection: psycopg.Connection, *, first: int, until: int) -> None:
    """Write what came on some days, half-open."""
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_COME, {"first": first, "until": until})


def models_s(built: Built) -> float:
    """What the models took, two at a time; without dbt's start and the tests."""
    return sum(run.seconds for run in built.runs if run.kind == "model")


@contextmanager
def server_memory(warehouse: PostgresServer, peaks: list[float]) -> Iterator[None]:
    """Add the highest sum of private memory, in MiB, of the processes that served the database meanwhile."""
    over = threading.Event()
    highest = [0.0]

    def watch() -> None:
        with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as connection:
            while not over.wait(SAMPLE_S):
                rows = connection.execute(
                    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                )
                highest[0] = max(highest[0], sum(_private_bytes(pid) for (pid,) in rows) / MIB)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        if highest[0]:
            peaks.append(highest[0])


def _private_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_full_info().uss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def measure(warehouse: PostgresServer, report: Report, *, var: Path, rows: int) -> None:
    """Build whole, on for each of the last days, and whole again; both must come to the same rows."""
    settings = Settings(var=var, warehouse=warehouse)
    whole_peaks: list[float] = []
    day_peaks: list[float] = []
    with server_memory(warehouse, whole_peaks):
        wholes = [build(settings)]
    days = []
    for day in range(DAYS - LAST_DAYS, DAYS):
        with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as connection:
            come(connection, first=day, until=day + 1)
        with server_memory(warehouse, day_peaks):
            days.append(build(settings))
    gone_on = _content(warehouse)
    if any(built.whole for built in days) or gone_on[0] != rows:
        raise AssertionError("a day's build was whole, or rows are missing")
    with server_memory(warehouse, whole_peaks):
        wholes.append(build(settings, full=True))
    if _content(warehouse) != gone_on:
        raise AssertionError("days one by one and a whole build come to different rows")
    full_s = report.figure("full_s", [built.seconds for built in wholes])
    incremental_s = report.figure("incremental_s", [built.seconds for built in days])
    models_full_s = report.figure("models_full_s", [models_s(built) for built in wholes])
    models_day_s = report.figure("models_incremental_s", [models_s(built) for built in days])
    report.figure("ratio", full_s / incremental_s)
    report.figure("models_ratio", models_full_s / models_day_s)
    report.figure("full_rows_per_s", rows / full_s)
    if whole_peaks and day_peaks:
        report.figure("full_server_peak_mib", whole_peaks)
        report.figure("incremental_server_peak_mib", day_peaks)


def _content(warehouse: PostgresServer) -> tuple[int, ...]:
    """What the marts come to."""
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        row = connection.execute(
            "select (select count(*) from marts.fct_transactions), (select sum(amount_minor) from marts.fct_transactions), "
            "(select count(*) from marts.fct_transactions where fraud), (select sum(frauds_caught) from "
            "marts.daily_volume_and_fraud), (select sum(amount_minor) from marts.fct_ledger_entries), "
            "(select count(*) from marts.fct_alerts), (select sum(transactions) from marts.dim_customers)"
        ).fetchone()
    return tuple(map(int, row or ()))


def main() -> int:
    """Run the bench."""
    options_parser = parser("dbt", "The marts over a year of transactions: built whole, and on by one day.")
    options_parser.add_argument("--rows", type=int, default=ROWS, help="transactions in the year (1000000)")
    options = options_parser.parse_args()
    rows = QUICK_ROWS if options.quick else options.rows
    report = Report("dbt", settings={"transactions": rows, "days": DAYS, "days_one_by_one": LAST_DAYS})
    with report.loaded(), bench_database("warehouse") as warehouse, tempfile.TemporaryDirectory() as var:
        make(warehouse, rows=rows)
        measure(warehouse, report, var=Path(var), rows=rows)
    report.publish()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
