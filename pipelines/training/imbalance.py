"""Frauds are one in hundreds: four ways to learn from them, compared on later days, of which one that helps is taken.

The margin of each is calibrated afterwards, so that only the ranking matters here.
"""

from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from pipelines.training.dataset import TrainingSet
from pipelines.training.metrics import Interval, gain
from pipelines.training.trees import SEED, TREES, Parameters, Sample, draw

# Short fits on fewer decisions: the comparison may not take longer than what it is about.
COMPARED_NEGATIVES, COMPARED_ROUNDS = 40_000, 120
FOCUS = 2.0
WEIGHTED_BACK, UNWEIGHTED, FRAUDS_UP, FOCAL = "weighted back", "sampled, not weighted", "frauds weighted up", "focal loss"
SCHEMES = (WEIGHTED_BACK, UNWEIGHTED, FRAUDS_UP, FOCAL)
USUAL = WEIGHTED_BACK


@dataclass(frozen=True, slots=True)
class Compared:
    """One way on later days: its average precision, and by how much that is above the usual way's."""

    scheme: str
    average_precision: float
    gain: Interval
    taken: bool


def weights(scheme: str, sample: Sample) -> NDArray[np.float64]:
    """Return each row's weight under a scheme.

    The usual one weighs the sampled others back to as many as there were. `FRAUDS_UP` weighs a fraud by the square root of how
    many others there are to one.
    """
    if scheme in (UNWEIGHTED, FOCAL):
        return np.ones(len(sample.fraud))
    if scheme == WEIGHTED_BACK:
        return sample.weight
    honest = sample.weight[sample.fraud == 0].sum()
    return np.where(sample.fraud == 1, np.sqrt(honest / max(1, sample.fraud.sum())), sample.weight)


def parameters(scheme: str, usual: Parameters) -> dict[str, Any]:
    """Return LightGBM's parameters under a scheme."""
    return {**usual, "objective": focal} if scheme == FOCAL else dict(usual)


def focal(margin: NDArray[np.float64], data: lgb.Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gradient and curvature of the focal loss (Lin et al. 2017, eq. 4, without alpha) by the margin.

    With p the probability of what is true, the loss is -(1 - p)^g log p. The curvature is bounded below, as Newton steps need.
    """
    sign = np.where(data.get_label() > 0, 1.0, -1.0)
    p = 1.0 / (1.0 + np.exp(-sign * margin))
    p = p.clip(1e-12, 1.0 - 1e-12)
    q, log_p = 1.0 - p, np.log(p)
    gradient = q**FOCUS * (FOCUS * p * log_p - q)
    slope = q**FOCUS * (FOCUS * log_p + FOCUS + 1.0) - FOCUS * q ** (FOCUS - 1.0) * (FOCUS * p * log_p - q)
    return sign * gradient, np.maximum(p * q * slope, 1e-6)


def compare(
    data: TrainingSet,
    *,
    train: NDArray[np.int64],
    later: NDArray[np.int64],
    columns: NDArray[np.int64],
    usual: Parameters = TREES,
    generator: np.random.Generator,
) -> list[Compared]:
    """Fit each way to the same decisions of `train` and judge it on those of `later`.

    The best one is taken if it is better than the usual one beyond chance, and the usual one otherwise.
    """
    sample = draw(data, train, generator=generator, negatives=COMPARED_NEGATIVES)
    rows = np.ascontiguousarray(sample.rows[:, columns])
    asked, truth = data.rows[later][:, columns], data.fraud[later]
    scores = {}
    for scheme in SCHEMES:
        learned = lgb.Dataset(rows, sample.fraud, weight=weights(scheme, sample), params=sample.with_threads(usual))
        booster = lgb.train(sample.with_threads(parameters(scheme, usual)), learned, COMPARED_ROUNDS)
        scores[scheme] = np.asarray(booster.predict(asked, raw_score=True))
    gains = {scheme: gain(average_precision_score, truth, scores[USUAL], scores[scheme], seed=SEED) for scheme in SCHEMES}
    best = max(SCHEMES, key=lambda scheme: gains[scheme].value)
    taken = best if gains[best].low > 0.0 else USUAL
    return [
        Compared(scheme, float(average_precision_score(truth, scores[scheme])), gains[scheme], taken=scheme == taken)
        for scheme in SCHEMES
    ]
