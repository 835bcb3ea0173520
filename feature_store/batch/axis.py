"""Every window of every key at once: keys laid one after another on a single axis of time, so that no window crosses a key.

Positions are places in the order (key, time, arrival). Whole numbers only: prefix sums may wrap, and their differences are
exact again because a window's own sum fits 64 bits.
"""

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Numbers = NDArray[np.int64]


class Axis:
    """Rows in the order (key, time, arrival). `longest_ms` bounds every window that is asked for."""

    NOTHING = -(2**62)

    def __init__(self, *, key: Numbers, time_ms: Numbers, longest_ms: int) -> None:
        self.time_ms = time_ms
        self._keys = key
        self._rows = np.arange(len(time_ms))
        first_ms = int(time_ms.min()) if len(time_ms) else 0
        span = (int(time_ms.max()) - first_ms if len(time_ms) else 0) + longest_ms + 1
        if len(key) and int(key.max()) * span >= 2**62:
            raise ValueError("too many keys over too long a time for one axis: split the frame")
        self._at = key * span + (time_ms - first_ms)
        self._starts = lru_cache(maxsize=16)(self._first_inside)

    def _first_inside(self, window_ms: int) -> Positions:
        return np.searchsorted(self._at, self._at - window_ms, side="right")

    @cached_property
    def _ends(self) -> Positions:
        """The position after each row's last tie."""
        return np.searchsorted(self._at, self._at, side="right")

    def sums(self, values: Numbers, window_ms: int) -> Numbers:
        """Each row's sum over its window, itself and its ties included."""
        before = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values, out=before[1:])
        return before[self._ends] - before[self._starts(window_ms)]

    def last_other(self, passes: NDArray[np.bool_]) -> Positions:
        """The latest other row up to each one's time that passes, ties included; it may lie in another key's rows, or be -1."""
        latest = np.maximum.accumulate(np.where(passes, self._rows, -1)) if len(passes) else self._rows
        last = latest[self._ends - 1]
        before = np.concatenate([[-1], latest[:-1]]) if len(latest) else latest
        return np.where(last == self._rows, before, last)

    def first_other(self, window_ms: int) -> Positions:
        """The first other row of each window, or -1."""
        start = self._starts(window_ms)
        other = np.where(start == self._rows, start + 1, start)
        return np.where(other < self._ends, other, -1)

    def last_other_of(self, values: Numbers, missing: NDArray[np.bool_]) -> Positions:
        """The latest other row of the same key and value up to each one's time, ties included, or -1."""
        order, first, last = self._runs(values, missing)
        before, after = np.full(len(values), -1), np.full(len(values), -1)
        before[order[~first]] = order[:-1][~first[1:]]
        after[order[~last]] = order[1:][~last[:-1]]
        tied = (after >= 0) & (self._at[after] == self._at)
        return np.where(tied, after, before)

    def _runs(self, values: Numbers, missing: NDArray[np.bool_]) -> tuple[Positions, NDArray[np.bool_], NDArray[np.bool_]]:
        """Known rows by (key, value, time), and which of them are the first and the last of their key and value."""
        known = np.flatnonzero(~missing)
        order = known[np.lexsort((known, values[known], self._keys[known]))]
        same = (values[order][1:] == values[order][:-1]) & (self._keys[order][1:] == self._keys[order][:-1])
        return order, np.concatenate([[True], ~same])[: len(order)], np.concatenate([~same, [True]])[: len(order)]

    def seconds_since(self, other: Positions, window_ms: int) -> NDArray[np.float64]:
        """Seconds from another row to each one; NaN where it lies outside the window."""
        inside = other >= self._starts(window_ms)
        return np.where(inside, (self.time_ms - self.time_ms[np.where(inside, other, 0)]) / 1000.0, np.nan)

    def distinct(self, values: Numbers, missing: NDArray[np.bool_], window_ms: int) -> Numbers:
        """How many different known values each window holds.

        A value counts from an event until the window's length after the last one that follows within that length: so many such
        stretches have begun, and so many have ended. Those of other keys have done both or neither.
        """
        order, first, last = self._runs(values, missing)
        at = self._at[order]
        gap = np.diff(at) >= window_ms
        begins = at[first | np.concatenate([[True], gap])[: len(at)]]
        ends = at[last | np.concatenate([gap, [True]])[: len(at)]] + window_ms
        begun = np.searchsorted(np.sort(begins), self._at, side="right")
        return begun - np.searchsorted(np.sort(ends), self._at, side="right")

    def largest(self, values: Numbers, window_ms: int, *, itself: bool) -> Numbers:
        """Each window's largest value, `NOTHING` where there is none."""
        start = self._starts(window_ms)
        if itself:
            return _range_max(values, start, self._ends)
        return np.maximum(_range_max(values, start, self._rows), _range_max(values, self._rows + 1, self._ends))


def _range_max(values: Numbers, start: Positions, stop: Positions) -> Numbers:
    """The largest of values[start:stop] for each pair, `Axis.NOTHING` where it is empty: a sparse table, level by level."""
    found = np.full(len(start), Axis.NOTHING, np.int64)
    length = stop - start
    level, width = values, 1
    while (length >= width).any():
        rows = np.flatnonzero((length >= width) & (length < 2 * width))
        found[rows] = np.maximum(level[start[rows]], level[stop[rows] - width])
        level = np.maximum(level[:-width], level[width:])
        width *= 2
    return found
