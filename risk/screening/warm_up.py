"""`python -m risk.screening.warm_up`: compile what searches run, so that no request waits for it.

The machine code stays on the machine (`kit.kernels`): whoever searches in another process finds it there. Compiling takes up to
a minute and keeps the interpreter from everything else meanwhile: a process that serves others has another one do it.
"""

import fcntl
import os
import sys
from pathlib import Path

from llvmlite.binding import get_host_cpu_name

from risk.screening.entry import Entry, ListedKind, ListedName
from risk.screening.index import Asked, Index
from risk.screening.letters import KERNELS
from risk.screening.pair import compare

COMMAND = (sys.executable, "-m", "risk.screening.warm_up")
LISTED, ASKED = "Warm Up", "Warm Upp"
NICE = 10


def is_warm() -> bool:
    """Whether this version's kernels lie compiled on this machine."""
    return _mark().exists()


def warm_up() -> None:
    """Search a list of made-up names, as every kind there is, and compare two of them."""
    entries = [
        Entry(entry_id=kind.value, kind=kind, names=[ListedName(LISTED)], births=["1971"], countries=["BR"])
        for kind in ListedKind
    ]
    index = Index(entries)
    for kind in ListedKind:
        index.find(Asked(ASKED, kind, ("1971",), ("BR",)))
    compare(ASKED, LISTED)


def compile_once() -> None:
    """Warm up unless this machine is warm; of several processes that want it at once, one does."""
    with (KERNELS.folder / "compiling").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # until the file is closed
        if not is_warm():
            warm_up()
            _mark().touch()


def _mark() -> Path:
    """Machine code is for one kind of processor."""
    return KERNELS.folder / f"compiled-{get_host_cpu_name()}"


if __name__ == "__main__":
    os.nice(NICE)  # it stands back for others
    compile_once()
