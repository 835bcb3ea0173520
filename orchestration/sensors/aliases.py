"""Another version decides, or is tried: the graph says so, and the new champion is looked at beside the last days."""

from datetime import UTC, datetime

import msgspec
from dagster import (
    AssetMaterialization,
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.settings import Settings
from orchestration.days import last_ended

EVERY_S = 60


def changed_aliases(settings: Settings, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Return what tells of each version that an alias names from now on. The cursor is alias -> version."""

    @sensor(
        name="changed_aliases",
        job=job,
        description="Tell which version decides and which is tried, and look at a new champion's drift.",
        minimum_interval_seconds=EVERY_S,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def aliases(context: SensorEvaluationContext) -> SensorResult:
        from pipelines.tracking import answers
        from pipelines.versions import CHALLENGER, CHAMPION, named

        if not answers(settings):
            return SensorResult(skip_reason="the registry does not answer", cursor=context.cursor)
        before: dict[str, int] = msgspec.json.decode(context.cursor or b"{}")
        found = {alias: named(settings, alias) for alias in (CHAMPION, CHALLENGER)}
        changed = {alias: model for alias, model in found.items() if model and before.get(alias) != model.version}
        events = [
            AssetMaterialization(alias, metadata={"version": model.version, "export_sha256": model.export_sha256})
            for alias, model in changed.items()
        ]
        requests = []
        if CHAMPION in changed:
            day = last_ended(datetime.now(UTC)).isoformat()
            requests.append(
                RunRequest(run_key=f"champion-{changed[CHAMPION].version}-{day}", job_name="drift", partition_key=day)
            )
        versions = {alias: model.version for alias, model in found.items() if model}
        return SensorResult(
            run_requests=requests, asset_events=events, cursor=msgspec.json.encode(versions, order="sorted").decode()
        )

    return aliases
