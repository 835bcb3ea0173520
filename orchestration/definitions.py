"""What Dagster loads: the bank, its lake and warehouse checked day by day, marts, risk, books, and what starts each of them."""

from collections.abc import Mapping

from dagster import (
    AssetsDefinition,
    AssetSelection,
    AssetSpec,
    DefaultScheduleStatus,
    Definitions,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    build_schedule_from_partitioned_job,
    define_asset_job,
    multiprocess_executor,
    schedule,
)
from dagster._core.definitions.partitions.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.settings import Settings, settings
from orchestration.bank.assets import bank_assets
from orchestration.bank.close import CLOSE_CRON, closed_books
from orchestration.bounds import of_machine
from orchestration.days import TIMEZONE, last_ended
from orchestration.forecasts.assets import money_forecasts
from orchestration.graph.assets import account_graph_online, account_scores, account_structure, graph_network
from orchestration.graph.scenarios import scenario_nights
from orchestration.groups import dressed
from orchestration.insight.assets import category_model, own_money, recurring_payments
from orchestration.privacy.retention import RETENTION_CRON, retained
from orchestration.risk.assets import named_models, risk_assets
from orchestration.risk.drift import KEY as DRIFT_KEY
from orchestration.risk.drift import model_drift
from orchestration.risk.lists import KEY as LISTS_KEY
from orchestration.risk.lists import list_exposure
from orchestration.sensors import arrival_sensors
from orchestration.warehouse.lake import COMPACT_CRON, compacted_lake
from orchestration.warehouse.marts import dbt_resource, mart_assets
from orchestration.warehouse.profiles import customer_profiles, daily_profile_assets
from orchestration.warehouse.reference import reference_tables
from orchestration.warehouse.sets import checked_sets, staged_checks
from orchestration.watch import measured, run_sensors
from pipelines.quality.sets import Store

DAILY_HOUR, DAILY_MINUTE, PROFILES_MINUTE = 3, 15, 25
RETRAIN = "45 3 * * 1"  # Mondays, after the daily job of the same night
BACKTESTS = AssetSpec(
    ["monitoring", "backtest"], group_name="risk_monitoring", kinds={"postgres"},
    description="Backtests that came to their end, as people asked for them.",
)  # fmt: skip
HISTORIES = tuple(
    AssetSpec(["read_model", name], group_name="raw", kinds={"postgres"}, description=about)
    for name, about in (
        ("movement", "Movements of customers' accounts, folded from the ledger's events by the projector."),
        ("position", "How far the projector has come in the ledger's events, and which text model decides."),
        ("serving", "Which generation of the histories is read."),
    )
)
QUARANTINE = AssetSpec(
    ["quality", "quarantine"], group_name="raw", kinds={"postgres"},
    description="Days of a set that are or were held back, which the staging views leave out.",
)  # fmt: skip


def build_definitions(found: Settings) -> Definitions:
    """Return everything batch of one deployment."""
    raw, lake = checked_sets(found, Store.RAW), checked_sets(found, Store.LAKE)
    marts, online, profiles = mart_assets(found), customer_profiles(found), daily_profile_assets(found)
    reference, day_files, forecasts = reference_tables(found), compacted_lake(found), money_forecasts(found)
    books, recurring = closed_books(found), recurring_payments(found)
    money, categories = own_money(found), category_model(found)
    kept, placed, judged = retained(found), account_structure(found), scenario_nights(found)
    scores, told, graph_learned = account_scores(found), account_graph_online(found), graph_network(found)
    jobs = {
        job.name: job
        for job in (
            define_asset_job(
                "daily",
                description="Check a day, forecast, look at money and laundering, place accounts, learn, make marts.",
                selection=AssetSelection.assets(
                    raw,
                    lake,
                    reference,
                    forecasts,
                    recurring,
                    money,
                    categories,
                    placed,
                    judged,
                    scores,
                    told,
                    *marts,
                    online,
                    DRIFT_KEY,
                ),
            ),
            define_asset_job(
                "profiles",
                description="Make the profiles of a day, or of any number of days in one pass, and put them online.",
                selection=AssetSelection.assets(*profiles),
            ),
            define_asset_job(
                "retrain",
                description="Train on what is known at the end of a day, register it and have it tried beside the champion.",
                selection=AssetSelection.assets("trained_model", "registered_model", graph_learned),
            ),
            define_asset_job(
                "close",
                description="Close the books of the days that have ended: trial balance, interest, fees.",
                selection=AssetSelection.assets(books),
            ),
            define_asset_job(
                "compact_lake",
                description="Make day files of the lake's small ones.",
                selection=AssetSelection.assets(day_files),
            ),
            define_asset_job("retention", description="Drop what is past its time.", selection=AssetSelection.assets(kept)),
            define_asset_job(
                "drift", description="Look at the champion beside a day.", selection=AssetSelection.assets(DRIFT_KEY)
            ),
            define_asset_job(
                "lists", description="Find whom the lists would have met.", selection=AssetSelection.assets(LISTS_KEY)
            ),
        )
    }
    assets: list[AssetsDefinition | AssetSpec] = [
        *bank_assets(found), books, *risk_assets(found), *named_models(), raw, lake, day_files, reference, model_drift(found),
        BACKTESTS, *HISTORIES, QUARANTINE, list_exposure(found), forecasts, recurring, money, categories, placed, judged,
        scores, told, graph_learned, *marts, online, *profiles, kept,
    ]  # fmt: skip
    return Definitions(
        assets=measured(found, dressed(assets)),
        asset_checks=[staged_checks(found)],
        jobs=list(jobs.values()),
        schedules=_schedules(jobs),
        sensors=[*arrival_sensors(found, jobs), *run_sensors(found)],
        resources={"dbt": dbt_resource(found)},
        executor=multiprocess_executor.configured({"max_concurrent": of_machine().steps}),
    )


def _schedules(
    jobs: Mapping[str, UnresolvedAssetJobDefinition],
) -> list[ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition]:
    nightly = ((jobs["daily"], DAILY_MINUTE), (jobs["profiles"], PROFILES_MINUTE))
    return [
        weekly_retraining(),
        ScheduleDefinition(
            job=jobs["close"],
            cron_schedule=CLOSE_CRON,
            execution_timezone=TIMEZONE,
            default_status=DefaultScheduleStatus.RUNNING,
        ),
        ScheduleDefinition(
            job=jobs["retention"],
            cron_schedule=RETENTION_CRON,
            execution_timezone=TIMEZONE,
            default_status=DefaultScheduleStatus.RUNNING,
        ),
        ScheduleDefinition(job=jobs["compact_lake"], cron_schedule=COMPACT_CRON, default_status=DefaultScheduleStatus.RUNNING),
        *(
            build_schedule_from_partitioned_job(
                job, hour_of_day=DAILY_HOUR, minute_of_hour=minute, default_status=DefaultScheduleStatus.RUNNING
            )
            for job, minute in nightly
        ),
    ]


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
