"""What comes round is done when it is due, once, and what fails holds back nothing else."""

import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from kit.apart import Apart
from kit.clock import ManualClock
from kit.lake.lock import only_rewriter
from kit.lake.manifest import live_files
from kit.process import Lifecycle
from kit.settings import PostgresServer, Settings
from pipelines.upkeep.chores import COMPACT_EVERY_MS, CompactedLake, MoneyForecasts, OwnMoney, ScenarioNights
from pipelines.upkeep.keeper import RETRY_MS, Upkeep
from tests.pipelines.cash_flow.money import Money
from tests.pipelines.insight.own import Own, folded_until
from tests.pipelines.lake.test_compaction import MONDAY_MS, in_turn, lay
from tests.registry import mlflow_server

HERE = ZoneInfo("America/Sao_Paulo")
LAST = date(2026, 3, 31)
MIDNIGHT_MS = int(datetime(2026, 4, 1, tzinfo=HERE).timestamp() * 1000)
HOUR_MS = 3_600_000


APART = Apart(Lifecycle(), process="test")


class Chore:
    """One that is due whenever it is asked and fails as often as it is told to."""

    def __init__(self, name: str, *, failures: int = 0) -> None:
        self.name = name
        self.done = 0
        self._failures = failures

    def due(self, now_ms: int) -> bool:
        return True

    def do(self) -> str:
        if self._failures:
            self._failures -= 1
            raise ValueError("it cannot be done")
        self.done += 1
        return f"done {self.done} times"


def test_the_lake_is_compacted_at_once_and_then_every_hour(tmp_path: Path) -> None:
    settings, clock = Settings(var=tmp_path), ManualClock(MONDAY_MS + 3 * 24 * HOUR_MS)
    folder = lay(settings.lake, *in_turn([0] * 30, 5))
    chore = CompactedLake(settings, clock)
    assert chore.due(clock.now_ms())
    assert chore.do() == "6 files became 1"
    assert len(live_files(folder)) == 1
    clock.advance(COMPACT_EVERY_MS - 1)
    assert not chore.due(clock.now_ms())
    clock.advance(1)
    assert chore.due(clock.now_ms())


def test_a_lake_that_another_process_rewrites_is_left_to_it_for_an_hour(tmp_path: Path) -> None:
    settings, clock = Settings(var=tmp_path), ManualClock(MONDAY_MS + 3 * 24 * HOUR_MS)
    lay(settings.lake, *in_turn([0] * 30, 5))
    chore = CompactedLake(settings, clock)
    with only_rewriter(settings.lake):
        assert chore.do() == "another process does it"
    assert not chore.due(clock.now_ms())


def test_one_that_fails_is_tried_again_later_and_the_others_go_on(tmp_path: Path) -> None:
    clock, lifecycle = ManualClock(MONDAY_MS), Lifecycle()
    good, bad = Chore("good"), Chore("bad", failures=1)
    upkeep = Upkeep(Settings(var=tmp_path), lifecycle, clock=clock, chores=(bad, good))
    upkeep.turn()
    assert (good.done, bad.done, lifecycle.obstacle) == (1, 0, "bad failed")
    clock.advance(RETRY_MS - 1)
    upkeep.turn()
    assert (good.done, bad.done, lifecycle.obstacle) == (2, 0, "bad failed")
    clock.advance(1)
    upkeep.turn()
    assert (good.done, bad.done, lifecycle.obstacle) == (3, 1, None)
    assert upkeep.facts() == {"good": "done 3 times", "bad": "done 1 times"}


@pytest.mark.servers
def test_money_is_forecast_at_once_and_then_each_night_from_the_day_that_has_ended(
    warehouse: PostgresServer, tmp_path: Path
) -> None:
    money, clock = Money(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}"), ManualClock(MIDNIGHT_MS + HOUR_MS)
    pix, account = money.account(code="settlement:pix"), money.account(customer_id="c1")
    days = [LAST - timedelta(back) for back in range(40)]
    money.move(*((datetime(day.year, day.month, day.day, 12, tzinfo=HERE), pix, account, 1_000) for day in days))
    with mlflow_server(Settings(var=tmp_path, warehouse=warehouse)) as settings:
        chore = MoneyForecasts(settings, clock, APART)
        assert chore.due(clock.now_ms())
        told = chore.do()
        assert f"cash_flow of {money.tenant_id}: 1 series; totals 0.0% off at 1 earlier ends" in told
        assert "too little history to try intervals on" in told
        assert "nan" not in told
        with psycopg.connect(warehouse.dsn("audit")) as connection:
            made = connection.execute(
                "select kind, first_day from forecast.made where tenant_id = %s order by 1", (money.tenant_id,)
            )
            assert made.fetchall() == [(kind, LAST + timedelta(1)) for kind in ("cash_flow", "liquidity")]
        later = MoneyForecasts(settings, clock, APART)
        assert not later.due(clock.now_ms())
        clock.advance(24 * HOUR_MS)
        assert not later.due(clock.now_ms()), "the night is not far enough"
        clock.advance(2 * HOUR_MS)
        assert later.due(clock.now_ms())


@pytest.mark.servers
def test_a_bank_without_history_is_asked_about_once_a_day(warehouse: PostgresServer, tmp_path: Path) -> None:
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute("truncate forecast.made, forecast.flow, raw.accounts cascade")
    clock = ManualClock(MIDNIGHT_MS + HOUR_MS)
    chore = MoneyForecasts(Settings(var=tmp_path, warehouse=warehouse), clock, APART)
    assert chore.due(clock.now_ms())
    assert chore.do() == "nothing to forecast from"
    assert not chore.due(clock.now_ms())
    clock.advance(24 * HOUR_MS)
    assert chore.due(clock.now_ms())


@pytest.mark.servers
def test_customers_money_is_looked_at_once_its_day_is_in_the_histories_and_then_each_night(warehouse: PostgresServer) -> None:
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute("truncate raw.accounts")
    settings, clock = Settings(warehouse=warehouse), ManualClock(MIDNIGHT_MS + HOUR_MS)
    chore = OwnMoney(settings, clock, APART)
    midnight = datetime.fromtimestamp(MIDNIGHT_MS / 1000, HERE)
    folded_until(warehouse, midnight)
    assert not chore.due(clock.now_ms()), "there is nobody"
    bank = Own(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}")
    bank.account("ana", [(LAST - timedelta(back), -1_000, "groceries") for back in range(90)])
    folded_until(warehouse, midnight - timedelta(seconds=1))
    assert not chore.due(clock.now_ms()), "the day's last second may be missing"
    folded_until(warehouse, midnight)
    assert chore.due(clock.now_ms())
    assert chore.do().startswith(f"{bank.tenant_id}: 1 scores, 0 budgets and 0 unusual of 1 holders")
    later = OwnMoney(settings, clock, APART)
    folded_until(warehouse, midnight + timedelta(days=2))
    assert not later.due(clock.now_ms())
    clock.advance(24 * HOUR_MS)
    assert not later.due(clock.now_ms()), "the night is not far enough"
    clock.advance(3 * HOUR_MS)
    assert later.due(clock.now_ms())


@pytest.mark.servers
def test_scenarios_are_looked_for_in_the_morning_of_each_day_that_nobody_looked_at(
    core: PostgresServer, tmp_path: Path
) -> None:
    settings, clock = Settings(var=tmp_path, core=core), ManualClock(MIDNIGHT_MS + 4 * HOUR_MS)
    chore = ScenarioNights(settings, clock, APART)
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute("insert into bank.customer (tenant_id, customer_id) values ('mornings', 'c')")
        connection.execute(
            "insert into bank.account (account_id, tenant_id, customer_id, currency) values (%s, 'mornings', 'c', 'BRL')",
            (uuid.uuid4(),),
        )
    assert not chore.due(clock.now_ms()), "the morning is not far enough"
    clock.advance(HOUR_MS)
    assert chore.due(clock.now_ms())
    assert chore.do() == "mornings: 45 days, 0 payments: 0 new of 0 findings, 0 cases"
    assert not chore.due(clock.now_ms())
    assert not ScenarioNights(settings, clock, APART).due(clock.now_ms()), "a process that starts sees what was done"
    clock.advance(24 * HOUR_MS)
    assert chore.due(clock.now_ms())
