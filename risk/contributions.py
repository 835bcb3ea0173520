"""How much each feature moved a model's log odds of fraud away from what the training rows have on average.

The trees' part is exact (`risk.attribution`). An anomaly is no sum: its path lengths' Shapley values are exact, and each is
worth as much of the anomaly's change as of theirs (the rescale rule of DeepLIFT: Shrikumar, Greenside and Kundaje, ICML 2017).
A network's part is the same rule's (`risk.deeplift`), which stands in for Shapley values.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk import deeplift
from risk.attribution import Paths, paths_of
from risk.ensemble import Ensemble, Members

# Paths that are as long as they are on average say nothing, and their change is no divisor.
_LEAST_CHANGE = 1e-9


@dataclass(frozen=True, slots=True)
class Contributions:
    """The members of an ensemble, each seen from its leaves."""

    ensemble: Ensemble
    trees: Paths
    isolation: Paths

    @classmethod
    def of(cls, ensemble: Ensemble) -> "Contributions":
        """Raises ValueError for a forest whose splits do not say how many training rows they saw."""
        return cls(ensemble, paths_of(ensemble.trees), paths_of(ensemble.isolation))

    @property
    def usual(self) -> float:
        """The log odds that are moved away from."""
        anomaly = self.ensemble.anomaly_of(np.array([self.isolation.expected]))
        network = self.ensemble.network
        logit = None if network is None else np.array([deeplift.reference_logit(network)])
        return float(self.ensemble.calibration.margin(Members(np.array([self.trees.expected]), anomaly, logit))[0])

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (n, F) float64, each row of which sums to its margin less `usual`; `rows` (n, F) float32 C-contiguous."""
        calibration = self.ensemble.calibration
        moved = np.empty(rows.shape)
        self.trees.attribute(rows, moved)
        moved *= calibration.log_odds
        if calibration.anomaly:
            lengths = np.empty(rows.shape)
            self.isolation.attribute(self.ensemble.known(rows), lengths)
            change = lengths.sum(axis=1)
            usual, found = self.ensemble.anomaly_of(self.isolation.expected + np.stack([np.zeros_like(change), change]))
            worth = np.divide(found - usual, change, out=np.zeros_like(change), where=np.abs(change) > _LEAST_CHANGE)
            moved += lengths * (calibration.anomaly * worth)[:, None]
        if self.ensemble.network is not None and calibration.network:
            part = np.empty(rows.shape)
            deeplift.attribute(self.ensemble.network, rows, part)
            moved += calibration.network * part
        return moved

    def warm_up(self) -> None:
        """Compile the kernel before the first event waits for it."""
        self(np.zeros((1, self.ensemble.fill.shape[0]), np.float32))
