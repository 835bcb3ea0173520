"""How far long work is, for whoever sits at a terminal; nobody else is told."""

import sys
from collections.abc import Callable

RecordsProgress = Callable[[int, int], None]


def records_progress() -> RecordsProgress:
    """Return what shows (records done, records in all) on one line of a terminal."""
    return _show if sys.stderr.isatty() else _silent


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done:,} of {total:,} records" + ("\n" if done == total else ""))
    sys.stderr.flush()


def _silent(_done: int, _total: int) -> None:
    """Nobody looks on."""
