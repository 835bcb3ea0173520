"""Train > register. The partition's end is the moment up to which the model may know anything."""

from datetime import date

from dagster import AssetExecutionContext, AssetsDefinition, Config, MaterializeResult, Output, asset

from kit.settings import Settings
from orchestration.days import days, end_ms
from pipelines.training.train import Trained
from pipelines.training.tuning import MINUTES, TRIALS, Bound

GROUP = "risk"


class Training(Config):
    """How a model is trained: with the usual parameters, or with the best of at most so many trials in so many minutes."""

    tune: bool = False
    trials: int = TRIALS
    minutes: float = MINUTES

    def bound(self) -> Bound | None:
        """Return what tuning may take, None for no tuning."""
        return Bound(self.trials, self.minutes) if self.tune else None


def risk_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the fraud model."""

    @asset(group_name=GROUP, kinds={"lightgbm"}, partitions_def=days, deps=["inbound_days"])
    def trained_model(context: AssetExecutionContext, config: Training) -> Output[Trained]:
        """A model that learned from what was known at the end of the day, not registered yet."""
        from pipelines.training.train import train

        cutoff_ms = end_ms(date.fromisoformat(context.partition_key))
        trained = train(settings, cutoff_ms=cutoff_ms, progress=context.log.info, tuning=config.bound())
        return Output(trained, metadata={"cutoff_ms": cutoff_ms, "network": trained.onnx is not None, **trained.metrics})

    @asset(group_name=GROUP, kinds={"mlflow"}, partitions_def=days)
    def registered_model(trained_model: Trained) -> MaterializeResult[None]:
        """The model in the registry: the champion if none can decide, else tried beside it if it knows more.

        People have it decide: `baas models promote`, or the risk console.
        """
        from pipelines.training.registry import release

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
