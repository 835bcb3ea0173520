"""Which files are made into one, and where one ends and the next begins. Pure.

A record's day is the day (UTC) on which it was told to the bank. The log has them nearly in that order: a day's file ends where
another day begins, and what comes late lies in the file of the day on which it came, which the manifest says (`days`). So files
stay ranges of offsets, and a reading in log order needs no merge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kit.lake.manifest import DAY_MS, LakeFile, Spread

# The first of these that a row has tells its day.
TOLD_COLUMNS = ("known_at_ms", "occurred_at_ms", "scored_at_ms")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a compacted file may be, how small one that ends with its day, and how many rows say what day it is."""

    least_rows: int = 10_000
    most_rows: int = 1_000_000
    judged_rows: int = 500


@dataclass(frozen=True, slots=True)
class Run:
    """Files that follow each other and are written anew together. `settled`: their days have ended, so once and for all."""

    files: tuple[LakeFile, ...]
    settled: bool


def runs(files: Sequence[LakeFile], *, now_ms: int, sizes: Sizes) -> list[Run]:
    """Return what to compact of a topic's files, which are sorted by partition and offset.

    Of a day that has ended, everything; of the one that has not, only what was flushed since the last run, so that a day that
    is compacted every hour is written twice and not twelve times. A settled file that is smaller than it should be takes in
    what follows it: history that is loaded in pieces would leave many such.
    """
    today = now_ms // DAY_MS
    found: list[Run] = []
    for partition in sorted({file.partition for file in files}):
        own = [file for file in files if file.partition == partition]
        since = max((at + 1 for at, file in enumerate(own) if file.settled), default=0)
        if 0 < since < len(own) and own[since - 1].rows < sizes.least_rows and _has_ended(own[since], today=today):
            since -= 1
        open_files = own[since:]
        ended = max((at + 1 for at, file in enumerate(open_files) if _has_ended(file, today=today)), default=0)
        if ended:
            found.append(Run(tuple(open_files[:ended]), settled=True))
        flushed = max((at + 1 for at, file in enumerate(open_files) if file.compacted), default=0)
        new = tuple(open_files[max(ended, flushed) :])
        if len(new) > 1:
            found.append(Run(new, settled=False))
    return found


def newest_day(spreads: Mapping[str, Spread]) -> int | None:
    """Return the newest day that a row of a file was told on, in days since 1970; None where no row says one."""
    reached = [spread.most for name in TOLD_COLUMNS if (spread := spreads.get(name)) and isinstance(spread.most, int)]
    return max(reached) // DAY_MS if reached else None


def _has_ended(file: LakeFile, *, today: int) -> bool:
    newest = newest_day(file.spreads)
    return newest is not None and newest < today


@dataclass(frozen=True, slots=True)
class Cut:
    """A file ends before the row at this position; `day` is the one that it is of, None where no row of it says one."""

    at: int
    day: int | None


class Cutter:
    """Says before which rows a new file begins. Feed it the days of the rows, in order.

    The day of a stretch of the log is the middle one of its rows: a change of model that is told today does not make today of
    the history that is loaded after it.
    """

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._rows = 0
        self.day: int | None = None

    def cuts(self, days: NDArray[np.int64]) -> list[Cut]:
        """Return where files end in `days`, ascending. A row without a day has -1."""
        found: list[Cut] = []
        began = -self._rows
        for start in range(0, len(days), self._sizes.judged_rows):
            stretch = days[start : start + self._sizes.judged_rows]
            known = np.sort(stretch[stretch >= 0])
            if not len(known) or (middle := int(known[(len(known) - 1) // 2])) == self.day:
                continue
            at = start + int(np.argmax(stretch == middle))
            while at > max(0, began) and days[at - 1] == middle:  # the stretch before may end with some of it
                at -= 1
            began = self._filled(found, began, until=at)
            if self.day is not None and at - began >= self._sizes.least_rows:
                found.append(Cut(at, self.day))
                began = at
            self.day = middle
        began = self._filled(found, began, until=len(days))
        self._rows = len(days) - began
        return found

    def _filled(self, found: list[Cut], began: int, *, until: int) -> int:
        """Cut where a file is as large as one may be."""
        while until - began > self._sizes.most_rows:
            began += self._sizes.most_rows
            found.append(Cut(began, self.day))
        return began
