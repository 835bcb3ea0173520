"""Components, communities, PageRank and the graph network's scores, found every night of the payments of 90 days."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, asset, multi_asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days, end_ms
from orchestration.trouble import RETRY, plainly

MADE, STRUCTURE = ["graph", "made"], ["graph", "account_structure"]
NETWORK, SCORED = ["graph", "network"], ["graph", "scored"]
SCORES = [["graph", "account_score"], ["graph", "score_reason"]]
_FROM = [["raw", "ledger_events"], ["raw", "accounts"]]
_LABELS = ["raw", "labels"]


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


def graph_network(settings: Settings) -> AssetsDefinition:
    """Return the asset whose partitions are the days up to whose end the graph network may know anything."""

    @asset(key=NETWORK, group_name="risk_training", kinds={"torch", "mlflow"}, partitions_def=days, deps=[*_FROM, _LABELS])
    def learned(context: AssetExecutionContext) -> MaterializeResult[None]:
        """A version of the graph network: used if it is the first, else by whoever promotes it. Needs torch."""
        from pipelines.graph_network import registry
        from pipelines.graph_network.learning import has_torch
        from pipelines.graph_network.training import TooFewKnown, train

        if not has_torch():
            return MaterializeResult(metadata={"learned": "nothing: torch is not installed (the extra `deep` brings it)"})
        cutoff_ms = end_ms(date.fromisoformat(context.partition_key))
        with plainly():
            try:
                found = train(settings, tenant_id=settings.demo.tenant, cutoff_ms=cutoff_ms, progress=context.log.info)
            except TooFewKnown as problem:
                return MaterializeResult(metadata={"learned": f"nothing: {problem}"})
            version, alias = registry.register(settings, found)
        figures = {
            name: value
            for name, value in (
                ("average_precision", found.ours.average_precision),
                ("trees_average_precision", found.trees.average_precision),
            )
            if value is not None
        }
        return MaterializeResult(metadata={"learned": f"version {version}", "alias": alias, **figures})

    return learned


def account_scores(settings: Settings) -> AssetsDefinition:
    """Return the assets whose partitions are the days at whose end accounts are scored by the graph network."""

    @multi_asset(
        specs=[AssetSpec(key, group_name="graph", kinds={"postgres"}, deps=[*_FROM, NETWORK]) for key in (SCORED, *SCORES)],
        partitions_def=days,
        name="account_scores",
        retry_policy=RETRY,
    )
    def scored(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """Each account's score as known at the end of the day, and who made the highest ones. Needs no torch."""
        from pipelines.graph_network.scoring import score

        with plainly():
            done = score(settings, last_day=date.fromisoformat(context.partition_key), clock=SystemClock())
        told = {each.tenant_id: each.summary for each in done} or {"scored": "nothing: no network is registered"}
        yield MaterializeResult(asset_key=SCORED, metadata=told)
        yield MaterializeResult(asset_key=SCORES[0], metadata={"accounts": sum(each.accounts for each in done)})
        yield MaterializeResult(asset_key=SCORES[1], metadata={"explained": sum(each.explained for each in done)})

    return scored


def account_graph_online(settings: Settings) -> AssetsDefinition:
    """Return the asset of what is told of accounts."""

    @asset(group_name="risk_profiles", kinds={"feast", "kafka"}, deps=[STRUCTURE, SCORES[0]], retry_policy=RETRY)
    def account_graph_online() -> MaterializeResult[None]:
        """What was found of every account in the graph, in the online store and on its way to the scorer."""
        from pipelines.profiles.account_graph import tell

        with plainly():
            told = tell(settings)
        return MaterializeResult(metadata={"told": told})

    return account_graph_online
