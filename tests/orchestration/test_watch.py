"""What every step took is kept, and a run that failed is told of until a later one makes it good."""

from collections.abc import Iterator

import psycopg
import pytest
from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    DagsterInstance,
    ExecuteInProcessResult,
    asset,
    build_run_status_sensor_context,
    materialize,
)
from prometheus_client import REGISTRY

from kit.errors import Unavailable
from kit.settings import PostgresServer, Settings
from orchestration.days import days
from orchestration.trouble import plainly
from orchestration.watch import measured, take_back, tell_of_failure
from pipelines.batch_runs import gauges, repository

pytestmark = pytest.mark.servers

DAY = "2026-03-10"


class Broken:
    """What an asset's work stumbles over."""

    now = True


@pytest.fixture
def settings(warehouse: PostgresServer, tmp_path) -> Settings:
    return Settings(var=tmp_path, warehouse=warehouse)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def worker() -> AssetsDefinition:
    @asset(partitions_def=days)
    def fed(context: AssetExecutionContext) -> None:
        """Work of a day."""
        sum(number * number for number in range(200_000))
        with plainly():
            if Broken.now:
                raise Unavailable("the feed is away")

    return fed


def run(settings: Settings, instance: DagsterInstance) -> ExecuteInProcessResult:
    return materialize(measured(settings, [worker()]), instance=instance, partition_key=DAY, raise_on_error=False)


def told_of(instance: DagsterInstance, done: ExecuteInProcessResult):
    """The context that Dagster's daemon makes of a run that ended."""
    event = next(event for event in reversed(done.all_events) if event.is_job_event)
    run = instance.get_run_by_id(done.run_id)
    assert run
    return build_run_status_sensor_context("sensor", event, instance, run)


def test_a_failed_run_is_told_of_once_and_taken_back_by_a_run_of_the_same_job_and_day(settings, instance, warehouse) -> None:
    Broken.now = True
    failed = run(settings, instance)
    context = told_of(instance, failed).for_run_failure()
    with psycopg.connect(warehouse.dsn("audit"), autocommit=True) as audit:
        for _ in range(2):
            tell_of_failure(settings, context)
        (found,) = repository.open_failures(audit)
        assert (found.run_id, found.partition, found.step_key) == (failed.run_id, DAY, "fed")
        assert "the feed is away" in found.error
        gauges.show(audit)
        assert REGISTRY.get_sample_value("baas_batch_failures", {"job": found.job}) == 1

        Broken.now = False
        take_back(settings, told_of(instance, run(settings, instance)))
        assert repository.open_failures(audit) == []
        gauges.show(audit)
        assert REGISTRY.get_sample_value("baas_batch_failures", {"job": found.job}) is None


def test_what_a_step_took_is_kept_with_its_asset_and_day(settings, instance, warehouse) -> None:
    Broken.now = False
    done = run(settings, instance)
    with psycopg.connect(warehouse.dsn("audit")) as audit:
        row = audit.execute(
            "select step_key, assets, partitions, outcome, ended_at >= started_at, cpu_ms > 0, peak_memory_bytes > 1e6, "
            "attempts from platform.asset_run where run_id = %s",
            (done.run_id,),
        ).fetchone()
    assert row == ("fed", ["fed"], [DAY], "success", True, True, True, 1)
