"""What a fraud model is judged by, with bootstrap intervals."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

BOOTSTRAP_ROUNDS = 40
RELIABILITY_BINS = 10
_SMALL = 0.01
Metric = Callable[[NDArray[np.bool_], NDArray[np.float64]], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between what it lies at 95%, by resamples of the decisions.

    The bounds are percentiles of the resamples less their bias (Efron and Tibshirani 1993, ch. 10): a calibration error is
    higher in every resample than in the data, by what repeating rows adds.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As tables have it, small figures with more places."""
        places = 4 if abs(self.value) >= _SMALL else 6
        return f"{self.value:.{places}f} [{self.low:.{places}f}, {self.high:.{places}f}]"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Metrics of one slice of time, by name."""

    intervals: dict[str, Interval]
    frauds: int
    transactions: int

    @property
    def values(self) -> dict[str, float]:
        """Everything as single numbers by name, ready for the registry."""
        found = {"frauds": float(self.frauds), "transactions": float(self.transactions)}
        for name, interval in self.intervals.items():
            found |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        return found


def judge(fraud: NDArray[np.bool_], probability: NDArray[np.float64], *, alert_share: float, seed: int) -> Judgement:
    """Measure ranking, calibration, and recall when `alert_share` of the transactions may be looked at."""

    def recall_at_alert_share(fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
        return recall_at_share(fraud, probability, share=alert_share)

    everything = {"auc": roc_auc_score, **RANKING_AND_CALIBRATION, "recall_at_alert_share": recall_at_alert_share}
    return measure(fraud, probability, everything, seed=seed)


def measure(
    fraud: NDArray[np.bool_], probability: NDArray[np.float64], metrics: Mapping[str, Metric], *, seed: int
) -> Judgement:
    """Measure `metrics`, each between 0 and 1, with intervals from the same resamples for all of them."""
    resampled: dict[str, list[float]] = {name: [] for name in metrics}
    for rows in resamples(fraud, seed=seed):
        truth, said = fraud[rows], probability[rows]
        for name, metric in metrics.items():
            resampled[name].append(float(metric(truth, said)))
    whole = {name: _interval(float(metric(fraud, probability)), resampled[name]) for name, metric in metrics.items()}
    found = {name: Interval(each.value, max(0.0, each.low), min(1.0, each.high)) for name, each in whole.items()}
    return Judgement(found, int(fraud.sum()), len(fraud))


def gain(
    metric: Metric, fraud: NDArray[np.bool_], before: NDArray[np.float64], after: NDArray[np.float64], *, seed: int
) -> Interval:
    """Return by how much `metric` is higher with `after`, on the same resamples for both."""
    found = [
        float(metric(fraud[rows], after[rows])) - float(metric(fraud[rows], before[rows]))
        for rows in resamples(fraud, seed=seed)
    ]
    return _interval(float(metric(fraud, after)) - float(metric(fraud, before)), found)


def resamples(fraud: NDArray[np.bool_], *, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield `BOOTSTRAP_ROUNDS` resamples of the rows, stratified, so that each has the same number of frauds."""
    generator = np.random.default_rng(seed)
    sides = [np.flatnonzero(fraud == side) for side in (True, False)]
    for _ in range(BOOTSTRAP_ROUNDS):
        yield np.concatenate([generator.choice(side, len(side)) for side in sides])


def _interval(value: float, resampled: list[float]) -> Interval:
    low, high = np.percentile(resampled, [2.5, 97.5]) - (np.mean(resampled) - value)
    return Interval(value, min(value, float(low)), max(value, float(high)))


def recall_at_share(fraud: NDArray[np.bool_], probability: NDArray[np.float64], *, share: float) -> float:
    """Share of the frauds among the `share` of transactions with the highest probability."""
    taken = max(1, int(len(fraud) * share))
    top = np.argpartition(-probability, taken - 1)[:taken]
    return float(fraud[top].sum() / max(1, fraud.sum()))


def expected_calibration_error(fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Mean distance between predicted and observed share over equal-count bins (Naeini et al. 2015)."""
    order = np.argsort(probability, kind="stable")
    gaps = [
        abs(float(fraud[rows].mean()) - float(probability[rows].mean())) * len(rows)
        for rows in np.array_split(order, RELIABILITY_BINS)
        if len(rows)
    ]
    return sum(gaps) / len(fraud)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Decisions of about the same probability: how many, what was predicted and what was found, both as shares."""

    decisions: int
    predicted: float
    observed: float
    observed_low: float
    observed_high: float


def reliability(fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> list[Reliability]:
    """Return at most `RELIABILITY_BINS` bins, from the lowest probability up, of about as many *expected* frauds each.

    Bins of equal counts would nearly all lie next to zero. Intervals are Wilson's (1927) at 95%.
    """
    order = np.argsort(probability, kind="stable")
    expected = np.cumsum(probability[order])
    cuts = np.searchsorted(expected, expected[-1] * np.arange(1, RELIABILITY_BINS) / RELIABILITY_BINS)
    found = []
    for rows in np.split(order, cuts):
        if len(rows):
            low, high = _wilson(int(fraud[rows].sum()), len(rows))
            found.append(Reliability(len(rows), float(probability[rows].mean()), float(fraud[rows].mean()), low, high))
    return found


def _wilson(found: int, count: int, *, z: float = 1.96) -> tuple[float, float]:
    share = found / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


RANKING_AND_CALIBRATION: Mapping[str, Metric] = {
    "average_precision": average_precision_score,
    "brier": brier_score_loss,
    "expected_calibration_error": expected_calibration_error,
}


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
