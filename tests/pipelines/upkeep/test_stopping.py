"""Asked to end, or killed, in the middle of a night's work, upkeep ends within its time and leaves nothing half written."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg
import pytest

from kit.clock import FixedClock
from kit.localset.program import Program
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer, Settings
from pipelines.insight.money.run import APPLICATION, make
from tests.pipelines.insight.own import Own, folded_until
from tests.servers import environment_of
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers

LAST = date(2026, 3, 31)
NIGHT_MS = int(datetime(2026, 4, 1, 5, tzinfo=ZoneInfo("America/Sao_Paulo")).timestamp() * 1000)
STOP_S = Program(name="upkeep", command=(), folder=Path()).stop_wait_s
UPKEEP = (
    "import sys; from kit.behind import work_behind; from kit.clock import FixedClock; "
    "from pipelines.upkeep.keeper import PROCESS, Upkeep; clock = FixedClock(int(sys.argv[1])); "
    "sys.exit(work_behind(PROCESS, lambda ours, lifecycle: Upkeep(ours, lifecycle, clock=clock)))"
)
# That night's forecast is there already.
FORECAST = (
    "insert into forecast.made (tenant_id, kind, first_day, made_at, horizon_days, history_days, series, backtests, backtest) "
    "values ('t1', 'liquidity', %s, now(), 30, 90, 1, 0, '{}')"
)
KEPT = (
    "select as_of, customer_id, score, liquidity_months from insight.money_made left join insight.health using (tenant_id) "
    "order by 1, 2"
)
WORKING = "select wait_event_type from pg_stat_activity where application_name = %s and state <> 'idle'"


@pytest.fixture(scope="module")
def bank(warehouse: PostgresServer) -> Own:
    found = Own(warehouse, tenant_id="t1")
    for name, spent in (("ana", 1_000), ("bia", 2_000)):
        days = [(LAST - timedelta(days=back), -spent, "groceries") for back in range(90)]
        found.account(name, [*days, (LAST - timedelta(days=80), 500_000, "salary"), (LAST, -150_000, "home")])
    folded_until(warehouse, datetime.fromtimestamp(NIGHT_MS / 1000, ZoneInfo("UTC")))
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        connection.execute(FORECAST, (LAST + timedelta(days=1),))
    make(Settings(warehouse=warehouse), last_day=LAST - timedelta(days=1), clock=FixedClock(NIGHT_MS))
    return found


def rows(warehouse: PostgresServer, query: str, *values: object) -> Sequence[tuple]:
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        return connection.execute(query, values).fetchall()


@pytest.fixture
def upkeep(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, bank: Own, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, in the middle of writing: it waits for a table that somebody else holds."""
    named = environment_of(core=core, warehouse=warehouse, kafka=kafka, var=tmp_path)
    with psycopg.connect(warehouse.dsn("postgres")) as holding:
        holding.execute("lock table raw.budgets in access exclusive mode")
        with subprocess.Popen(
            [sys.executable, "-c", UPKEEP, str(NIGHT_MS)], cwd=REPOSITORY_ROOT, env=os.environ | named
        ) as process:
            wait_until(
                lambda: process.poll() is not None or ("Lock",) in rows(warehouse, WORKING, APPLICATION),
                what="the night's work waits in the middle",
            )
            yield process
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_what_was_there_stays_whole_and_nobody_is_left(
    warehouse: PostgresServer, upkeep: subprocess.Popen[bytes], number: int, code: int
) -> None:
    before = rows(warehouse, KEPT)
    assert [row[:2] for row in before] == [(LAST - timedelta(days=1), name) for name in ("ana", "bia")]
    family = psutil.Process(upkeep.pid).children(recursive=True)
    assert family, "the work is done by a child"
    began_s = time.monotonic()
    upkeep.send_signal(number)
    assert upkeep.wait(timeout=STOP_S) == code
    assert psutil.wait_procs(family, timeout=STOP_S)[1] == []
    assert time.monotonic() - began_s < STOP_S
    wait_until(lambda: not rows(warehouse, WORKING, APPLICATION), what="its transactions have ended")
    assert rows(warehouse, KEPT) == before


def test_the_next_start_does_it(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, bank: Own, tmp_path: Path
) -> None:
    named = environment_of(core=core, warehouse=warehouse, kafka=kafka, var=tmp_path)
    before = rows(warehouse, KEPT)
    with subprocess.Popen(
        [sys.executable, "-c", UPKEEP, str(NIGHT_MS)], cwd=REPOSITORY_ROOT, env=os.environ | named
    ) as process:
        wait_until(lambda: rows(warehouse, KEPT) != before, what="the night's work is done")
        process.terminate()
        assert process.wait(timeout=STOP_S) == 0
    assert [row[:2] for row in rows(warehouse, KEPT)] == [(LAST, name) for name in ("ana", "bia")]
