"""The marts follow the warehouse without anybody asking, say how far they have come, and are built by one at a time."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from prometheus_client import REGISTRY

from kit.localset import ports
from kit.process import Lifecycle
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer, Settings
from pipelines.marts import BuildStopped, MartsBusy, build, one_build_at_a_time
from pipelines.marts.keeper import MartKeeper
from tests.dbt.rows import Decided, Raw
from tests.servers import environment_of
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers
NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
SINK_HAS = (
    "insert into raw.sink_offset (topic, partition, next_offset) values ('risk.decisions.v1', 0, %s) "
    "on conflict (topic, partition) do update set next_offset = excluded.next_offset"
)


class Bank:
    """A warehouse that gets decisions as its sink would write them."""

    def __init__(self, warehouse: PostgresServer) -> None:
        self._warehouse = warehouse
        self._raw = Raw(warehouse)
        self._decided = 0

    def decide(self, *rows: Decided) -> None:
        self._raw.add(*rows)
        self._decided += len(rows)
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(SINK_HAS, (self._decided,))

    def told(self) -> tuple[int, datetime]:
        """What an analyst of the tenant reads: transactions, and as of when."""
        with psycopg.connect(self._warehouse.dsn("analytics")) as connection:
            connection.execute("select set_config('app.tenant_id', 'demo', false)")
            [transactions] = connection.execute("select sum(transactions) from marts.daily_volume_and_fraud").fetchone() or (0,)
            [as_of] = connection.execute("select as_of from marts.freshness").fetchone() or (None,)
        return int(transactions), as_of

    def lines(self) -> list[str]:
        """The lines of the general ledger that the tenant's accounts stand on."""
        with psycopg.connect(self._warehouse.dsn("audit")) as connection:
            return [row[0] for row in connection.execute("select line from marts.dim_accounts order by line")]


@pytest.fixture(scope="module")
def settings(core: PostgresServer, warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse)


@pytest.fixture(scope="module")
def bank(warehouse: PostgresServer) -> Bank:
    found = Bank(warehouse)
    found.decide(*(Decided(event_time=NOON + timedelta(minutes=minute)) for minute in range(3)))
    return found


@dataclass(frozen=True)
class Kept:
    """A keeper that has built what came first."""

    keeper: MartKeeper
    lifecycle: Lifecycle


@pytest.fixture(scope="module")
def kept(settings: Settings, bank: Bank) -> Kept:
    lifecycle = Lifecycle()
    keeper = MartKeeper(settings, lifecycle)
    keeper.turn()
    assert lifecycle.obstacle is None
    return Kept(keeper, lifecycle)


def test_what_the_sink_wrote_reaches_the_marts_by_itself_and_they_say_as_of_when(kept: Kept, bank: Bank) -> None:
    keeper = kept.keeper
    transactions, first = bank.told()
    assert transactions == 3
    built = keeper.facts()

    keeper.turn()
    assert keeper.facts() == built, "nothing came, so that nothing was to be built"

    bank.decide(Decided(event_time=NOON + timedelta(hours=1)))
    keeper.turn()
    transactions, second = bank.told()
    assert transactions == 4
    assert second > first


def test_where_the_core_is_away_the_marts_are_built_with_what_it_said_last(settings: Settings, bank: Bank) -> None:
    nobody = settings.model_copy(update={"core": PostgresServer(port=ports.choose(taken=()))})
    before = REGISTRY.get_sample_value("baas_reference_failures_total") or 0
    lifecycle = Lifecycle()
    MartKeeper(nobody, lifecycle).turn()
    assert lifecycle.obstacle is None
    assert REGISTRY.get_sample_value("baas_reference_failures_total") == before + 1


def test_a_change_in_the_core_alone_is_built_too(kept: Kept, bank: Bank, core: PostgresServer) -> None:
    with psycopg.connect(core.dsn("postgres")) as connection:
        connection.execute(
            "insert into ledger.account (id, tenant_id, currency, code, opened_at, booked_at) "
            "values (gen_random_uuid(), 'demo', 'BRL', 'income:fees', now(), now())"
        )
    kept.keeper.turn()
    assert bank.lines() == ["income:fees"]


def test_what_was_found_of_drift_last_is_a_metric_from_the_first_turn_on(settings: Settings, warehouse: PostgresServer) -> None:
    raw = Raw(warehouse)
    raw.drift(day=NOON.date() - timedelta(days=1), drifted=["score"])
    raw.drift(day=NOON.date(), drifted=["population"])
    ending = Lifecycle()
    ending.stop()  # what was found is shown before anything is built
    MartKeeper(settings, ending).turn()
    labels = {"tenant": "demo", "model": "fraud-1"}
    assert REGISTRY.get_sample_value("baas_drift_features_moved", labels) == 1
    assert REGISTRY.get_sample_value("baas_drift_check_drifted", labels | {"check": "population"}) == 1
    assert REGISTRY.get_sample_value("baas_drift_check_drifted", labels | {"check": "score"}) == 0
    assert REGISTRY.get_sample_value("baas_drift_average_precision", labels) is None, "no label says so yet"


def test_marts_that_do_not_hold_are_said_so_and_do_not_call_themselves_fresh(kept: Kept, bank: Bank) -> None:
    _, before = bank.told()
    assert kept.lifecycle.obstacle is None
    bank.decide(Decided(event_time=NOON + timedelta(hours=2), channel="pigeon"))
    kept.keeper.turn()
    assert kept.lifecycle.obstacle == "The marts could not be built, or do not hold what they promise"
    assert bank.told()[1] == before


def test_a_build_waits_for_another_no_longer_than_that_one_may_take(settings: Settings) -> None:
    with (
        one_build_at_a_time(settings),
        pytest.raises(MartsBusy, match="has not ended within 1 s"),
        one_build_at_a_time(settings, wait_s=1),
    ):
        pytest.fail("two builds at once")


def test_a_build_that_waits_ends_when_its_process_is_asked_to(settings: Settings) -> None:
    with one_build_at_a_time(settings), pytest.raises(BuildStopped):
        build(settings, stopped=lambda: True)


def test_the_process_ends_in_the_middle_of_a_build_and_leaves_no_dbt_behind(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, bank: Bank, tmp_path: Path
) -> None:
    found = environment_of(core=core, warehouse=warehouse, kafka=kafka, var=tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.marts"], cwd=REPOSITORY_ROOT, env=os.environ | found | {"BAAS_HEALTH": "{}"}
    )
    children: list[psutil.Process] = []

    def building() -> bool:
        assert process.poll() is None, "it ended before a build began"
        children[:] = psutil.Process(process.pid).children()
        return bool(children)

    try:
        wait_until(building, what="a build begins", within_s=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert not any(child.is_running() for child in children)
