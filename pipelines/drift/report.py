"""What was found: how far inputs, scores, calibration and ranking have moved, and what of it is worth a look."""

import msgspec

from pipelines.drift.checks import Check
from risk.drift.calibration import Calibration
from risk.drift.performance import Loss, Performance
from risk.drift.population import Shift
from risk.drift.score import ScoreShift


class FeatureDrift(msgspec.Struct, frozen=True, kw_only=True):
    """One feature that the model reads. `importance` is its share of what the model's trees gained in training."""

    name: str
    sentence: str
    importance: float
    shift: Shift


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """A week of [from_ms, until_ms). `performance` is None where labels are not known yet, or frauds too few."""

    from_ms: int
    until_ms: int
    decisions: int
    labels_known: bool
    frauds: int | None
    performance: Performance | None


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's decisions of [current_from_ms, current_until_ms) beside those that the model learned from last.

    `features` come in the order of how far they moved beyond their limits. `weeks` go from the newest back to the week that
    the model was judged by. Labels are those known at `current_until_ms`.
    """

    tenant_id: str
    model: str
    cutoff_ms: int
    reference_from_ms: int
    reference_until_ms: int
    current_from_ms: int
    current_until_ms: int
    reference_decisions: int
    current_decisions: int
    checks: list[Check]
    features: list[FeatureDrift]
    score: ScoreShift | None
    calibration: Calibration | None
    weeks: list[Week]
    loss: Loss | None
    seconds: float

    @property
    def drifted(self) -> list[Check]:
        """What is worth a look."""
        return [check for check in self.checks if check.state == "drifted"]

    @property
    def moved(self) -> list[FeatureDrift]:
        """The features that are distributed otherwise than they were."""
        return [feature for feature in self.features if feature.shift.moved]

    @property
    def unknown_moved(self) -> list[FeatureDrift]:
        """The features of which more, or fewer, values are unknown than were."""
        return [feature for feature in self.features if feature.shift.unknown_moved]

    @property
    def largest_psi(self) -> float | None:
        """The largest index of a feature; None where there was too little to compare."""
        return max((feature.shift.psi for feature in self.features), default=None)

    @property
    def newest_known(self) -> Week | None:
        """The newest week since the training whose ranking could be judged."""
        return next((week for week in self.weeks[:-1] if week.performance), None)
