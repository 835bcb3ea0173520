"""What Dagster loads: simulate > ingest > train > register, decisions > checks > marts, and when they run."""

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    Definitions,
    build_schedule_from_partitioned_job,
    define_asset_job,
)

from kit.settings import Settings, settings
from orchestration.bank.assets import bank_assets
from orchestration.risk.assets import risk_assets
from orchestration.warehouse.checks import KEY, checked_decisions
from orchestration.warehouse.marts import dbt_resource, mart_assets
from orchestration.warehouse.profiles import online_profiles

DAILY_HOUR, DAILY_MINUTE = 3, 15


def build_definitions(found: Settings) -> Definitions:
    """Return everything batch of one deployment."""
    marts, profiles = mart_assets(found), online_profiles(found)
    daily = define_asset_job(
        "daily",
        description="Check yesterday's decisions, build the marts, and tell the scorer the new profiles.",
        selection=AssetSelection.assets(KEY) | AssetSelection.assets(marts, profiles),
    )
    retrain = define_asset_job(
        "retrain",
        description="Train on what is known at the end of a day, register it and make it the champion.",
        selection=AssetSelection.groups("risk"),
    )
    return Definitions(
        assets=[*bank_assets(found), *risk_assets(found), checked_decisions(found), marts, profiles],
        jobs=[daily, retrain],
        schedules=[
            build_schedule_from_partitioned_job(
                daily, hour_of_day=DAILY_HOUR, minute_of_hour=DAILY_MINUTE, default_status=DefaultScheduleStatus.RUNNING
            )
        ],
        resources={"dbt": dbt_resource(found)},
    )


defs = build_definitions(settings())
