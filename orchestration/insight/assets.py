"""What comes again on customers' accounts, found every night in the days that have ended."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, multi_asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days

MADE, RECURRING = ["insight", "made"], ["insight", "recurring"]
_FROM = [["raw", "ledger_events"], ["raw", "decisions"], ["raw", "accounts"]]


def recurring_payments(settings: Settings) -> AssetsDefinition:
    """Return the assets whose partitions are the days at whose end what comes again is looked for."""

    @multi_asset(
        specs=[AssetSpec(key, group_name="insight", kinds={"postgres"}, deps=_FROM) for key in (MADE, RECURRING)],
        partitions_def=days,
        name="recurring_payments",
    )
    def found(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """Payments and incomes that come again, as known at the end of the day, with the next day and amount of each."""
        from pipelines.insight.recurring.run import make

        made = make(settings, last_day=date.fromisoformat(context.partition_key), clock=SystemClock())
        yield MaterializeResult(asset_key=MADE, metadata={each.tenant_id: each.summary for each in made})
        yield MaterializeResult(asset_key=RECURRING, metadata={"series": sum(each.series for each in made)})

    return found
