"""What was found: how far inputs, scores, calibration and ranking have moved, and what of it is worth a look."""

import msgspec

from pipelines.drift.checks import Check
from risk.drift.calibration import Calibration
from risk.drift.performance import Loss, Performance
from risk.drift.population import Shift
from risk.drift.score import ScoreShift


class FeatureDrift(msgspec.Struct, frozen=True, kw_only=True):
    """One feature that the model reads. `importance` is its share of what the model's trees gained in training.

    `filling` where its window was longer than the log when the reference began: it grows whatever the world does.
    """

    name: str
    sentence: str
    importance: float
    filling: bool
    shift: Shift

    @property
    def moved(self) -> bool:
        """Whether it is distributed otherwise than it was, beyond its limit."""
        return self.shift.moved and not self.filling

    @property
    def unknown_moved(self) -> bool:
        """Whether another share of it is unknown, beyond its limit."""
        return self.shift.unknown_moved and not self.filling


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

    `features` come in the order of how far they moved towards or beyond their limits, those that still fill last. `weeks` go
    from the newest back to the week that the model was judged by. Labels are those known at `current_until_ms`.
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
        return [feature for feature in self.features if feature.moved]

    @property
    def unknown_moved(self) -> list[FeatureDrift]:
        """The features of which more, or fewer, values are unknown than were."""
        return [feature for feature in self.features if feature.unknown_moved]

    @property
    def largest_psi_to_limit(self) -> float | None:
        """The largest index of a feature, as a multiple of its own limit; None where none could be compared."""
        judged = (feature.shift for feature in self.features if not feature.filling)
        return max((shift.psi / shift.limit for shift in judged), default=None)

    @property
    def newest_known(self) -> Week | None:
        """The newest week since the training whose ranking could be judged."""
        return next((week for week in self.weeks[:-1] if week.performance), None)
