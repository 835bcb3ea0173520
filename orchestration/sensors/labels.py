"""Enough new frauds are known: a model that knows them is worth training before its week is over."""

from datetime import UTC, datetime

import msgspec
from dagster import DefaultSensorStatus, RunRequest, SensorDefinition, SensorEvaluationContext, SensorResult, SkipReason, sensor
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.postgres import connect
from kit.settings import Settings
from orchestration.days import last_ended
from pipelines.arrivals import repository

ROLE, APPLICATION = "transform", "arrivals"
EVERY_S = 300
FRAUDS_A_TRAINING = 500


class Seen(msgspec.Struct, frozen=True):
    """The cursor: labels up to `offset` were seen, `frauds` of them since the last training that they asked for, on `day`."""

    offset: int
    frauds: int = 0
    day: str = ""


def new_labels(settings: Settings, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Return what asks for a training on each `FRAUDS_A_TRAINING` new frauds, once a day at most.

    What was there before it looked first was learned from already.
    """

    @sensor(
        name="new_labels",
        job=job,
        description=f"Train once {FRAUDS_A_TRAINING} more frauds are known, at most once a day.",
        minimum_interval_seconds=EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def labels(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
            if not context.cursor:
                context.update_cursor(_text(Seen(repository.newest_label(warehouse))))
                return SkipReason("labels from here on are counted")
            seen = msgspec.json.decode(context.cursor, type=Seen)
            frauds, newest = repository.frauds_since(warehouse, seen.offset, tenant_id=settings.demo.tenant)
        day = last_ended(datetime.now(UTC)).isoformat()
        counted = seen.frauds + frauds
        if counted < FRAUDS_A_TRAINING or day == seen.day:
            return SensorResult(cursor=_text(Seen(newest, counted, seen.day)))
        asked = RunRequest(run_key=f"labels-{day}", job_name="retrain", partition_key=day)
        return SensorResult(run_requests=[asked], cursor=_text(Seen(newest, 0, day)))

    return labels


def _text(seen: Seen) -> str:
    return msgspec.json.encode(seen).decode()
