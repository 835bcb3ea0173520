"""What customers' accounts and money say, and what movements were for, learned every night from the days that have ended."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, asset, multi_asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days

MADE, RECURRING = ["insight", "made"], ["insight", "recurring"]
MODEL = ["read_model", "category_model"]
_FROM = [["raw", "ledger_events"], ["raw", "decisions"], ["raw", "accounts"]]
MONEY_MADE, HEALTH = ["insight", "money_made"], ["insight", "health"]
STANDINGS, UNUSUAL = ["insight", "budget_standing"], ["insight", "unusual"]
# And from the histories, which the projector keeps.
_MONEY_FROM = [["raw", table] for table in ("accounts", "products", "budgets", "ledger_events")]


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


def own_money(settings: Settings) -> AssetsDefinition:
    """Return the assets whose partitions are the days at whose end customers' money is looked at."""

    @multi_asset(
        specs=[
            AssetSpec(key, group_name="insight", kinds={"postgres"}, deps=_MONEY_FROM)
            for key in (MONEY_MADE, HEALTH, STANDINGS, UNUSUAL)
        ],
        partitions_def=days,
        name="own_money",
    )
    def looked_at(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """How healthy customers' money is, how months stand against budgets, what was unusual, as known at the day's end."""
        from pipelines.insight.money.run import make

        last_day = date.fromisoformat(context.partition_key)
        made = make(settings, last_day=last_day, clock=SystemClock(), progress=context.log.info)
        yield MaterializeResult(asset_key=MONEY_MADE, metadata={each.tenant_id: each.summary for each in made})
        yield MaterializeResult(asset_key=HEALTH, metadata={"scores": sum(each.scores for each in made)})
        yield MaterializeResult(asset_key=STANDINGS, metadata={"budgets": sum(each.budgets for each in made)})
        yield MaterializeResult(asset_key=UNUSUAL, metadata={"found": sum(each.unusual for each in made)})

    return looked_at


def category_model(settings: Settings) -> AssetsDefinition:
    """Return the asset whose partitions are the days up to whose end categories are learned."""

    @asset(key=MODEL, group_name="insight", kinds={"scikitlearn"}, partitions_def=days)
    def learned(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The text model and the merchants that decide what movements were for, from what holders say and codes tell."""
        from pipelines.insight.categories.learning import learn

        told = learn(settings, last_day=date.fromisoformat(context.partition_key), clock=SystemClock())
        return MaterializeResult(metadata={"learned": told})

    return learned
