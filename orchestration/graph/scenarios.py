"""All scenarios of money laundering, every night over the days that nobody looked at: findings, their alerts, and cases."""

from datetime import date

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.days import days
from orchestration.trouble import RETRY, plainly

KEY = ["aml", "scenario_nights"]
ALL_LOOKED_AT, NOTHING_LEFT_OUT = "all_days_looked_at", "nothing_left_out"
_CHECKS = (
    AssetCheckSpec(ALL_LOOKED_AT, asset=KEY, description="Every bank's days up to this one were looked at."),
    AssetCheckSpec(NOTHING_LEFT_OUT, asset=KEY, description="No payment between accounts was left out for their number."),
)


def scenario_nights(settings: Settings) -> AssetsDefinition:
    """Return the asset whose partitions are the days up to whose end scenarios were looked for."""

    @asset(
        key=KEY, group_name="graph", kinds={"polars", "postgres"}, deps=[["lake", "decisions"]], partitions_def=days,
        check_specs=_CHECKS, retry_policy=RETRY,
    )  # fmt: skip
    def judged(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it as outputs
        """What scenarios find of the days up to this one that no night has looked at, once beside what was found live."""
        from pipelines.aml.nightly.days import unseen
        from pipelines.aml.nightly.run import judge_nights

        last_day = date.fromisoformat(context.partition_key)
        with plainly():
            nights = judge_nights(settings, last_day=last_day, clock=SystemClock())
            left = unseen(settings, last_day=last_day)
        cut = [each.tenant_id for each in nights if each.cut]
        return MaterializeResult(
            metadata={each.tenant_id: each.summary for each in nights},
            check_results=[
                AssetCheckResult(check_name=ALL_LOOKED_AT, passed=not left),
                AssetCheckResult(
                    check_name=NOTHING_LEFT_OUT, passed=not cut, severity=AssetCheckSeverity.WARN, metadata={"tenants": cut}
                ),
            ],
        )

    return judged
