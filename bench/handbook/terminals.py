"""What is known of each terminal at a transaction's moment: the streak of frauds there that the customers do not explain.

A fraud of an amount that is unusual for its customer says something of the customer, and nothing of the terminal. Left out, the
others tell a terminal that is being abused: its known transactions are all fraud from some moment between the last good one and
the first fraud on. Nothing younger than the labels' delay is looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.handbook.history import History
from feature_store.vocabulary import LABEL_DELAY_MS

UNUSUAL_FROM = 2.25  # times the customer's median
_NONE = -1


@dataclass(frozen=True, slots=True)
class Streaks:
    """Of the last known run of unexplained frauds, float64[n] each, NaN for what there is not.

    `length` in transactions; milliseconds since the run began, and since the last known good transaction.
    """

    length: NDArray[np.float64]
    begun_ms_ago: NDArray[np.float64]
    good_ms_ago: NDArray[np.float64]


def streaks(history: History, amount_to_median: NDArray[np.float32]) -> Streaks:
    """Look at each transaction's terminal as its labels showed it; `amount_to_median` float32[n] is NaN where unknown."""
    order = np.lexsort((history.time_ms, history.terminal))
    terminal, time_ms = np.unique(history.terminal, return_inverse=True)[1][order], history.time_ms[order]
    explained = amount_to_median[order] >= UNUSUAL_FROM
    fraud = history.fraud[order]
    place = np.arange(len(order))
    first = np.searchsorted(terminal, terminal)
    seen = _last_seen(terminal, time_ms)
    good = np.maximum.accumulate(np.where(~fraud, place, _NONE))[seen]
    good = np.where((seen >= first) & (good >= first), good, _NONE)
    frauds = np.flatnonzero(fraud & ~explained)
    # The run: unexplained frauds after the last good one, or after the terminal's beginning, up to the last that is known.
    begin = np.searchsorted(frauds, np.where(good == _NONE, first, good))
    length = np.where(seen >= first, np.searchsorted(frauds, seen, side="right") - begin, 0)
    begun = np.where(length > 0, np.append(frauds, _NONE)[begin], _NONE)
    length, begun, good = (_unsorted(column, order) for column in (length, begun, good))
    return Streaks(
        length=np.maximum(length, 0).astype(np.float64),
        begun_ms_ago=np.where(begun == _NONE, np.nan, history.time_ms - time_ms[begun]),
        good_ms_ago=np.where(good == _NONE, np.nan, history.time_ms - time_ms[good]),
    )


def _last_seen(terminal: NDArray[np.int64], time_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the terminal's youngest transaction lies whose label is known; before its first one when there is none."""
    reach = int(time_ms.max() - time_ms.min()) + LABEL_DELAY_MS + 1
    place = terminal * reach + (time_ms - time_ms.min())
    return np.asarray(np.searchsorted(place, place - LABEL_DELAY_MS, side="right") - 1, np.int64)


def _unsorted(column: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty_like(column)
    found[order] = column
    return found
