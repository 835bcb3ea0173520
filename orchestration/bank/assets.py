"""Simulate > ingest. Both go on where an earlier run was cut, and do nothing twice."""

from dagster import AssetExecutionContext, AssetsDefinition, MaterializeResult, asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.bounds import BANK_POOL
from orchestration.trouble import RETRY

GROUP = "bank"


def bank_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the simulated bank."""

    @asset(group_name=GROUP, kinds={"parquet"}, pool=BANK_POOL)
    def simulated_bank(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The history of the simulated bank, as Parquet files of a day each."""
        from pipelines.bootstrap.run import plan
        from simulator.files import simulated_folder, write

        folder = simulated_folder(settings.var)
        manifest = write(folder, plan(settings.demo, folder, SystemClock()), progress=context.log.info)
        return MaterializeResult(
            metadata={"days": len(manifest["days"]), "transactions": sum(day["events"] for day in manifest["days"])}
        )

    @asset(group_name=GROUP, kinds={"postgres"}, deps=[simulated_bank], pool=BANK_POOL, retry_policy=RETRY)
    def ledger_history(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The first days, posted in the ledger with the decisions that were made then, and what customers declared."""
        from pipelines.history import live_from, load_history
        from serving.demo import keep_declared
        from simulator.files import simulated_folder

        folder = simulated_folder(settings.var)
        loaded = load_history(settings, folder, until_day=live_from(folder), progress=context.log.info)
        kept = keep_declared(settings, folder, progress=context.log.info)
        return MaterializeResult(
            metadata={
                "posted": loaded.posted, "failed": loaded.failed, "already_there": loaded.already_there,
                "incomes": kept.incomes, "devices": kept.devices, "notices": kept.notices,
            }
        )  # fmt: skip

    @asset(group_name=GROUP, kinds={"kafka"}, deps=[ledger_history], pool=BANK_POOL, retry_policy=RETRY)
    def inbound_days(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The last two weeks, sent to the inbound topic and decided, and the labels known by then; all of it in the lake."""
        from pipelines.bootstrap.progress import Drain
        from pipelines.history import live_from, play_inbound
        from simulator.files import read_manifest, simulated_folder

        folder = simulated_folder(settings.var)
        played = play_inbound(settings, folder, from_day=live_from(folder), progress=context.log.info)
        decisions = sum(day["events"] for day in read_manifest(folder)["days"])
        Drain(settings, context.log.info).until_kept(settings.demo.tenant, decisions=decisions)
        return MaterializeResult(
            metadata={"sent": played.events, "labels": played.labels, "already_there": played.already_there}
        )

    return [simulated_bank, ledger_history, inbound_days]
