"""How well a score tells good loans from bad ones, on loans that had no part in it, with intervals.

Gini = 2 AUC - 1; KS is the largest distance between the two distributions (Thomas, Edelman and Crook 2002, ch. 7).
Calibration: the slope of a logistic regression of the outcome on the predicted log odds (1 is perfect, Cox 1958), and the
expected calibration error. An interval is the 2.5th and 97.5th percentile over draws of the loans with replacement, goods and
bads apart; each draw takes the predictions of one of the repetitions, so that both chances are in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.training.metrics import expected_calibration_error
from risk.scorecard.logistic import DoesNotSettle, fit
from risk.scorecard.making import stratified_folds

FOLDS = 5
REPEATS = 10
DRAWS = 400
LEAST_PROBABILITY = 1e-6

# (rows to learn from, which went badly, rows to judge, seed) to probabilities of default of the latter.
Model = Callable[[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], int], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One measure: a value a repetition, and the interval."""

    repetitions: tuple[float, ...]
    low: float
    high: float

    @property
    def mean(self) -> float:
        """The mean over the repetitions."""
        return float(np.mean(self.repetitions))


def cross_validated(
    model: Model, rows: NDArray[np.float64], bad: NDArray[np.bool_], *, repeats: int = REPEATS, folds: int = FOLDS, seed: int
) -> NDArray[np.float64]:
    """Return float64[repeats, n]: for each loan the probability of default by a model that never saw it.

    All is learned anew in each fold. The folds depend on `seed` alone, so that models are compared on the same ones.
    """
    found = np.empty((repeats, len(bad)))
    for repeat in range(repeats):
        for test in stratified_folds(bad, folds=folds, generator=np.random.default_rng([seed, repeat])):
            found[repeat, test] = model(rows[~test], bad[~test], rows[test], seed + repeat)
    return found


def measures(bad: NDArray[np.bool_], probability: NDArray[np.float64]) -> dict[str, float]:
    """Return gini, ks, brier, calibration_slope (absent where all are judged alike) and expected_calibration_error."""
    gini, ks = separation(bad, probability)
    found = {
        "gini": gini,
        "ks": ks,
        "brier": float(np.mean((probability - bad) ** 2)),
        "expected_calibration_error": expected_calibration_error(bad, probability),
    }
    certain = probability.clip(LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    try:
        _, slope = fit(np.log(certain / (1 - certain))[:, None], bad, ridge=0.0)
    except DoesNotSettle:
        return found
    return found | {"calibration_slope": float(slope[0])}


def separation(bad: NDArray[np.bool_], probability: NDArray[np.float64]) -> tuple[float, float]:
    """Return (gini, ks); loans that are judged alike count as half in order."""
    order = np.argsort(probability, kind="stable")
    ordered = probability[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(order) - 1)
    share_bad, share_good = (np.cumsum(bad[order] == side)[ends] / (bad == side).sum() for side in (True, False))
    share_bad, share_good = np.append(0.0, share_bad), np.append(0.0, share_good)
    below = np.sum(np.diff(share_good) * (share_bad[1:] + share_bad[:-1]))  # twice the area under the curve of the bads
    return float(1 - below), float((share_good - share_bad).max())


def judge(bad: NDArray[np.bool_], probability: NDArray[np.float64], *, seed: int, draws: int = DRAWS) -> dict[str, Judged]:
    """Judge probabilities float64[repeats, n] of loans whose end is known, bool[n]."""
    whole = [measures(bad, row) for row in probability]
    drawn = [measures(bad[rows], probability[repeat, rows]) for repeat, rows in _draws(bad, len(probability), draws, seed)]
    return {name: _judged([each[name] for each in whole if name in each], [each[name] for each in drawn if name in each])
            for name in whole[0]}  # fmt: skip


def gain(
    bad: NDArray[np.bool_], ours: NDArray[np.float64], theirs: NDArray[np.float64], *, seed: int, draws: int = DRAWS
) -> Judged:
    """Return by how much our Gini is above theirs, in the same repetitions and the same draws."""

    def difference(repeat: int, rows: NDArray[np.int64]) -> float:
        return separation(bad[rows], ours[repeat, rows])[0] - separation(bad[rows], theirs[repeat, rows])[0]

    whole = [difference(repeat, np.arange(len(bad))) for repeat in range(len(ours))]
    return _judged(whole, [difference(repeat, rows) for repeat, rows in _draws(bad, len(ours), draws, seed)])


def as_metrics(judged: Mapping[str, Judged]) -> dict[str, float]:
    """Return value and interval of each measure by name, ready for the registry."""
    return {
        f"{name}{part}": value
        for name, found in judged.items()
        for part, value in (("", found.mean), ("_low", found.low), ("_high", found.high))
    }


def _judged(repetitions: list[float], drawn: list[float]) -> Judged:
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist()
    return Judged(tuple(repetitions), low, high)


def _draws(bad: NDArray[np.bool_], repeats: int, draws: int, seed: int) -> list[tuple[int, NDArray[np.int64]]]:
    generator = np.random.default_rng(seed)
    sides = [np.flatnonzero(bad == side) for side in (True, False)]
    return [(draw % repeats, np.concatenate([generator.choice(rows, len(rows)) for rows in sides])) for draw in range(draws)]
