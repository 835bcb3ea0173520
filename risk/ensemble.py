"""The model as the scorer runs it: gradient trees and an isolation forest, stacked and calibrated by one logistic curve.

probability = sigmoid(a * log_odds + b * anomaly + c), fitted on a slice of time that neither forest saw (Platt 1999).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.forest import Forest, average_path_length
from risk.kernels import kernel


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of the logistic curve: of the trees' log odds, of the anomaly, and the constant."""

    log_odds: float
    anomaly: float
    constant: float


@dataclass(frozen=True, slots=True)
class Ensemble:
    """`fill` (F,) float32 stands in for unknown values in the isolation forest only, which cannot branch on them."""

    trees: Forest
    isolation: Forest
    isolation_samples: int
    fill: NDArray[np.float32]
    calibration: Calibration

    @property
    def columns(self) -> frozenset[int]:
        """The features that either forest looks at: the others may be anything."""
        return frozenset(self.trees.columns.tolist()) | frozenset(self.isolation.columns.tolist())

    def score(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (probability, anomaly), each (n,) float64 in [0, 1], for `rows` (n, F) float32 C-contiguous."""
        count = rows.shape[0]
        log_odds = np.empty(count)
        path = np.empty(count)
        self.trees.sum_into(rows, log_odds)
        self.isolation.sum_into(self.known(rows), path)
        anomaly = self.anomaly_of(path)
        return calibrated(log_odds, anomaly, self.calibration), anomaly

    def known(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the isolation forest sees: its columns with what stands in for unknown values, and nothing else."""
        known = np.empty_like(rows)
        _fill_unknown(rows, self.fill, self.isolation.columns, known)
        return known

    def anomaly_of(self, path: NDArray[np.float64]) -> NDArray[np.float64]:
        """The anomaly of sums of path lengths over all trees (Liu et al. 2008, eq. 2)."""
        trees = self.isolation.roots.shape[0]
        anomaly: NDArray[np.float64] = np.exp2(-path / (trees * average_path_length(self.isolation_samples)))
        return anomaly

    def warm_up(self) -> None:
        """Compile the kernels before the first event waits for them."""
        for count in (1, 16, 17):
            self.score(np.zeros((count, self.fill.shape[0]), np.float32))


def calibrated(log_odds: NDArray[np.float64], anomaly: NDArray[np.float64], calibration: Calibration) -> NDArray[np.float64]:
    """Return the calibrated probability."""
    margin = calibration.log_odds * log_odds + calibration.anomaly * anomaly + calibration.constant
    probability: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-margin))
    return probability


@kernel
def _fill_unknown(
    rows: NDArray[np.float32], fill: NDArray[np.float32], columns: NDArray[np.int64], out: NDArray[np.float32]
) -> None:
    """Write `columns` of the rows, and nothing else, with what stands in for unknown values."""
    for i in range(rows.shape[0]):
        for place in range(columns.shape[0]):
            j = columns[place]
            out[i, j] = fill[j] if rows[i, j] != rows[i, j] else rows[i, j]
