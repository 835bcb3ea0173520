"""Step four: our processes, each started when what it needs answers, and waited for until it answers itself."""

import time
import urllib.request
from collections.abc import Callable, Sequence

from baas.machine import Machine
from baas.processes import Process, address, in_order
from kit.localset.readiness import wait_until_ready

ALIVE_S = 120.0
STEADY_S = 2.0
HTTP_S = 3.0
Say = Callable[[str], None]


def start_processes(ours: Machine, wanted: Sequence[Process], say: Say) -> None:
    """Start what does not run, level by level of what needs what, and wait for each. Raises NotReady."""
    ordered = in_order(wanted)
    done: set[str] = set()
    while len(done) < len(ordered):
        names = {process.name for process in ordered}
        level = [
            process
            for process in ordered
            if process.name not in done and all(need in done or need not in names for need in process.depends_on)
        ]
        ours.supervisor.start(process.name for process in level)
        for process in level:
            seconds = wait_until_alive(ours, process)
            say(f"{process.name}: running ({seconds:.1f} s)")
        done |= {process.name for process in level}


def wait_until_alive(ours: Machine, process: Process) -> float:
    """Wait until the process answers that it lives (or, when it has no port, stays up) and return the seconds."""
    return wait_until_ready(
        process.name,
        lambda: check_alive(ours, process),
        timeout_s=ALIVE_S,
        obstacle=lambda waited_s: ours.supervisor.obstacle(process.name, waited_s=waited_s),
    )


def check_alive(ours: Machine, process: Process) -> None:
    """Raise unless the process says that it lives."""
    http = address(process, ours.settings)
    if process.health_path and http and http.port:
        get(f"http://{http.host}:{http.port}{process.health_path}")
        return
    state = ours.supervisor.states()[process.name]
    if state.state != "RUNNING" or time.time() - state.started_at_s < STEADY_S:
        raise RuntimeError(f"{state.state}: {state.description}")


def get(url: str) -> bytes:
    """Return what a health address of this machine answers. Raises OSError (HTTPError for 4xx and 5xx)."""
    with urllib.request.urlopen(url, timeout=HTTP_S) as answer:  # noqa: S310 (always http, from our own settings)
        body: bytes = answer.read(65_536)
        return body
