"""What Dagster loads, and the marts and the check run by it over a real warehouse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    DefaultScheduleStatus,
    Definitions,
    build_schedule_context,
    materialize,
)

from kit.settings import PostgresServer, Settings
from orchestration.days import end_ms
from orchestration.definitions import build_definitions
from tests.dbt.rows import Decided, Raw

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
SOUND, BROKEN = "2026-03-10", "2026-03-11"


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    raw = Raw(warehouse)
    raw.add(*(Decided(event_time=NOON + timedelta(minutes=minute)) for minute in range(5)))
    raw.add(Decided(event_time=NOON + timedelta(days=1), probability=7.0))
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> Definitions:
    return build_definitions(settings)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_the_flow_goes_from_simulation_to_a_champion_and_from_decisions_to_marts(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    def upstream(key: AssetKey) -> set[AssetKey]:
        found: set[AssetKey] = set()
        for parent in graph.get(key).parent_keys:
            found |= {parent} | upstream(parent)
        return found

    flow = ["simulated_bank", "ledger_history", "inbound_days", "trained_model"]
    assert {AssetKey(name) for name in flow} <= upstream(AssetKey("registered_model"))
    assert AssetKey(["raw", "decisions"]) in upstream(AssetKey(["marts", "daily_volume_and_fraud"]))
    drift = AssetKey(["monitoring", "model_drift"])
    assert {AssetKey("champion"), AssetKey(["raw", "decisions"])} <= upstream(drift)
    assert drift in upstream(AssetKey(["marts", "model_drift_daily"]))


def test_every_day_has_a_run_that_checks_it_and_builds_the_marts(definitions: Definitions) -> None:
    resolved = definitions.resolve_schedule_def("daily_schedule")
    assert resolved.cron_schedule == "15 3 * * *"
    assert resolved.execution_timezone == "America/Sao_Paulo"


def test_every_night_the_profiles_of_the_day_that_has_ended_are_made(definitions: Definitions) -> None:
    resolved = definitions.resolve_schedule_def("profiles_schedule")
    assert resolved.cron_schedule == "25 3 * * *"
    made = definitions.resolve_job_def("profiles").asset_layer.executable_asset_keys
    assert made == {AssetKey("daily_profiles"), AssetKey("daily_profiles_online")}


def test_every_night_what_is_past_its_time_is_dropped(definitions: Definitions) -> None:
    assert definitions.resolve_schedule_def("retention_schedule").cron_schedule == "35 4 * * *"
    assert definitions.resolve_job_def("retention").asset_layer.executable_asset_keys == {AssetKey("retained")}


def test_soon_after_midnight_the_books_of_the_day_are_closed(definitions: Definitions) -> None:
    resolved = definitions.resolve_schedule_def("close_schedule")
    assert (resolved.cron_schedule, resolved.execution_timezone) == ("5 0 * * *", "America/Sao_Paulo")
    assert definitions.resolve_job_def("close").asset_layer.executable_asset_keys == {AssetKey("closed_books")}


def test_every_week_a_model_is_trained_on_the_newest_day_that_has_ended(definitions: Definitions) -> None:
    retraining = definitions.resolve_schedule_def("retrain_schedule")
    assert (retraining.cron_schedule, retraining.execution_timezone) == ("45 3 * * 1", "America/Sao_Paulo")
    assert retraining.default_status is DefaultScheduleStatus.RUNNING
    monday = datetime(2026, 3, 9, 6, 45, tzinfo=UTC)
    known = definitions.get_repository_def()
    with build_schedule_context(scheduled_execution_time=monday, repository_def=known) as context:
        (asked,) = retraining.evaluate_tick(context).run_requests
    assert asked.partition_key == "2026-03-08"


def test_a_day_ends_at_the_bank_s_midnight() -> None:
    assert end_ms(datetime(2026, 3, 10, tzinfo=UTC).date()) == int(datetime(2026, 3, 11, 3, tzinfo=UTC).timestamp() * 1000)


def test_dagster_builds_the_marts_and_runs_dbt_s_tests_as_checks(
    definitions: Definitions, settings: Settings, instance: DagsterInstance
) -> None:
    (marts,) = [asset for asset in definitions.assets if AssetKey(["marts", "fct_transactions"]) in asset.keys]
    done = materialize([marts], instance=instance, resources=definitions.resources)
    assert done.success
    checks = done.get_asset_check_evaluations()
    assert len(checks) > 30
    assert all(check.passed for check in checks)
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        assert connection.execute("select sum(transactions) from marts.daily_volume_and_fraud").fetchone() == (6,)


def test_nothing_is_built_on_a_day_that_breaks_its_promises(
    definitions: Definitions, settings: Settings, instance: DagsterInstance
) -> None:
    chain = [
        asset
        for asset in definitions.assets
        if asset.keys == {AssetKey(["raw", "decisions"])} or AssetKey(["marts", "fct_transactions"]) in asset.keys
    ]
    done = materialize(chain, instance=instance, partition_key=BROKEN, resources=definitions.resources, raise_on_error=False)
    assert not done.success
    assert {event.asset_key for event in done.get_asset_materialization_events()} == {AssetKey(["raw", "decisions"])}


def test_the_check_of_a_day_tells_a_sound_day_from_a_broken_one(definitions: Definitions, instance: DagsterInstance) -> None:
    (decisions,) = [asset for asset in definitions.assets if asset.keys == {AssetKey(["raw", "decisions"])}]
    verdicts = {}
    for day in (SOUND, BROKEN):
        done = materialize([decisions], instance=instance, partition_key=day, raise_on_error=False)
        (check,) = done.get_asset_check_evaluations()
        verdicts[day] = check.passed
    assert verdicts == {SOUND: True, BROKEN: False}
