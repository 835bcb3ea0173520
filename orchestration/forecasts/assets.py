"""The forecasts of money, made every night from the days that have ended."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, multi_asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days

MADE, FLOW = ["forecast", "made"], ["forecast", "flow"]
_FROM = [["raw", "ledger_events"], ["raw", "accounts"]]


def money_forecasts(settings: Settings) -> AssetsDefinition:
    """Return the assets whose partitions are the days after whose end the next thirty are forecast."""

    @multi_asset(
        specs=[AssetSpec(key, group_name="forecasts", kinds={"postgres"}, deps=_FROM) for key in (MADE, FLOW)],
        partitions_def=days,
        name="money_forecasts",
    )
    def made(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """What is expected to come and go in the thirty days after this one: a customer's money, and the bank's by rail."""
        from pipelines.cash_flow.run import make

        found = make(settings, last_day=date.fromisoformat(context.partition_key), clock=SystemClock())
        yield MaterializeResult(asset_key=MADE, metadata={f"{each.kind} of {each.tenant_id}": each.summary for each in found})
        yield MaterializeResult(asset_key=FLOW, metadata={"series": sum(each.series for each in found)})

    return made
