"""What is past its time, dropped every night."""

from dagster import AssetExecutionContext, AssetsDefinition, MaterializeResult, asset

from kit.clock import SystemClock
from kit.settings import Settings

RETENTION_CRON = "35 4 * * *"  # after the night's other work, which reads what there is


def retained(settings: Settings) -> AssetsDefinition:
    """Return the asset of what is kept no longer."""

    @asset(name="retained", group_name="privacy", kinds={"postgres", "parquet"})
    def keep(context: AssetExecutionContext) -> MaterializeResult[None]:
        """Raw copies, lake files, profiles and stored answers that are past their time: how many went of each."""
        from pipelines.privacy.retention import retain

        dropped = retain(settings, clock=SystemClock())
        for each in dropped:
            context.log.info(f"{each.store}: {each.rows} older than {each.before:%Y-%m-%d}")
        return MaterializeResult(metadata={each.store: each.rows for each in dropped})

    return keep
