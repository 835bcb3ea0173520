"""Drift in words and columns, for people at a terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pipelines.drift.report import DriftReport, FeatureDrift, Week
from risk.gate import ALERT_SHARE

_WORDS = {"steady": "steady", "drifted": "LOOK", "unknown": "not known"}


def lines(report: DriftReport, *, shown: int) -> Iterator[str]:
    """Yield the report line by line, with the `shown` features that moved most."""
    yield (
        f"{report.model} on {report.tenant_id}: {report.current_decisions:,} decisions of {day_of(report.current_from_ms)} to "
        f"{day_of(report.current_until_ms)}"
    )
    yield (
        f"beside {report.reference_decisions:,} of {day_of(report.reference_from_ms)} to {day_of(report.reference_until_ms)}, "
        "the last that it learned from"
    )
    yield ""
    for check in report.checks:
        yield f"{check.name.replace('_', ' '):<16}{_WORDS[check.state]:<11}{check.text}"
    if report.features:
        yield ""
        yield f"{'what moved most':<34}{'PSI':>8}{'usual':>8}{'limit':>8}{'unknown':>9}{'before':>8}{'gain':>8}"
        for feature in report.features[:shown]:
            yield from _feature(feature)
    yield ""
    head = f"{'week':<26}{'decisions':>11}{'frauds':>8}{'average precision':>25}{'AUC':>8}"
    yield f"{head}{f'found in {ALERT_SHARE:.1%}':>15}"
    yield from (_week(week) for week in report.weeks)
    yield f"{report.seconds:.1f} s"


def day_of(moment_ms: int) -> str:
    """Return the day of UTC."""
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%Y-%m-%d}"


def _feature(feature: FeatureDrift) -> Iterator[str]:
    found = feature.shift
    mark = "*" if feature.moved or feature.unknown_moved else " "
    yield (
        f"{mark} {feature.name:<32}{found.psi:>8.3f}{found.usual:>8.3f}{found.limit:>8.3f}{found.unknown_current:>9.1%}"
        f"{found.unknown_reference:>8.1%}{feature.importance:>8.1%}"
    )
    yield f"    {feature.sentence}" + (" (its window is still filling)" if feature.filling else "")


def _week(week: Week) -> str:
    head = f"{day_of(week.from_ms)} to {day_of(week.until_ms):<12}{week.decisions:>11,}"
    if not week.labels_known:
        return f"{head}  labels are not known yet"
    if week.performance is None:
        return f"{head}{week.frauds or 0:>8,}  too few to judge by"
    found = week.performance
    precision = found.average_precision
    interval = f"{precision.value:.3f} [{precision.low:.3f}, {precision.high:.3f}]"
    return f"{head}{found.frauds:>8,}{interval:>25}{found.auc.value:>8.3f}{found.recall.value:>15.1%}"
