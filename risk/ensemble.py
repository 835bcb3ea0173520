"""The model as the scorer runs it: gradient trees, an isolation forest and perhaps a network, stacked and calibrated.

margin = a * log_odds + b * anomaly + c * logit + d, fitted on a slice of time that no member saw; the probability is its
sigmoid (Platt 1999) or a monotone curve of it, whichever was better on later days.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.forest import Forest, average_path_length
from risk.kernels import kernel
from risk.network import Network


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability by margin: straight between knots, constant past them.

    `margin` (k,) rises, `probability` (k,) never falls.
    """

    margin: NDArray[np.float64]
    probability: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Raises ValueError for knots that are not a monotone curve of probabilities."""
        there = len(self.margin) == len(self.probability) >= 2
        if not there or (np.diff(self.margin) <= 0).any() or (np.diff(self.probability) < 0).any():
            raise ValueError("a calibration curve rises from knot to knot")
        if self.probability[0] < 0.0 or self.probability[-1] > 1.0:
            raise ValueError("a calibration curve is of probabilities")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of the margin: of the trees' log odds, of the anomaly, the constant, and of the network's logit.

    Without a `curve`, the probability is the margin's sigmoid.
    """

    log_odds: float
    anomaly: float
    constant: float
    network: float = 0.0
    curve: Curve | None = None

    def margin(self, members: "Members") -> NDArray[np.float64]:
        """Return the stacked log odds (n,)."""
        found: NDArray[np.float64] = self.log_odds * members.log_odds + self.anomaly * members.anomaly + self.constant
        if members.logit is not None:
            found += self.network * members.logit
        return found

    def probability(self, members: "Members") -> NDArray[np.float64]:
        """Return the calibrated probability (n,)."""
        margin = self.margin(members)
        found: NDArray[np.float64]
        if self.curve is None:
            found = 1.0 / (1.0 + np.exp(-margin))
        else:
            found = np.interp(margin, self.curve.margin, self.curve.probability)
        return found


@dataclass(frozen=True, slots=True)
class Members:
    """What each member says of n rows, float64 (n,): the trees' log odds, the anomaly in [0, 1], a network's logit or None."""

    log_odds: NDArray[np.float64]
    anomaly: NDArray[np.float64]
    logit: NDArray[np.float64] | None

    def of(self, rows: NDArray[np.int64]) -> "Members":
        """Return what they say of some of the rows."""
        return Members(self.log_odds[rows], self.anomaly[rows], None if self.logit is None else self.logit[rows])


@dataclass(frozen=True, slots=True)
class Ensemble:
    """`fill` (F,) float32 stands in for unknown values in the isolation forest only, which cannot branch on them."""

    trees: Forest
    isolation: Forest
    isolation_samples: int
    fill: NDArray[np.float32]
    calibration: Calibration
    network: Network | None = None

    @property
    def columns(self) -> frozenset[int]:
        """The features that any member looks at: the others may be anything."""
        read = frozenset(self.trees.columns.tolist()) | frozenset(self.isolation.columns.tolist())
        return read if self.network is None else read | frozenset(self.network.inputs.tolist())

    def members(self, rows: NDArray[np.float32]) -> Members:
        """Return what each member says of `rows` (n, F) float32 C-contiguous."""
        count = rows.shape[0]
        log_odds = np.empty(count)
        path = np.empty(count)
        self.trees.sum_into(rows, log_odds)
        self.isolation.sum_into(self.known(rows), path)
        if self.network is None:
            return Members(log_odds, self.anomaly_of(path), None)
        logit = np.empty(count)
        self.network.logits_into(rows, logit)
        return Members(log_odds, self.anomaly_of(path), logit)

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

    def score(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (probability, anomaly), each (n,) float64 in [0, 1], for `rows` (n, F) float32 C-contiguous."""
        members = self.members(rows)
        return self.calibration.probability(members), members.anomaly

    def warm_up(self) -> None:
        """Compile the kernels before the first event waits for them."""
        for count in (1, 16, 17):
            self.score(np.zeros((count, self.fill.shape[0]), np.float32))


@kernel
def _fill_unknown(
    rows: NDArray[np.float32], fill: NDArray[np.float32], columns: NDArray[np.int64], out: NDArray[np.float32]
) -> None:
    """Write `columns` of the rows, and nothing else, with what stands in for unknown values."""
    for i in range(rows.shape[0]):
        for place in range(columns.shape[0]):
            j = columns[place]
            out[i, j] = fill[j] if rows[i, j] != rows[i, j] else rows[i, j]
