"""Train > register. The partition's end is the moment up to which the model may know anything."""

from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, Config, MaterializeResult, Output, asset

from kit.settings import Settings
from orchestration.bounds import LOG_POOL
from orchestration.days import days, end_ms
from orchestration.trouble import RETRY, plainly
from pipelines.training.bound import MINUTES, TRIALS, Bound
from pipelines.training.trained import Trained

GROUP = "risk_training"
LEARNED_FROM = [["lake", "decisions"], ["lake", "labels"]]
# A model that learned from a broken day would spread it to every decision: no day of its past may be held back.
HELD = frozenset({"lake.decisions", "lake.labels"})


class Training(Config):
    """How a model is trained: with the usual parameters, or with the best of at most so many trials in so many minutes."""

    tune: bool = False
    trials: int = TRIALS
    minutes: float = MINUTES

    def bound(self) -> Bound | None:
        """Return what tuning may take, None for no tuning."""
        return Bound(self.trials, self.minutes) if self.tune else None


def named_models() -> list[AssetSpec]:
    """Return the models that decide and are tried: people and the registry make them, and the graph shows them."""
    told = {
        "champion": "The version that decides.",
        "challenger": "The version that is scored beside the champion and decides nothing.",
    }
    return [
        AssetSpec(name, description=about, group_name=GROUP, kinds={"mlflow"}, deps=["registered_model"])
        for name, about in told.items()
    ]


def risk_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the fraud model."""

    @asset(group_name=GROUP, kinds={"lightgbm"}, partitions_def=days, deps=LEARNED_FROM, pool=LOG_POOL)
    def trained_model(context: AssetExecutionContext, config: Training) -> Output[Trained]:
        """A model that learned from what was known at the end of the day, not registered yet."""
        from pipelines.quality.quarantine import refuse_held
        from pipelines.training.train import train

        day = date.fromisoformat(context.partition_key)
        cutoff_ms = end_ms(day)
        with plainly():
            refuse_held(settings, HELD, first=date.min, last=day)
            trained = train(settings, cutoff_ms=cutoff_ms, progress=context.log.info, tuning=config.bound())
        return Output(trained, metadata={"cutoff_ms": cutoff_ms, "network": trained.onnx is not None, **trained.metrics})

    @asset(group_name=GROUP, kinds={"mlflow"}, partitions_def=days, retry_policy=RETRY)
    def registered_model(trained_model: Trained) -> MaterializeResult[None]:
        """The model in the registry: the champion if none can decide, else tried beside it if it knows more.

        People have it decide: `baas models promote`, or the risk console.
        """
        from pipelines.training.registry import release

        with plainly():
            registered, alias = release(settings, trained_model)
        return MaterializeResult(
            metadata={
                "name": registered.name,
                "version": registered.version,
                "export_sha256": registered.export_sha256,
                "cutoff_ms": registered.cutoff_ms,
                "alias": alias or "none",
            }
        )

    return [trained_model, registered_model]
