"""Programs that outlived a killed supervisor: found by the marker in their environment, ended before a new start."""

import signal

import psutil

from kit.localset.program import MARKER_NAME

END_S = 60.0


def find_orphans(marker: str) -> list[psutil.Process]:
    """Return the live processes that carry `marker` and whose parent does not."""
    marked = {process.pid: process for process in psutil.process_iter() if _marker_of(process) == marker}
    return [process for process in marked.values() if _parent_of(process) not in marked]


def end_orphans(marker: str) -> int:
    """Ask them to end, kill what stays, and return how many there were. SIGINT is PostgreSQL's fast shutdown."""
    orphans = find_orphans(marker)
    for process in orphans:
        _signal(process, signal.SIGINT if _name_of(process) == "postgres" else signal.SIGTERM)
    _, alive = psutil.wait_procs(orphans, timeout=END_S)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=END_S)
    return len(orphans)


def _marker_of(process: psutil.Process) -> str | None:
    try:
        found: str | None = process.environ().get(MARKER_NAME)
        return found
    except (psutil.Error, OSError):
        return None


def _name_of(process: psutil.Process) -> str | None:
    try:
        return str(process.name())
    except psutil.Error:
        return None


def _parent_of(process: psutil.Process) -> int | None:
    try:
        return int(process.ppid())
    except psutil.Error:
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
