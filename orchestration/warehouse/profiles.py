"""Profiles: made at the end of each day, put online, and told to the scorer."""

from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, BackfillPolicy, MaterializeResult, asset

from kit.settings import Settings
from orchestration.days import days

GROUP = "risk_profiles"


def daily_profile_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the fold's profiles. Any number of days is one pass over the log."""
    one_pass = BackfillPolicy.single_run()

    @asset(group_name=GROUP, kinds={"parquet"}, partitions_def=days, backfill_policy=one_pass, deps=["inbound_days"])
    def daily_profiles(context: AssetExecutionContext) -> MaterializeResult[None]:
        """What the fold knows of everybody at the end of a day."""
        from pipelines.profiles import write_days

        first, last = _asked(context)
        written = write_days(settings, first=first, last=last)
        return MaterializeResult(metadata={"records": written.records, **written.rows})

    @asset(group_name=GROUP, kinds={"feast", "valkey"}, partitions_def=days, backfill_policy=one_pass, deps=[daily_profiles])
    def daily_profiles_online(context: AssetExecutionContext) -> None:
        """The newest of these in the online store."""
        from pipelines.profiles import put_online, registered

        put_online(registered(settings), settings.profiles, since=_asked(context)[0])

    return [daily_profiles, daily_profiles_online]


def customer_profiles(settings: Settings) -> AssetsDefinition:
    """Return the asset of what the mart says."""

    @asset(group_name=GROUP, kinds={"feast", "kafka"}, deps=[["marts", "customer_profiles"]])
    def customer_profiles_online(context: AssetExecutionContext) -> MaterializeResult[None]:
        """What the mart says of every customer, in the online store and on its way to the scorer."""
        from pipelines.profiles import materialise

        done = materialise(settings, progress=context.log.info)
        return MaterializeResult(metadata={"published": done.published})

    return customer_profiles_online


def _asked(context: AssetExecutionContext) -> tuple[date, date]:
    """The first and the last day of a run."""
    asked = sorted(map(date.fromisoformat, context.partition_keys))
    return asked[0], asked[-1]
