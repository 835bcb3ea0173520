"""Rows came for a day that was looked at already: the day is looked at again, and what is made of it is made again."""

from datetime import UTC, datetime

import msgspec
from dagster import DefaultSensorStatus, RunRequest, SensorDefinition, SensorEvaluationContext, SensorResult, sensor
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.postgres import connect
from kit.settings import Settings
from orchestration.days import TIMEZONE, last_ended
from pipelines.quality import repository

ROLE, APPLICATION = "transform", "arrivals"
EVERY_S = 300
PROFILED_FROM = "raw.decisions"


def late_rows(
    settings: Settings, *, daily: UnresolvedAssetJobDefinition, profiles: UnresolvedAssetJobDefinition
) -> SensorDefinition:
    """Return what asks for a day again. The cursor is set -> the offset up to which late rows were asked for."""

    @sensor(
        name="late_rows",
        jobs=[daily, profiles],
        description="Make a day again that got rows after it was looked at.",
        minimum_interval_seconds=EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def late(context: SensorEvaluationContext) -> SensorResult:
        seen: dict[str, int] = msgspec.json.decode(context.cursor or b"{}")
        ended = last_ended(datetime.now(UTC))
        with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
            newest = repository.newest_offsets(warehouse)
            found = [each for each in repository.late(warehouse, timezone=TIMEZONE, after=seen) if each.day <= ended]
        by_day: dict[str, dict[str, int]] = {}
        for each in found:
            by_day.setdefault(each.day.isoformat(), {})[each.set_name] = each.newest_offset
        requests = []
        for day, sets in sorted(by_day.items()):
            told = ",".join(f"{name}={offset}" for name, offset in sorted(sets.items()))
            jobs = [daily.name, *([profiles.name] if PROFILED_FROM in sets else [])]
            requests += [
                RunRequest(run_key=f"{job} {day} {told}", job_name=job, partition_key=day, tags={"late": told}) for job in jobs
            ]
        return SensorResult(run_requests=requests, cursor=msgspec.json.encode(newest, order="sorted").decode())

    return late
