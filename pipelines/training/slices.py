"""Slices of time, each younger than the one before: to learn from, to stop at, to calibrate with, and to judge by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from pipelines.training.dataset import NothingToLearnFrom, TrainingSet

WARM_UP_SHARE = 0.15  # the first days fill the windows; their features are not yet what serving will see
STOPPING_DAYS, CALIBRATION_DAYS, TEST_DAYS = 7, 8, 7
FEWEST_FRAUDS = 5  # in each slice: with fewer, neither a curve nor a judgement means anything


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers by use, each younger than the one before."""

    train: NDArray[np.int64]
    stop: NDArray[np.int64]
    calibrate: NDArray[np.int64]
    test: NDArray[np.int64]


def split(data: TrainingSet, *, cutoff_ms: int) -> Split:
    """Cut by event time, youngest last; nothing younger than the label delay is there.

    A small bank may see no fraud in a week, so a slice reaches back until it holds a few. Raises NothingToLearnFrom when
    there are too few in all.
    """
    end = cutoff_ms - LABEL_DELAY_MS
    test = _first_moment(data, end, days=TEST_DAYS)
    calibrate = _first_moment(data, test, days=CALIBRATION_DAYS)
    stop = _first_moment(data, calibrate, days=STOPPING_DAYS)
    first = int(data.event_time_ms.min())
    start = first + int((stop - first) * WARM_UP_SHARE)
    train = data.between(start, stop)
    if np.count_nonzero(data.fraud[train]) < FEWEST_FRAUDS:
        raise _too_few_frauds(data)
    return Split(train, data.between(stop, calibrate), data.between(calibrate, test), data.between(test, end))


def unseen_from_ms(cutoff_ms: int) -> int:
    """From when on a model of this cutoff has learned nothing of a decision: at the earliest where it is judged."""
    return cutoff_ms - LABEL_DELAY_MS - TEST_DAYS * DAY_MS


def halves(data: TrainingSet, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut a slice at a moment into an older and a younger part with about as many frauds each."""
    frauds = np.sort(data.event_time_ms[rows[data.fraud[rows]]])
    is_older = data.event_time_ms[rows] < frauds[len(frauds) // 2]
    return rows[is_older], rows[~is_older]


def origins(
    data: TrainingSet, rows: NDArray[np.int64], *, count: int, days: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rolling origins: `count` pairs of (everything of `rows` before a moment, the `days` from it on), oldest first.

    An origin without FEWEST_FRAUDS frauds on both sides is left out.
    """
    moments = data.event_time_ms[rows]
    end = int(moments.max()) + 1
    found = []
    for back in range(count, 0, -1):
        origin = end - back * days * DAY_MS
        older, younger = rows[moments < origin], rows[(moments >= origin) & (moments < origin + days * DAY_MS)]
        if min(np.count_nonzero(data.fraud[older]), np.count_nonzero(data.fraud[younger])) >= FEWEST_FRAUDS:
            found.append((older, younger))
    return found


def _first_moment(data: TrainingSet, end_ms: int, *, days: int) -> int:
    """Where a slice up to `end_ms` begins: `days` before, or earlier, at the latest moment that leaves it enough frauds."""
    frauds = np.sort(data.event_time_ms[data.fraud & (data.event_time_ms < end_ms)])
    if len(frauds) < FEWEST_FRAUDS:
        raise _too_few_frauds(data)
    return min(end_ms - days * DAY_MS, int(frauds[-FEWEST_FRAUDS]))


def _too_few_frauds(data: TrainingSet) -> NothingToLearnFrom:
    return NothingToLearnFrom(
        f"{int(data.fraud.sum())} of {len(data):,} decisions are known frauds: too few to learn from, to stop at, to calibrate "
        f"and to judge by, which takes {FEWEST_FRAUDS} each, on ever younger days"
    )
