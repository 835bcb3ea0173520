"""Folding the whole decision log of the lake, for whoever looks at each decision as the engine saw it."""

import time
from collections.abc import Callable
from pathlib import Path

from pipelines.lake.reader import count_records, log_records
from scoring.fold import Fold

PROGRESS_EVERY_S = 1.0

# Hears (records folded, records in all).
Progress = Callable[[int, int], None]


def fold_log(lake: Path, fold: Fold, *, progress: Progress) -> None:
    """Feed every record, in order; `progress` hears how far it is now and then, and once at the end.

    Raises LakeGap, or BrokenLog where the lake's log does not hold.
    """
    total, told_s = count_records(lake), 0.0
    for records in log_records(lake):
        fold.feed(records)
        if time.monotonic() - told_s >= PROGRESS_EVERY_S:
            told_s = time.monotonic()
            progress(fold.proof.records, total)
    progress(fold.proof.records, total)
