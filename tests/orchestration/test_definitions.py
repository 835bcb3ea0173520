"""What Dagster loads, and the marts and the check run by it over a real warehouse."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from dagster import (
    AssetKey,
    AssetsDefinition,
    DagsterInstance,
    DefaultScheduleStatus,
    Definitions,
    build_schedule_context,
    materialize,
)

from kit.clock import SystemClock
from kit.settings import PostgresServer, Settings
from orchestration.days import end_ms
from orchestration.definitions import build_definitions
from orchestration.groups import NAMES, group
from orchestration.warehouse.sets import CHECK, key_of
from pipelines.quality import KEPT, Store, release
from tests.dbt.rows import Decided, Raw

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

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


@pytest.fixture(scope="module")
def held(definitions: Definitions) -> None:
    """A broken day that was looked at, and is held back."""
    with DagsterInstance.ephemeral() as ephemeral:
        raw = made_of(definitions, "raw", "decisions")
        assert not materialize([raw], instance=ephemeral, partition_key=BROKEN, raise_on_error=False).success


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
    assert {AssetKey("champion"), AssetKey(["lake", "decisions"])} <= upstream(drift)
    assert drift in upstream(AssetKey(["marts", "model_drift_daily"]))
    known = upstream(AssetKey(["marts", "dim_accounts"]))
    assert {AssetKey(["raw", "accounts"]), AssetKey("closed_books")} <= known


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


def test_nothing_is_built_on_a_day_that_breaks_its_promises(
    definitions: Definitions, settings: Settings, instance: DagsterInstance
) -> None:
    chain = [made_of(definitions, "raw", "decisions"), *dbt_of(definitions)]
    done = materialize(chain, instance=instance, partition_key=BROKEN, resources=definitions.resources, raise_on_error=False)
    assert not done.success
    assert {event.asset_key.path[0] for event in done.get_asset_materialization_events()} == {"raw"}


def test_a_sound_day_goes_through_raw_and_staged_checks_into_the_marts_which_leave_the_broken_one_out(
    definitions: Definitions, settings: Settings, held: None, instance: DagsterInstance
) -> None:
    raw, staged = made_of(definitions, "raw", "decisions"), list(definitions.asset_checks or ())
    done = materialize(
        [raw, *dbt_of(definitions), *staged], instance=instance, partition_key=SOUND, resources=definitions.resources
    )
    checked = {check.asset_key for check in done.get_asset_check_evaluations() if check.check_name == CHECK}
    assert checked == {key_of(each) for each in KEPT if each.store is not Store.LAKE}
    assert all(check.passed for check in done.get_asset_check_evaluations())
    assert transactions(settings) == 5


def test_dagster_builds_the_marts_with_a_day_that_was_let_go_and_runs_dbt_s_tests_as_checks(
    definitions: Definitions, settings: Settings, held: None, instance: DagsterInstance
) -> None:
    release(settings, "raw.decisions", date.fromisoformat(BROKEN), by="ana", reason="seen", clock=SystemClock())
    done = materialize(dbt_of(definitions), instance=instance, resources=definitions.resources)
    assert done.success
    checks = done.get_asset_check_evaluations()
    assert len(checks) > 30
    assert all(check.passed for check in checks)
    assert transactions(settings) == 6


def transactions(settings: Settings) -> int:
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        row = connection.execute("select sum(transactions) from marts.daily_volume_and_fraud").fetchone()
    return int(row[0]) if row else 0


def made_of(definitions: Definitions, *path: str) -> AssetsDefinition:
    """What makes the asset of that key."""
    (found,) = [each for each in definitions.assets if isinstance(each, AssetsDefinition) and AssetKey(path) in each.keys]
    return found


def dbt_of(definitions: Definitions) -> list[AssetsDefinition]:
    return [made_of(definitions, "staging", "stg_decisions"), made_of(definitions, "marts", "fct_transactions")]


def test_every_asset_has_an_owner_a_group_a_sentence_and_a_kind(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in NAMES, key
        assert (node.owners, bool(node.description), bool(node.kinds)) == ([group(node.group_name).owner], True, True), key
        assert node.tags["domain"], key


def test_every_asset_that_is_made_by_a_schedule_says_when_it_is_late(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    scheduled = set().union(
        *(
            definitions.resolve_job_def(name).asset_layer.executable_asset_keys
            for name in ("daily", "profiles", "retrain", "close")
        )
    )
    late_never = {key for key in scheduled if graph.get(key).freshness_policy_or_from_metadata is None}
    assert {key.path[-1] for key in late_never} == {"chart_headings", "currencies", "dim_days", "holidays", "rail_costs"}


def test_what_folds_the_log_builds_the_marts_or_loads_the_bank_is_in_a_pool(definitions: Definitions) -> None:
    pools: dict[str, set[str]] = {}
    for each in definitions.assets:
        if isinstance(each, AssetsDefinition) and each.op.pool:
            pools.setdefault(each.op.pool, set()).add(each.op.name)
    assert pools == {
        "bank": {"simulated_bank", "ledger_history", "inbound_days"},
        "dbt": {"staging", "marts"},
        "log": {"daily_profiles", "monitoring__model_drift", "trained_model"},
    }
