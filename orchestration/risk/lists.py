"""Whom the lists would have met."""

from dataclasses import asdict

from dagster import AssetsDefinition, MaterializeResult, asset

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.trouble import RETRY, plainly

KEY = ["monitoring", "list_exposure"]


def list_exposure(settings: Settings) -> AssetsDefinition:
    """Return the asset of what had been paid to, by or through whoever is on a list now."""

    @asset(
        key=KEY, group_name="risk_monitoring", kinds={"postgres"}, deps=[["raw", "controls"], ["raw", "decisions"]],
        retry_policy=RETRY,
    )  # fmt: skip
    def exposed() -> MaterializeResult[None]:
        """Every value that is on a list, with the payments of the last months that had named it before it was put there."""
        from pipelines.lists.exposure import find_exposure

        with plainly():
            found = find_exposure(settings, clock=SystemClock())
        return MaterializeResult(metadata=asdict(found))

    return exposed
