"""Runs on an instance as the product has one: they resume, they stay within the machine's bounds, many days go side by side."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from dagster import AssetKey, DagsterInstance, DagsterRunStatus, Definitions, ReexecutionOptions, execute_job, reconstructable
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill

from kit.settings import PostgresServer, Settings
from kit.settings import settings as process_settings
from orchestration.bounds import DAYS_A_RUN, Bounds
from orchestration.warehouse.sets import checked_sets
from pipelines.quality.sets import Store
from tests.orchestration.home import daemon, dagster_home, instance_at
from tests.orchestration.pooled import STEPS, four_at_once
from tests.orchestration.resumed import checked_then_listed
from tests.pipelines.quality.days import FIRST, Days

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1_200)]

RUNS_AT_ONCE = 2
# One run more than there may be at once.
BACKFILLED = DAYS_A_RUN * (RUNS_AT_ONCE + 1)
BACKFILL_S = 1_000
LOOK_S = 1.0


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    days = Days(warehouse, None)
    days.fill(*(FIRST - timedelta(days=number) for number in range(BACKFILLED)), decisions=3)
    days.change_rows(
        "alter table raw.decisions alter column policy drop not null",
        f"update raw.decisions set policy = null where (known_at at time zone 'America/Sao_Paulo')::date = '{BROKEN}'",
    )
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


BROKEN = FIRST - timedelta(days=7)


@pytest.fixture(scope="module")
def variables(settings: Settings) -> Iterator[dict[str, str]]:
    with dagster_home(settings, Bounds(runs=RUNS_AT_ONCE, steps=1)) as found:
        yield found


@pytest.fixture(scope="module")
def instance(variables: dict[str, str]) -> Iterator[DagsterInstance]:
    with instance_at(variables) as found:
        process_settings.cache_clear()
        yield found
    process_settings.cache_clear()


def test_a_run_that_failed_goes_on_from_the_step_that_failed(instance: DagsterInstance, warehouse: PostgresServer) -> None:
    job, day = reconstructable(checked_then_listed), {"dagster/partition": FIRST.isoformat()}
    with psycopg.connect(warehouse.dsn("postgres"), autocommit=True) as owner:
        owner.execute("alter table monitoring.list_exposure rename to away")
        with execute_job(job, instance=instance, tags=day, raise_on_error=False) as failed:
            assert not failed.success
            assert {event.step_key for event in failed.get_step_failure_events()} == {"monitoring__list_exposure"}
        owner.execute("alter table monitoring.away rename to list_exposure")
    options = ReexecutionOptions.from_failure(failed.run_id, instance)
    with execute_job(job, instance=instance, tags=day, reexecution_options=options) as resumed:
        assert resumed.success
        assert {event.step_key for event in resumed.get_step_success_events()} == {"monitoring__list_exposure"}


def test_a_pool_holds_one_step_at_a_time_however_many_an_executor_would_run(
    instance: DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLED_IN", str(tmp_path))
    with execute_job(reconstructable(four_at_once), instance=instance) as done:
        assert done.success
    held = sorted(tuple(map(float, path.read_text().split())) for path in tmp_path.iterdir())
    assert len(held) == STEPS
    assert all(ended <= began for (_, ended), (began, _) in pairwise(held))


def test_many_days_are_looked_at_in_parallel_and_never_more_runs_than_the_machine_bears(
    instance: DagsterInstance, variables: dict[str, str], settings: Settings
) -> None:
    asked = [(FIRST - timedelta(days=number)).isoformat() for number in range(BACKFILLED)]
    key = AssetKey(["raw", "decisions"])
    with daemon(variables, settings.var / "daemon.log", module="tests.orchestration.many_days"):
        instance.add_backfill(backfill_of(key, asked, instance))
        began = time.monotonic()
        while (found := instance.get_backfills()[0]).status not in ENDED:
            assert time.monotonic() - began < BACKFILL_S, (settings.var / "daemon.log").read_text()[-4_000:]
            time.sleep(LOOK_S)
    assert found.status is BulkActionStatus.COMPLETED_SUCCESS, found.error
    records = instance.get_run_records()
    runs = [each for each in records if each.dagster_run.tags.get("dagster/backfill") == found.backfill_id]
    assert len(runs) == BACKFILLED / DAYS_A_RUN
    assert {each.dagster_run.status for each in runs} == {DagsterRunStatus.SUCCESS}
    assert most_at_once([(each.start_time or 0.0, each.end_time or 0.0) for each in runs]) == RUNS_AT_ONCE
    assert set(instance.get_materialized_partitions(key)) == set(asked)
    with psycopg.connect(settings.warehouse.dsn("audit")) as audit:
        steps = audit.execute("select sum(cardinality(partitions)), min(cpu_ms) > 0 from platform.asset_run").fetchone()
        counted = audit.execute("select count(*), count(*) filter (where not holds) from quality.checked").fetchone()
        held = audit.execute("select day from quality.quarantine where released_at is null").fetchall()
    assert steps == (BACKFILLED, True)
    assert counted is not None
    assert counted[0] >= BACKFILLED
    assert [row[0] for row in held] == [BROKEN]


ENDED = {BulkActionStatus.COMPLETED_SUCCESS, BulkActionStatus.COMPLETED_FAILED, BulkActionStatus.FAILED}


def backfill_of(key: AssetKey, asked: list[str], instance: DagsterInstance) -> PartitionBackfill:
    """What Dagster's page makes of days that somebody chose."""
    graph = Definitions(assets=[checked_sets(process_settings(), Store.RAW)]).resolve_asset_graph()
    return PartitionBackfill.from_asset_partitions(
        backfill_id="many", asset_graph=graph, partition_names=asked, asset_selection=[key], backfill_timestamp=time.time(),
        tags={}, dynamic_partitions_store=instance, all_partitions=False, title=None, description=None, run_config=None,
    )  # fmt: skip


def most_at_once(periods: list[tuple[float, float]]) -> int:
    """How many of them overlap at the worst moment."""
    moments = sorted([(began, 1) for began, _ in periods] + [(ended, -1) for _, ended in periods])
    at_once = most = 0
    for _, change in moments:
        at_once += change
        most = max(most, at_once)
    return most
