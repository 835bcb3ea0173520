"""What is kept of each run: what every step took, and an alert where one failed, until a later run makes it good."""

import resource
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from dagster import (
    AssetsDefinition,
    AssetSpec,
    DagsterEventType,
    DagsterRunStatus,
    DefaultSensorStatus,
    HookContext,
    HookDefinition,
    RunFailureSensorContext,
    RunStatusSensorContext,
    SensorDefinition,
    failure_hook,
    run_failure_sensor,
    run_status_sensor,
    success_hook,
)

from kit.log import get_logger
from kit.postgres import connect
from kit.settings import Settings
from orchestration.days import days_of
from pipelines.batch_runs import repository
from pipelines.batch_runs.repository import Failed, Step

ROLE, APPLICATION = "transform", "batch-runs"
SENSOR_EVERY_S = 30
MOST_ERROR = 4_000
_KIB = 1_024
_BEGAN = DagsterEventType.STEP_START
_PLANNED = DagsterEventType.ASSET_MATERIALIZATION_PLANNED


class Meter:
    """What this process and its children have taken since the last reading. A step has a process of its own."""

    def __init__(self) -> None:
        self._read_s = 0.0

    def cpu_ms(self) -> int:
        """Return it in milliseconds."""
        total_s = sum(
            used.ru_utime + used.ru_stime
            for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
        )
        since_s, self._read_s = total_s - self._read_s, total_s
        return round(since_s * 1000)

    def peak_memory_bytes(self) -> int:
        """Return the most memory that one of them had at once."""
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return max(resource.getrusage(each).ru_maxrss for each in who) * _KIB


def measured(settings: Settings, assets: Sequence[AssetsDefinition | AssetSpec]) -> list[AssetsDefinition | AssetSpec]:
    """Return the assets with hooks that keep in `platform.asset_run` what each of their steps took."""
    hooks = _hooks(settings)
    return [each.with_hooks(hooks) if isinstance(each, AssetsDefinition) else each for each in assets]


def _hooks(settings: Settings) -> frozenset[HookDefinition]:
    meter = Meter()

    @success_hook(name="kept_success")
    def succeeded(context: HookContext) -> None:
        _keep_step(settings, context, meter, outcome="success")

    @failure_hook(name="kept_failure")
    def failed(context: HookContext) -> None:
        _keep_step(settings, context, meter, outcome="failure")

    return frozenset({succeeded, failed})


def _keep_step(settings: Settings, context: HookContext, meter: Meter, *, outcome: str) -> None:
    logged = context.instance.all_logs(context.run_id, of_type={_BEGAN, _PLANNED})
    of_step = [entry for entry in logged if entry.step_key == context.step_key]
    began_s = [entry.timestamp for entry in of_step if entry.dagster_event and entry.dagster_event.event_type is _BEGAN]
    planned = [entry.dagster_event for entry in of_step if entry.dagster_event and entry.dagster_event.event_type is _PLANNED]
    run = context.instance.get_run_by_id(context.run_id)
    ended_at = datetime.now(UTC)
    step = Step(
        run_id=context.run_id,
        step_key=context.step_key,
        job=context.job_name,
        assets=sorted(event.asset_key.to_user_string() for event in planned if event.asset_key),
        partitions=[str(day) for day in days_of(run.tags if run else {})],
        outcome=outcome,
        started_at=datetime.fromtimestamp(min(began_s), UTC) if began_s else ended_at,
        ended_at=ended_at,
        cpu_ms=meter.cpu_ms(),
        peak_memory_bytes=meter.peak_memory_bytes(),
    )
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        repository.keep_step(warehouse, step)


def run_sensors(settings: Settings) -> list[SensorDefinition]:
    """Return what tells of runs that failed, and what takes that back."""

    @run_failure_sensor(
        name="failed_runs",
        description="Tell of a run that failed: a row, a line in the log, a metric, `baas status`.",
        minimum_interval_seconds=SENSOR_EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def failed_runs(context: RunFailureSensorContext) -> None:
        tell_of_failure(settings, context)

    @run_status_sensor(
        name="mended_runs",
        description="Take back what was told of a job and day once it has come to its end.",
        run_status=DagsterRunStatus.SUCCESS,
        minimum_interval_seconds=SENSOR_EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def mended_runs(context: RunStatusSensorContext) -> None:
        take_back(settings, context)

    return [failed_runs, mended_runs]


def tell_of_failure(settings: Settings, context: RunFailureSensorContext) -> None:
    """Keep that the run of `context` failed, once, and log it."""
    run, steps = context.dagster_run, context.get_step_failure_events()
    first = next((event for event in steps if event.step_failure_data.error), None)
    error = first.step_failure_data.error_display_string if first else context.failure_event.message or ""
    found = Failed(
        run_id=run.run_id,
        job=run.job_name,
        partition=_partition(run.tags),
        step_key=first.step_key if first else None,
        error=error[:MOST_ERROR],
        failed_at=datetime.now(UTC),
    )
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        new = repository.keep_failure(warehouse, found)
    if new:
        get_logger().error(
            "batch_run_failed",
            job=found.job,
            partition=found.partition,
            step=found.step_key,
            run_id=found.run_id,
            error=error[:500],
        )


def take_back(settings: Settings, context: RunStatusSensorContext) -> None:
    """Say that failures of the job and partition of `context` are made good."""
    run = context.dagster_run
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        repository.mend(warehouse, job=run.job_name, partition=_partition(run.tags), at=datetime.now(UTC))


def _partition(tags: Mapping[str, str]) -> str:
    found = days_of(tags)
    return f"{found[0]}" if len(found) == 1 else f"{found[0]} to {found[-1]}" if found else ""
