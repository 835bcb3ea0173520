"""A list was changed: whom would it have met?"""

from dagster import DefaultSensorStatus, RunRequest, SensorDefinition, SensorEvaluationContext, SensorResult, sensor
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.postgres import connect
from kit.settings import Settings
from pipelines.arrivals import repository

ROLE, APPLICATION = "transform", "arrivals"
EVERY_S = 60


def new_lists(settings: Settings, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Return what asks for the exposure of lists anew after each change. The cursor is the offset of the newest one seen."""

    @sensor(
        name="new_lists",
        job=job,
        description="Find whom values that were put on a list had met before.",
        minimum_interval_seconds=EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def lists(context: SensorEvaluationContext) -> SensorResult:
        with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
            newest = repository.newest_list_change(warehouse)
        if newest <= int(context.cursor or -1):
            return SensorResult(skip_reason="no list was changed")
        return SensorResult(run_requests=[RunRequest(run_key=f"lists-{newest}", job_name="lists")], cursor=str(newest))

    return lists
