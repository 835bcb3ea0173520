"""The nightly close of the books."""

from dataclasses import asdict

from dagster import AssetExecutionContext, AssetsDefinition, MaterializeResult, asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.trouble import RETRY, plainly

CLOSE_CRON = "5 0 * * *"  # at the bank: soon after its day has ended, before anything that reports on it


def closed_books(settings: Settings) -> AssetsDefinition:
    """Return the asset of the closed days."""

    @asset(name="closed_books", group_name="finance", kinds={"postgres"}, retry_policy=RETRY)
    def close(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The days that have ended, closed once: trial balance, interest, fees; each tenant's."""
        from pipelines.day_close import close_books

        with plainly():
            done = close_books(settings, clock=SystemClock(), progress=context.log.info)
        return MaterializeResult(metadata=asdict(done))

    return close
