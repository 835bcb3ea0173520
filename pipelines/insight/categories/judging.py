"""How right categories are: accuracy, the mean of F1 over categories, and whether what is called likely is as likely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.categories import Category

BINS = 15


@dataclass(frozen=True, slots=True)
class Rightness:
    """Shares in percent; `macro_f1` is over the categories that truly occur, each counting as much."""

    count: int
    accuracy_pct: float
    macro_f1: float


def rightness(true: Sequence[Category], said: Sequence[Category]) -> Rightness | None:
    """Judge what was said; None where there is nothing to judge."""
    if not true:
        return None
    names = sorted({*true, *said})
    place = {name: number for number, name in enumerate(names)}
    actual, found = (np.array([place[name] for name in each]) for each in (true, said))
    hits = np.bincount(actual[actual == found], minlength=len(names))
    occur, called = (np.bincount(each, minlength=len(names)) for each in (actual, found))
    f1 = 2 * hits / np.maximum(occur + called, 1)
    return Rightness(len(true), 100.0 * float((actual == found).mean()), float(f1[occur > 0].mean()))


def calibration_error(right: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Return the expected calibration error over equal-width bins (Naeini et al. 2015): 0 is perfect."""
    place = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    gap = np.abs(np.bincount(place, right, BINS) - np.bincount(place, probability, BINS))
    return float(gap[counts > 0].sum() / len(right))
