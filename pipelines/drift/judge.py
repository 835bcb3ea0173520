"""The checks: what of a comparison is worth a look, in a word and in a sentence each. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipelines.drift.checks import CALIBRATION, MISSING, PERFORMANCE, POPULATION, SCORE, Check
from pipelines.drift.report import FeatureDrift, Week
from risk.drift.calibration import Calibration
from risk.drift.performance import Loss
from risk.drift.score import ScoreShift

# With fewer decisions on either side, or fewer frauds, a figure says next to nothing.
FEWEST_DECISIONS = 500
FEWEST_FRAUDS = 10


def inputs(features: Sequence[FeatureDrift]) -> Iterator[Check]:
    """Yield the checks of the population and of missing values. Without features there was too little to compare."""
    judged = [feature for feature in features if not feature.filling]
    if not judged:
        text = f"fewer than {FEWEST_DECISIONS} decisions to compare, or a log shorter than every window"
        yield from (Check(name=name, state="unknown", text=text) for name in (POPULATION, MISSING))
        return
    filling = len(features) - len(judged)
    aside = f"; {filling} are still filling their windows" if filling else ""
    moved = [feature for feature in judged if feature.moved]
    nearest = max(judged, key=lambda feature: feature.shift.psi / feature.shift.limit)
    figures = f"{nearest.name}: PSI {nearest.shift.psi:.3f}, limit {nearest.shift.limit:.3f}"
    if moved:
        text = f"{len(moved)} of {len(judged)} features are distributed otherwise, most of all {figures}{aside}"
        yield Check(name=POPULATION, state="drifted", text=text)
    else:
        text = f"no feature of {len(judged)} is beyond its limit; nearest is {figures}{aside}"
        yield Check(name=POPULATION, state="steady", text=text)
    holes = [feature for feature in judged if feature.unknown_moved]
    if holes:
        worst = max(holes, key=lambda feature: feature.shift.unknown_change / feature.shift.unknown_limit)
        text = (
            f"of {len(holes)} features another share is unknown, of {worst.name} {worst.shift.unknown_current:.1%} instead of "
            f"{worst.shift.unknown_reference:.1%}"
        )
        yield Check(name=MISSING, state="drifted", text=text)
    else:
        yield Check(name=MISSING, state="steady", text="as many values are unknown as were")


def scores(found: ScoreShift | None) -> Check:
    """Return the check of the scores."""
    if found is None:
        return Check(name=SCORE, state="unknown", text=f"fewer than {FEWEST_DECISIONS} decisions to compare")
    text = (
        f"PSI {found.shift.psi:.3f} (limit {found.shift.limit:.3f}), distance {found.distance:.3f} (limit "
        f"{found.distance_limit:.3f}); {found.alerted_current:.2%} at or above the model's threshold, "
        f"{found.alerted_reference:.2%} before"
    )
    return Check(name=SCORE, state="drifted" if found.moved else "steady", text=text)


def probabilities(found: Calibration | None, *, known_from_ms: int | None) -> Check:
    """Return the check of calibration; `known_from_ms` is when labels of a first whole week will be known, if they are not."""
    if found is None:
        return Check(name=CALIBRATION, state="unknown", text=_too_early(known_from_ms))
    whole = found.whole
    text = (
        f"{whole.observed:,} frauds where {whole.expected:,.1f} were expected: {whole.ratio:.2f} [{whole.low:.2f}, "
        f"{whole.high:.2f}]; calibration error {found.error:.5f} (limit {found.error_limit:.5f})"
    )
    off = [f"{part.ratio:.2f} in part {place}" for place, part in enumerate(found.parts, 1) if part.off]
    if off:
        text += f"; of {len(found.parts)} parts by height: {', '.join(off)}"
    return Check(name=CALIBRATION, state="drifted" if found.off else "steady", text=text)


def ranking(weeks: Sequence[Week], found: Loss | None, *, known_from_ms: int | None) -> Check:
    """Return the check of the ranking in the newest known week, beside the week that the model was judged by, the last."""
    newest = next((week.performance for week in weeks[:-1] if week.performance), None)
    baseline = weeks[-1].performance
    if newest is None or baseline is None or found is None:
        return Check(name=PERFORMANCE, state="unknown", text=_too_early(known_from_ms))
    text = (
        f"average precision {newest.average_precision.value:.3f} in the newest known week, "
        f"{baseline.average_precision.value:.3f} in the week that the model was judged by: loss {found.loss.value:+.3f} "
        f"[{found.loss.low:+.3f}, {found.loss.high:+.3f}]"
    )
    return Check(name=PERFORMANCE, state="drifted" if found.worse else "steady", text=text)


def _too_early(known_from_ms: int | None) -> str:
    if known_from_ms is None:
        return f"fewer than {FEWEST_FRAUDS} known frauds"
    moment = datetime.fromtimestamp(known_from_ms / 1000, UTC)
    return f"labels of a first whole week are known from {moment:%Y-%m-%d} on"
