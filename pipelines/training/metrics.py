"""What a fraud model is judged by, with bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

BOOTSTRAP_ROUNDS = 40
RELIABILITY_BINS = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """Metrics of one slice of time, by name, ready for the registry."""

    values: dict[str, float]


def judge(fraud: NDArray[np.bool_], probability: NDArray[np.float64], *, alert_share: float, seed: int) -> Judgement:
    """Measure ranking, calibration, and recall when `alert_share` of the transactions may be looked at.

    Intervals are the 2.5th and 97.5th percentiles over resamples of the transactions (percentile bootstrap).
    """
    generator = np.random.default_rng(seed)
    values = {
        "auc": float(roc_auc_score(fraud, probability)),
        "average_precision": float(average_precision_score(fraud, probability)),
        "brier": float(brier_score_loss(fraud, probability)),
        "expected_calibration_error": expected_calibration_error(fraud, probability),
        "recall_at_alert_share": recall_at_share(fraud, probability, share=alert_share),
        "frauds": float(fraud.sum()),
        "transactions": float(len(fraud)),
    }
    resampled = [_resample(generator, fraud, probability) for _ in range(BOOTSTRAP_ROUNDS)]
    for name, position in (("auc", 0), ("average_precision", 1)):
        low, high = np.percentile([row[position] for row in resampled], [2.5, 97.5])
        values |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return Judgement(values)


def _resample(
    generator: np.random.Generator, fraud: NDArray[np.bool_], probability: NDArray[np.float64]
) -> tuple[float, float]:
    """One stratified resample, so that each has the same number of frauds."""
    rows = np.concatenate([generator.choice(np.flatnonzero(fraud == side), (fraud == side).sum()) for side in (True, False)])
    return (
        float(roc_auc_score(fraud[rows], probability[rows])),
        float(average_precision_score(fraud[rows], probability[rows])),
    )


def recall_at_share(fraud: NDArray[np.bool_], probability: NDArray[np.float64], *, share: float) -> float:
    """Share of the frauds among the `share` of transactions with the highest probability."""
    taken = max(1, int(len(fraud) * share))
    top = np.argpartition(-probability, taken - 1)[:taken]
    return float(fraud[top].sum() / max(1, fraud.sum()))


def expected_calibration_error(fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Mean distance between predicted and observed share over equal-count bins (Naeini et al. 2015)."""
    order = np.argsort(probability)
    gaps = [
        abs(float(fraud[rows].mean()) - float(probability[rows].mean())) * len(rows)
        for rows in np.array_split(order, RELIABILITY_BINS)
    ]
    return sum(gaps) / len(fraud)


def thresholds(
    fraud: NDArray[np.bool_], probability: NDArray[np.float64], *, alert_share: float, deny_precision: float
) -> tuple[float, float]:
    """Return (review_from, deny_from): flag at most `alert_share`, deny only where `deny_precision` of it is fraud.

    `deny_from` is the lowest probability at and above which precision holds; above one when it holds nowhere.
    """
    order = np.argsort(-probability, kind="stable")
    review_from = float(probability[order[max(0, int(len(order) * alert_share) - 1)]])
    precision = np.cumsum(fraud[order]) / np.arange(1, len(order) + 1)
    holds = np.flatnonzero(precision >= deny_precision)
    deny_from = float(probability[order[holds[-1]]]) if len(holds) else 1.0
    return review_from, max(deny_from, review_from)
