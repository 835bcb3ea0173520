"""The champion's drift, day by day, with its checks: they warn, and stop nothing."""

from datetime import date

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    asset,
)

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.bounds import DAYS_A_RUN, LOG_POOL
from orchestration.days import days, end_ms
from orchestration.risk.assets import HELD, LEARNED_FROM
from orchestration.trouble import RETRY, plainly
from pipelines.drift.checks import CALIBRATION, CHECKS, MISSING, PERFORMANCE, POPULATION, SCORE, Check
from pipelines.drift.report import DriftReport

KEY = ["monitoring", "model_drift"]
_ABOUT = {
    POPULATION: "The features that the champion reads are distributed as they were when it learned.",
    MISSING: "As many of their values are unknown as were.",
    SCORE: "The champion's scores lie where they did.",
    CALIBRATION: "As many frauds are known as its probabilities say, once labels are known.",
    PERFORMANCE: "It ranks frauds as high as in the week that it was judged by, once labels are known.",
}


def model_drift(settings: Settings) -> AssetsDefinition:
    """Return the asset whose partitions are the days as of whose end the champion is looked at."""

    @asset(
        key=KEY,
        group_name="risk_monitoring",
        kinds={"postgres", "mlflow"},
        partitions_def=days,
        # The alias is set outside of Dagster, so that it orders no step: in a run that also trains, the model comes first.
        deps=[*LEARNED_FROM, "registered_model", "champion"],
        pool=LOG_POOL,
        backfill_policy=BackfillPolicy.multi_run(DAYS_A_RUN),
        retry_policy=RETRY,
        check_specs=[AssetCheckSpec(name, asset=KEY, description=_ABOUT[name]) for name in CHECKS],
    )
    def looked_at(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads the annotation as outputs
        """How far the last week lies from the weeks that the champion learned from last."""
        from pipelines.quality.quarantine import held_days, refuse_held

        asked = sorted(map(date.fromisoformat, context.partition_keys))
        held = {each.day for each in held_days(settings) if each.set_name in HELD}
        left = [day for day in asked if day not in held]
        with plainly():
            if not left:
                refuse_held(settings, HELD, first=asked[0], last=asked[-1])
        found = [_look(settings, day) for day in left]
        return found[-1]

    return looked_at


def _look(settings: Settings, day: date) -> MaterializeResult:  # type: ignore[type-arg]
    from kit.errors import NotFound
    from pipelines.drift.asked import of_registry, question
    from pipelines.drift.keep import keep
    from pipelines.drift.run import NothingToCompare, drift

    try:
        model = of_registry(settings, None)
        asked = question(model, tenant_id=settings.demo.tenant, until_ms=end_ms(day), clock=SystemClock())
        report = drift(settings.lake, settings.models, asked, progress=lambda _done, _all: None)
    except (NotFound, NothingToCompare) as nothing:
        return _nothing(str(nothing))
    path = keep(settings, report, model, day=day)
    return MaterializeResult(
        metadata=_figures(report) | {"report": MetadataValue.path(str(path))},
        check_results=[as_result(check) for check in report.checks],
    )


def _figures(report: DriftReport) -> dict[str, str | int | float]:
    return {
        "model": report.model,
        "decisions": report.current_decisions,
        "reference_decisions": report.reference_decisions,
        "features_moved": len(report.moved),
        "features_unknown_moved": len(report.unknown_moved),
        "moved_most": ", ".join(feature.name for feature in report.features[:5]),
        "seconds": report.seconds,
    }


def as_result(check: Check) -> AssetCheckResult:
    """Return it as Dagster has it: only what drifted does not pass, and that warns."""
    return AssetCheckResult(
        check_name=check.name,
        passed=check.state != "drifted",
        severity=AssetCheckSeverity.WARN,
        metadata={"state": check.state, "found": check.text},
    )


def _nothing(why: str) -> MaterializeResult:  # type: ignore[type-arg]
    """A day before there was a champion, or before it could be compared, is no fault."""
    unknown = (Check(name=name, state="unknown", text=why) for name in CHECKS)
    return MaterializeResult(metadata={"nothing_to_compare": why}, check_results=[as_result(check) for check in unknown])
