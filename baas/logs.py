"""The end of a log, and what is written to it next."""

import sys
import time
from pathlib import Path

from baas.machine import absolute
from baas.operator_errors import Refused
from kit.localset.supervision import Supervisor
from kit.settings import settings

CHUNK_BYTES = 65_536
POLL_S = 0.25


def show(name: str, *, lines: int, follow: bool) -> None:
    """Print the last lines of a program's log and, when asked, what comes after them. Raises Refused."""
    logs = Supervisor(absolute(settings()).var).logs
    path = logs / f"{name}.log"
    if path.parent.resolve() != logs.resolve() or not path.exists():
        there = ", ".join(sorted(found.stem for found in logs.glob("*.log"))) if logs.exists() else ""
        raise Refused(f"there is no log of {name}; there are: {there or 'none, nothing was started yet'}")
    position = _print_tail(path, lines)
    try:
        while follow:
            position = _print_from(path, position)
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return


def _print_tail(path: Path, lines: int) -> int:
    """Read backwards in chunks until there are enough lines; return where the file ended."""
    with path.open("rb") as source:
        end = position = source.seek(0, 2)
        tail = b""
        while position > 0 and tail.count(b"\n") <= lines:
            step = min(CHUNK_BYTES, position)
            position -= step
            source.seek(position)
            tail = source.read(step) + tail
    shown = tail.splitlines(keepends=True)[-lines:] if lines else []
    _write(b"".join(shown))
    return end


def _print_from(path: Path, position: int) -> int:
    size = path.stat().st_size if path.exists() else 0
    if size < position:  # the log was rotated: begin with the new file
        position = 0
    if size == position:
        return position
    with path.open("rb") as source:
        source.seek(position)
        _write(source.read(size - position))
    return size


def _write(content: bytes) -> None:
    sys.stdout.write(content.decode(errors="replace"))
    sys.stdout.flush()
