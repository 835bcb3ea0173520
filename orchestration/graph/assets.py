"""Components, communities and PageRank of the accounts, found every night of the payments of 90 days."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, multi_asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days

MADE, STRUCTURE = ["graph", "made"], ["graph", "account_structure"]
_FROM = [["raw", "ledger_events"], ["raw", "accounts"]]


def account_structure(settings: Settings) -> AssetsDefinition:
    """Return the assets whose partitions are the days at whose end accounts' places among all are found."""

    @multi_asset(
        specs=[AssetSpec(key, group_name="graph", kinds={"postgres"}, deps=_FROM) for key in (MADE, STRUCTURE)],
        partitions_def=days,
        name="account_structure",
    )
    def found(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """Each account's component, community and PageRank, as known at the end of the day."""
        from pipelines.graph.run import make

        made = make(settings, last_day=date.fromisoformat(context.partition_key), clock=SystemClock())
        yield MaterializeResult(asset_key=MADE, metadata={each.tenant_id: each.summary for each in made})
        yield MaterializeResult(asset_key=STRUCTURE, metadata={"accounts": sum(each.accounts for each in made)})

    return found
