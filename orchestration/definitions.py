"""What Dagster loads: simulate > ingest > train > register, decisions > checks > drift > marts, profiles, books, and when."""

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    Definitions,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    build_schedule_from_partitioned_job,
    define_asset_job,
    schedule,
)

from kit.settings import Settings, settings
from orchestration.bank.assets import bank_assets
from orchestration.bank.close import CLOSE_CRON, closed_books
from orchestration.days import TIMEZONE, last_ended
from orchestration.risk.assets import risk_assets
from orchestration.risk.drift import KEY as DRIFT_KEY
from orchestration.risk.drift import model_drift
from orchestration.warehouse.checks import KEY, checked_decisions
from orchestration.warehouse.lake import COMPACT_CRON, compacted_lake
from orchestration.warehouse.marts import dbt_resource, mart_assets
from orchestration.warehouse.profiles import customer_profiles, daily_profile_assets

DAILY_HOUR, DAILY_MINUTE, PROFILES_MINUTE = 3, 15, 25
RETRAIN = "45 3 * * 1"  # Mondays, after the daily job of the same night


def build_definitions(found: Settings) -> Definitions:
    """Return everything batch of one deployment."""
    marts, online, profiles = mart_assets(found), customer_profiles(found), daily_profile_assets(found)
    daily = define_asset_job(
        "daily",
        description="Check yesterday's decisions and their drift, build the marts, and tell the scorer the new profiles.",
        selection=AssetSelection.assets(KEY, DRIFT_KEY) | AssetSelection.assets(marts, online),
    )
    profiled = define_asset_job(
        "profiles",
        description="Make the profiles of a day, or of any number of days in one pass over the log, and put them online.",
        selection=AssetSelection.assets(*profiles),
    )
    retrain = define_asset_job(
        "retrain",
        description="Train on what is known at the end of a day, register it and have it tried beside the champion.",
        selection=AssetSelection.groups("risk"),
    )
    books = closed_books(found)
    close = define_asset_job(
        "close",
        description="Close the books of the days that have ended: trial balance, interest, fees.",
        selection=AssetSelection.assets(books),
    )
    lake = compacted_lake(found)
    compact = define_asset_job(
        "compact_lake", description="Make day files of the lake's small ones.", selection=AssetSelection.assets(lake)
    )
    return Definitions(
        assets=[
            *bank_assets(found),
            books,
            *risk_assets(found),
            checked_decisions(found),
            lake,
            model_drift(found),
            marts,
            online,
            *profiles,
        ],
        jobs=[daily, profiled, retrain, close, compact],
        schedules=[
            weekly_retraining(),
            ScheduleDefinition(
                job=close,
                cron_schedule=CLOSE_CRON,
                execution_timezone=TIMEZONE,
                default_status=DefaultScheduleStatus.RUNNING,
            ),
            ScheduleDefinition(job=compact, cron_schedule=COMPACT_CRON, default_status=DefaultScheduleStatus.RUNNING),
            *(
                build_schedule_from_partitioned_job(
                    job, hour_of_day=DAILY_HOUR, minute_of_hour=minute, default_status=DefaultScheduleStatus.RUNNING
                )
                for job, minute in ((daily, DAILY_MINUTE), (profiled, PROFILES_MINUTE))
            ),
        ],
        resources={"dbt": dbt_resource(found)},
    )


def weekly_retraining() -> ScheduleDefinition:
    """Return what trains on the newest day that has ended."""

    @schedule(
        job_name="retrain",
        name="retrain_schedule",
        cron_schedule=RETRAIN,
        execution_timezone=TIMEZONE,
        default_status=DefaultScheduleStatus.RUNNING,
    )
    def retrain_schedule(context: ScheduleEvaluationContext) -> RunRequest:
        day = last_ended(context.scheduled_execution_time).isoformat()
        return RunRequest(run_key=day, partition_key=day)

    return retrain_schedule


defs = build_definitions(settings())
