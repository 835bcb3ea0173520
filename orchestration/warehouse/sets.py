"""Each set of data, day by day, with what it must meet: in the warehouse, in the lake, and as dbt stages it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    multi_asset,
    multi_asset_check,
)

from kit.clock import SystemClock
from kit.settings import Settings
from orchestration.bounds import DAYS_A_RUN
from orchestration.days import days, days_of, last_ended
from orchestration.trouble import RETRY
from pipelines.quality.report import QualityReport
from pipelines.quality.sets import KEPT, Kept, Store

CHECK = "meets_expectations"
PROMISES = "The contract's promises, and what the days before say is usual."
_KINDS = {Store.RAW: {"postgres", "great_expectations"}, Store.LAKE: {"parquet", "great_expectations"}}


def key_of(kept: Kept) -> AssetKey:
    """Return the asset that a set is."""
    return AssetKey([kept.store.value, f"stg_{kept.data.name}" if kept.store is Store.STAGING else kept.data.name])


def checked_sets(settings: Settings, store: Store) -> AssetsDefinition:
    """Return the sets of a store, whose partitions are days; the sinks write them, this looks at them.

    A day that breaks a promise is held back, with its report. Nothing downstream runs for it; of several days in one run the
    others go on.
    """
    sets = {key_of(each): each for each in KEPT if each.store is store}

    @multi_asset(
        name=f"{store}_sets",
        specs=[
            AssetSpec(
                key, description=each.data.about, group_name=store.value, kinds=_KINDS[store], deps=["inbound_days"],
                partitions_def=days,
            )
            for key, each in sets.items()
        ],
        check_specs=[
            # What is built on a day that breaks a promise would spread it: nothing downstream of this runs then.
            AssetCheckSpec(CHECK, asset=key, blocking=True, description=PROMISES)
            for key in sets
        ],
        can_subset=True,
        partitions_def=days,
        backfill_policy=BackfillPolicy.multi_run(DAYS_A_RUN),
        retry_policy=RETRY,
    )  # fmt: skip
    def checked(context: AssetExecutionContext) -> Iterator[MaterializeResult]:  # type: ignore[type-arg]  # Dagster reads the annotation as outputs
        asked = [date.fromisoformat(partition) for partition in context.partition_keys]
        looked = _Look(settings)
        for key in sorted(context.selected_asset_keys):
            found = [looked.at(sets[key], day) for day in asked]
            yield MaterializeResult(
                asset_key=key,
                metadata={"rows": sum(each.rows for each, _ in found), "days": len(found)},
                check_results=[_result(key, CHECK, found)],
            )
        looked.write_docs(asked)

    return checked


def staged_checks(settings: Settings) -> AssetChecksDefinition:
    """Return the checks of the staged sets: between the staging views and whatever is built on them."""
    sets = {key_of(each): each for each in KEPT if each.store is Store.STAGING}
    description = "The contract's promises after staging, and every row of a day that is not held back."

    @multi_asset_check(
        name="staged_sets",
        specs=[AssetCheckSpec(CHECK, asset=key, blocking=True, description=description) for key in sets],
        retry_policy=RETRY,
    )
    def staged(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        asked = days_of(context.run.tags) or [last_ended(datetime.now(UTC))]
        looked = _Look(settings)
        for key, each in sets.items():
            yield _result(key, CHECK, [looked.at(each, day) for day in asked])
        looked.write_docs(asked)

    return staged


class _Look:
    """Looks at sets, and keeps what was found."""

    def __init__(self, settings: Settings) -> None:
        from pipelines.quality import Checker

        self._settings, self._checker, self._clock = settings, Checker(settings), SystemClock()

    def at(self, kept: Kept, day: date) -> tuple[QualityReport, bool]:
        """Return what was found of a day, and whether the day is held back."""
        from pipelines.quality import keep

        report = self._checker.check(kept, day)
        return report, keep(self._settings, report, clock=self._clock).held

    def write_docs(self, asked: list[date]) -> None:
        from pipelines.quality.docs import write

        write(self._settings, days=frozenset(asked))


def _result(key: AssetKey, name: str, found: list[tuple[QualityReport, bool]]) -> AssetCheckResult:
    """Stop what is downstream where no day is left that may be built on; else say which days are left out."""
    held = [report for report, is_held in found if is_held]
    broken = [report for report, _ in found if not report.holds]
    return AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not held,
        severity=AssetCheckSeverity.ERROR if len(held) == len(found) else AssetCheckSeverity.WARN,
        metadata={
            "days": ", ".join(str(report.day) for report, _ in found[:: max(1, len(found) - 1)]),
            "rows": sum(report.rows for report, _ in found),
            "expectations": sum(len(report.findings) for report, _ in found),
            "held_back": [str(report.day) for report in held],
            "let_go_by_people": [str(report.day) for report in broken if report not in held],
            "broken": MetadataValue.md("\n".join(f"- {report.day}: {report.reason}" for report in broken) or "nothing"),
        },
    )
