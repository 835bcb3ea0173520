"""Whether a model's scores still lie where they did: over all of them, and among the few that people look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.drift.population import FALSE_ALARM, LEVELS, USUAL_ROOM, Shift, shift

# Tenths of equal mass say nothing of the top percent, where decisions are made.
SCORE_LEVELS = (*LEVELS, 0.95, 0.98, 0.99, 0.995, 0.998)
MATTERS_DISTANCE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShift:
    """`shift` over bins that are finer at the top; `distance` is the largest one between the two distributions' curves.

    `alerted_*` are the shares of decisions at or above the model's own threshold.
    """

    shift: Shift
    distance: float
    distance_limit: float
    alerted_reference: float
    alerted_current: float

    @property
    def moved(self) -> bool:
        """Whether the scores lie elsewhere."""
        return self.shift.moved or self.distance > self.distance_limit


def score_shift(weeks: Sequence[NDArray[np.float32]], current: NDArray[np.float32], *, review_from: float) -> ScoreShift:
    """Compare `current` scores with those of the reference's weeks. Raises ValueError where either has none."""
    whole = np.concatenate(weeks)
    found = shift(weeks, current, tests=1, levels=SCORE_LEVELS)
    usual = [0.0]
    for place, week in enumerate(weeks):
        others = np.concatenate([*weeks[:place], *weeks[place + 1 :], week[:0]])
        if len(week) and len(others):
            usual.append(distance(others, week))
    return ScoreShift(
        shift=found,
        distance=distance(whole, current),
        distance_limit=max(MATTERS_DISTANCE, USUAL_ROOM * max(usual), distance_by_chance(n=len(whole), m=len(current))),
        alerted_reference=float((whole >= review_from).mean()),
        alerted_current=float((current >= review_from).mean()),
    )


def distance(reference: NDArray[np.float32], current: NDArray[np.float32]) -> float:
    """Return the two-sample Kolmogorov-Smirnov statistic, the largest distance of the empirical distribution functions."""
    was, now = np.sort(reference), np.sort(current)
    places = np.concatenate([was, now])
    return float(
        np.abs(
            np.searchsorted(was, places, side="right") / len(was) - np.searchsorted(now, places, side="right") / len(now)
        ).max()
    )


def distance_by_chance(*, n: int, m: int) -> float:
    """Return what the statistic exceeds in `FALSE_ALARM` of all cases though nothing changed (Smirnov 1939, asymptotic)."""
    return float(np.sqrt(-np.log(FALSE_ALARM / 2) / 2 * (1 / n + 1 / m)))
