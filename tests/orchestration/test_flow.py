"""The whole flow by Dagster, on a tiny bank: simulate > ingest > train > register > check > marts, and again to no effect."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetKey,
    AssetsDefinition,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    materialize,
)

from feature_store.offline.files import file_of
from kit.localset import ports
from kit.settings import REPOSITORY_ROOT, Demo, Kafka, PostgresServer, Settings
from orchestration.days import end_ms, last_ended
from orchestration.definitions import build_definitions
from pipelines.bootstrap.progress import Drain
from pipelines.lake import decisions as lake_decisions
from pipelines.quality import KEPT, Checker
from pipelines.versions import CHAMPION, named
from simulator.files import read_manifest, simulated_folder
from tests.registry import mlflow_server
from tests.servers import environment_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1_800)]
TINY = Demo(customers=400, days=60)
MODULES = ("streams.scorer", "streams.intake", "streams.sinks.warehouse", "streams.sinks.lake")
STOP_S = 60
DRIFT = AssetKey(["monitoring", "model_drift"])


@dataclass(frozen=True)
class Bank:
    """A deployment whose streams run, and what Dagster loads of it."""

    settings: Settings
    definitions: Definitions
    day: date
    instance: DagsterInstance

    def materialize(self) -> ExecuteInProcessResult:
        """Run everything that needs no Feast over the bank's newest day that has ended."""
        flow = [asset for asset in self.definitions.assets if isinstance(asset, AssetsDefinition)]
        online = {AssetKey(f"{each}_online") for each in ("customer_profiles", "daily_profiles", "account_graph")}
        flow = [asset for asset in flow if not online & asset.keys]
        return materialize(
            flow, instance=self.instance, partition_key=self.day.isoformat(), resources=self.definitions.resources
        )

    def counts(self) -> dict[str, int]:
        """How much there is of everything that a second run might repeat."""
        with (
            psycopg.connect(self.settings.core.dsn("audit")) as core,
            psycopg.connect(self.settings.warehouse.dsn("audit")) as warehouse,
        ):
            found = {name: _count(core, f"select count(*) from ledger.{name}") for name in ("account", "transfer", "entry")}
            found |= {
                name: _count(warehouse, f"select count(*) from raw.{name}") for name in ("decisions", "outcomes", "labels")
            }
            found["marts"] = _count(warehouse, "select sum(transactions) from marts.daily_volume_and_fraud")
            found["drift"] = _count(warehouse, "select count(*) from monitoring.model_drift")
            found["checked"] = _count(warehouse, "select count(*) from quality.checked")
        found["lake"] = len(lake_decisions(self.settings.lake, columns=["transaction_id"]))
        return found

    def profiles(self) -> dict[str, bytes]:
        """The contents of the day's files, by name."""
        files = sorted(self.settings.profiles.rglob(f"{self.day}.parquet"))
        return {str(path.relative_to(self.settings.profiles)): sha256(path.read_bytes()).digest() for path in files}


def _count(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def running(environment: dict[str, str], log: Path, *command: str) -> Iterator[None]:
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=REPOSITORY_ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(STOP_S)


@pytest.fixture(scope="module")
def bank(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    var = tmp_path_factory.mktemp("var")
    ours = Settings(var=var, core=core, warehouse=warehouse, kafka=kafka, demo=TINY)
    environment = dict(os.environ) | environment_of(core=core, warehouse=warehouse, kafka=kafka, var=var)
    environment |= {"BAAS_HEALTH": "{}", "BAAS_SCORER__RPC__PORT": str(ports.choose(taken=()))}
    with ExitStack() as stack:
        settings = stack.enter_context(mlflow_server(ours))
        for module in MODULES:
            stack.enter_context(running(environment, var / f"{module}.log", module))
        relay = ("streams.relay", "--slot", f"flow_{uuid.uuid4().hex[:10]}")
        stack.enter_context(running(environment, var / "relay.log", *relay))
        instance = stack.enter_context(DagsterInstance.ephemeral())
        yield Bank(settings, build_definitions(settings), last_ended(datetime.now(UTC)), instance)


def broken(run: ExecuteInProcessResult) -> list[AssetCheckEvaluation]:
    """What does not hold; that a bank so small has moved beyond a limit by chance is no fault."""
    return [check for check in run.get_asset_check_evaluations() if not check.passed and check.asset_key != DRIFT]


def test_a_bank_goes_from_nothing_to_a_champion_and_checked_marts_and_a_second_run_changes_nothing(bank: Bank) -> None:
    first = bank.materialize()
    assert first.success
    checks = first.get_asset_check_evaluations()
    assert {check.asset_key for check in checks} >= {AssetKey(["raw", "decisions"]), AssetKey(["marts", "freshness"])}
    assert len([check for check in checks if check.asset_key == DRIFT]) == 5
    assert broken(first) == []

    made = sum(day["events"] for day in read_manifest(simulated_folder(bank.settings.var))["days"])
    Drain(bank.settings, print).until_settled(TINY.tenant, decisions=made)
    found = bank.counts()
    assert found["decisions"] == found["lake"] == found["marts"] == made
    assert found["labels"] > 0
    crowned = named(bank.settings, CHAMPION)
    assert crowned is not None
    assert crowned.cutoff_ms == end_ms(bank.day)
    assert file_of(bank.settings.profiles / "customer_daily", tenant_id=TINY.tenant, day=bank.day).exists()

    profiles = bank.profiles()
    assert profiles

    second = bank.materialize()
    assert second.success
    assert broken(second) == []
    assert bank.counts() == found
    assert bank.profiles() == profiles
    assert named(bank.settings, CHAMPION) == crowned


def test_no_day_of_a_bank_that_is_sound_is_called_broken(bank: Bank) -> None:
    checker = Checker(bank.settings)
    # The newest day was looked at in the flow itself.
    looked_at = [bank.day - timedelta(days=back) for back in (1, 6, 13, 30)]
    broken = {
        (each.name, day): report.reason for each in KEPT for day in looked_at if not (report := checker.check(each, day)).holds
    }
    assert broken == {}
