"""Profiles: made at the end of each day, put online, and told to the scorer."""

from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, BackfillPolicy, MaterializeResult, asset

from kit.settings import Settings
from orchestration.bounds import LOG_POOL
from orchestration.days import days, stretches
from orchestration.trouble import RETRY, plainly

GROUP, LOG = "risk_profiles", "lake.decisions"


def daily_profile_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the fold's profiles. Any number of days is one pass over the log."""
    one_pass = BackfillPolicy.single_run()

    @asset(
        group_name=GROUP, kinds={"parquet"}, partitions_def=days, backfill_policy=one_pass, deps=[["lake", "decisions"]],
        pool=LOG_POOL,
    )  # fmt: skip
    def daily_profiles(context: AssetExecutionContext) -> MaterializeResult[None]:
        """What the fold knows of everybody at the end of a day."""
        from pipelines.profiles import write_days

        rows: dict[str, int] = {}
        with plainly():
            asked = _not_held(settings, context)
            for first, last in stretches(asked):
                for name, count in write_days(settings, first=first, last=last).rows.items():
                    rows[name] = rows.get(name, 0) + count
        return MaterializeResult(metadata={"days": len(asked), **rows})

    @asset(
        group_name=GROUP, kinds={"feast", "valkey"}, partitions_def=days, backfill_policy=one_pass, deps=[daily_profiles],
        retry_policy=RETRY,
    )  # fmt: skip
    def daily_profiles_online(context: AssetExecutionContext) -> None:
        """The newest of these in the online store."""
        from pipelines.profiles import put_online, registered

        put_online(registered(settings), settings.profiles, since=_asked(context)[0])

    return [daily_profiles, daily_profiles_online]


def customer_profiles(settings: Settings) -> AssetsDefinition:
    """Return the asset of what the mart says."""

    @asset(group_name=GROUP, kinds={"feast", "valkey"}, deps=[["marts", "customer_profiles"]], retry_policy=RETRY)
    def customer_profiles_online() -> MaterializeResult[None]:
        """What the mart says of every customer, in the online store."""
        from pipelines.profiles import materialise

        return MaterializeResult(metadata={"customers": materialise(settings)})

    return customer_profiles_online


def _asked(context: AssetExecutionContext) -> list[date]:
    """The days of a run, in order."""
    return sorted(map(date.fromisoformat, context.partition_keys))


def _not_held(settings: Settings, context: AssetExecutionContext) -> list[date]:
    """The days of a run but for those whose log is held back. Raises DayHeld where none is left."""
    from pipelines.quality.quarantine import held_days, refuse_held

    asked = _asked(context)
    held = {each.day for each in held_days(settings) if each.set_name == LOG}
    left = [day for day in asked if day not in held]
    if not left:
        refuse_held(settings, {LOG}, first=asked[0], last=asked[-1])
    for day in held.intersection(asked):
        context.log.warning("%s of %s is held back: its profiles are left as they are", LOG, day)
    return left
