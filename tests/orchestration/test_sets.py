"""Every kind of broken day by Dagster: its check says so, nothing downstream runs for it, and the good days go on."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from dagster import (
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    DagsterInstance,
    ExecuteInProcessResult,
    asset,
    materialize,
)

from kit.settings import PostgresServer, Settings
from orchestration.days import days
from orchestration.warehouse.sets import checked_sets
from pipelines.quality import held_days
from pipelines.quality.docs import folder
from pipelines.quality.sets import Store
from tests.pipelines.quality.days import FIRST
from tests.pipelines.quality.faults import BROKEN, KINDS, LOST, broken_bank

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

GOOD = FIRST + timedelta(days=6)


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    var = tmp_path_factory.mktemp("var")
    broken_bank(warehouse, var / "lake")
    return Settings(var=var, warehouse=warehouse)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def built_on(key: AssetKey) -> AssetsDefinition:
    @asset(name="built", partitions_def=days, deps=[key], backfill_policy=BackfillPolicy.multi_run(100))
    def built(context: AssetExecutionContext) -> None:
        """Whatever is made of a day."""

    return built


def run(
    settings: Settings, instance: DagsterInstance, store: Store, first: date, last: date | None = None
) -> ExecuteInProcessResult:
    key = AssetKey([store.value, "decisions"])
    if last is None:
        when = {"partition_key": first.isoformat()}
    else:
        bounds = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        when = {"tags": bounds}
    return materialize(
        [checked_sets(settings, store), built_on(key)], selection=[key, AssetKey("built")], instance=instance,
        raise_on_error=False, **when,
    )  # fmt: skip


def built(done: ExecuteInProcessResult) -> bool:
    return AssetKey("built") in {event.asset_key for event in done.get_asset_materialization_events()}


@pytest.mark.parametrize("store", [Store.RAW, Store.LAKE])
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_day_fails_its_check_and_nothing_is_built_on_it(settings, instance, store: Store, kind: str) -> None:
    day = LOST if (kind, store) == ("truncated", Store.RAW) else BROKEN[kind]
    done = run(settings, instance, store, day)
    (check,) = done.get_asset_check_evaluations()
    assert (check.passed, check.severity, check.blocking) == (False, AssetCheckSeverity.ERROR, True)
    assert not built(done)
    assert (f"{store}.decisions", day) in {(each.set_name, each.day) for each in held_days(settings)}


@pytest.mark.parametrize("store", [Store.RAW, Store.LAKE])
def test_a_good_day_goes_on(settings, instance, store: Store) -> None:
    done = run(settings, instance, store, GOOD)
    (check,) = done.get_asset_check_evaluations()
    assert done.success
    assert check.passed
    assert built(done)


def test_of_several_days_in_one_run_the_good_ones_go_on_and_the_broken_one_is_named(settings, instance) -> None:
    done = run(settings, instance, Store.RAW, GOOD, GOOD + timedelta(days=2))
    (check,) = done.get_asset_check_evaluations()
    assert (check.passed, check.severity) == (False, AssetCheckSeverity.WARN)
    assert check.metadata["held_back"].value == [BROKEN["doubled"].isoformat()]
    assert built(done)


def test_a_day_looked_at_twice_is_found_the_same_and_held_once(settings, instance, warehouse) -> None:
    def found() -> list[tuple]:
        with psycopg.connect(warehouse.dsn("audit")) as connection:
            rows = connection.execute(
                "select set_name, day, rows, up_to_offset, holds, report from quality.checked order by 1, 2"
            )
            held = connection.execute(
                "select set_name, day, reason, released_at from quality.quarantine order by quarantine_id"
            )
            return [*rows, *held]

    for day in (GOOD, BROKEN["nulls"]):
        run(settings, instance, Store.RAW, day)
    once = found()
    for day in (GOOD, BROKEN["nulls"]):
        run(settings, instance, Store.RAW, day)
    assert found() == once


def test_the_data_docs_have_a_page_of_the_day_with_what_broke(settings, instance) -> None:
    run(settings, instance, Store.RAW, BROKEN["currency"])
    page = (folder(settings) / "raw.decisions" / f"{BROKEN['currency']}.html").read_text()
    assert "Held back since" in page
    assert "USD" in page
    first = (folder(settings) / "index.html").read_text()
    assert f"raw.decisions/{BROKEN['currency']}.html" in first
    assert "<script" not in first + page
