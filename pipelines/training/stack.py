"""How the members become one probability: logistic weights, a network or none, Platt's curve or an isotonic one.

Everything is chosen on days that no member saw: weights are fitted on the older half of that slice and judged on the younger
one, and then fitted once more on both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from pipelines.training.metrics import Interval, expected_calibration_error, gain
from risk.ensemble import Calibration, Curve, Members

_WEAK_PENALTY = 1e6
_LEAST_SPREAD = 1e-9  # what varies less says nothing
# Past the first and the last knot a curve goes on to 0 and 1, so far out that nothing is equal to anything else.
_BEYOND = 30.0
_LEAST = 1e-7


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found on the younger half, and what follows from it.

    `gain` is what the network adds to the average precision, None where it was not tried; `brier_gain` by how much Platt's
    curve is worse than the isotonic one. `calibration` is fitted on the whole slice.
    """

    calibration: Calibration
    decisions: int
    frauds: int
    without_network: float
    with_network: float | None
    gain: Interval | None
    platt_brier: float
    isotonic_brier: float
    platt_error: float
    isotonic_error: float
    brier_gain: Interval

    @property
    def keeps_network(self) -> bool:
        """Whether the network takes part."""
        return self.calibration.network > 0.0


def fit_platt(members: Members, fraud: NDArray[np.bool_]) -> Calibration:
    """Logistic weights of everything that the members say (Platt 1999; Wolpert 1992 for the stack)."""
    said = np.column_stack([members.log_odds, members.anomaly] + ([] if members.logit is None else [members.logit]))
    # In units of their own spread: an anomaly varies by a hundredth of what log odds do, and a descent would stop short of it.
    middle, spread = said.mean(axis=0), said.std(axis=0)
    varies = spread > _LEAST_SPREAD
    found = LogisticRegression(C=_WEAK_PENALTY, solver="newton-cholesky", tol=1e-8).fit(
        (said[:, varies] - middle[varies]) / spread[varies], fraud
    )
    weights = np.zeros(said.shape[1])
    weights[varies] = found.coef_[0] / spread[varies]
    log_odds, anomaly, *network = weights.tolist()
    return Calibration(log_odds, anomaly, float(found.intercept_[0] - weights @ middle), network=network[0] if network else 0.0)


def fit_isotonic(platt: Calibration, members: Members, fraud: NDArray[np.bool_]) -> Calibration:
    """The same margin through a monotone curve instead of a sigmoid.

    A knot is the mean margin of a block of equal probability, and between knots the curve rises (centred isotonic regression,
    Oron and Flournoy 2017): two decisions are as likely only where their margins are equal, so the ranking stays.
    """
    margin = platt.margin(members)
    level = IsotonicRegression(out_of_bounds="clip").fit_transform(margin, fraud.astype(float))
    _, block, count = np.unique(level, return_inverse=True, return_counts=True)
    knots = np.bincount(block, margin) / count
    levels = (np.bincount(block, level) / count).clip(_LEAST, 1.0 - _LEAST)
    curve = Curve(np.concatenate([[knots[0] - _BEYOND], knots, [knots[-1] + _BEYOND]]), np.concatenate([[0.0], levels, [1.0]]))
    return Calibration(platt.log_odds, platt.anomaly, platt.constant, network=platt.network, curve=curve)


def without_network(members: Members) -> Members:
    """What the others say."""
    return Members(members.log_odds, members.anomaly, None)


def choose(
    members: Members, fraud: NDArray[np.bool_], *, older: NDArray[np.int64], younger: NDArray[np.int64], seed: int
) -> Choice:
    """Choose on the rows `older` and `younger` of a slice, and fit what was chosen on all of it.

    The network stays when the stack with it ranks later days no worse than the stack without it and gives it a positive weight;
    the isotonic curve is taken when its Brier score there is lower beyond chance.
    """
    plain, network_gain, with_network = without_network(members), None, None
    truth = fraud[younger]
    judged = fit_platt(plain.of(older), fraud[older]).margin(plain.of(younger))
    before = float(average_precision_score(truth, judged))
    kept = plain
    if members.logit is not None:
        stacked = fit_platt(members.of(older), fraud[older])
        margin = stacked.margin(members.of(younger))
        with_network = float(average_precision_score(truth, margin))
        network_gain = gain(average_precision_score, truth, judged, margin, seed=seed)
        whole = fit_platt(members, fraud)
        if with_network >= before and min(stacked.network, whole.network) > 0.0:
            kept = members
    curves = _curves(kept.of(older), fraud[older])
    platt, isotonic = (curve.probability(kept.of(younger)) for curve in curves)
    brier_gain = gain(_brier, truth, isotonic, platt, seed=seed)
    final = _curves(kept, fraud)
    return Choice(
        calibration=final[1] if brier_gain.low > 0.0 else final[0],
        decisions=len(younger),
        frauds=int(truth.sum()),
        without_network=before,
        with_network=with_network,
        gain=network_gain,
        platt_brier=_brier(truth, platt),
        isotonic_brier=_brier(truth, isotonic),
        platt_error=expected_calibration_error(truth, platt),
        isotonic_error=expected_calibration_error(truth, isotonic),
        brier_gain=brier_gain,
    )


def _curves(members: Members, fraud: NDArray[np.bool_]) -> tuple[Calibration, Calibration]:
    platt = fit_platt(members, fraud)
    return platt, fit_isotonic(platt, members, fraud)


def _brier(fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    return float(brier_score_loss(fraud, probability))
