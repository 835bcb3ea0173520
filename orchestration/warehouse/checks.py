"""The decisions of a day, with the expectations that they must meet."""

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

from kit.settings import Settings
from orchestration.days import days
from pipelines.quality import QualityReport

KEY = ["raw", "decisions"]
CHECK = "meets_expectations"


def checked_decisions(settings: Settings) -> AssetsDefinition:
    """Return the asset whose partitions are days of raw.decisions; the sink writes them, this looks at them."""

    @asset(
        key=KEY,
        group_name="warehouse",
        kinds={"postgres", "great_expectations"},
        partitions_def=days,
        deps=["inbound_days"],
        check_specs=[
            # What is built on a day that breaks a promise would spread it: nothing downstream of this runs then.
            AssetCheckSpec(
                CHECK, asset=KEY, blocking=True, description="Identity, words, bounds and times of a day's decisions."
            )
        ],
    )
    def decisions(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads the annotation as outputs
        """Every decided transaction of a day, as the warehouse sink wrote it."""
        from pipelines.quality import check_decisions

        report = check_decisions(settings, date.fromisoformat(context.partition_key))
        return MaterializeResult(metadata={"rows": report.rows}, check_results=[_result(report)])

    return decisions


def _result(report: QualityReport) -> AssetCheckResult:
    return AssetCheckResult(
        check_name=CHECK,
        passed=report.holds,
        severity=AssetCheckSeverity.ERROR,
        metadata={
            "day": report.day.isoformat(),
            "rows": report.rows,
            "expectations": len(report.findings),
            "broken": [
                {
                    "expectation": finding.name,
                    "rows": finding.unexpected,
                    "examples": list(finding.examples),
                    "problem": finding.problem,
                }
                for finding in report.broken
            ],
        },
    )
