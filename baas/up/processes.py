"""Step four: our processes, each started when what it needs answers, and waited for until it answers itself."""

import time
import urllib.request
from collections.abc import Callable, Sequence

from baas.machine import Machine
from baas.processes import Process, address, in_order
from kit.localset.readiness import wait_until_ready

ALIVE_S = 300.0  # the first start of a tool makes its tables, which takes minutes on a busy machine
STEADY_S = 2.0
HTTP_S = 3.0
Say = Callable[[str], None]


def start_processes(ours: Machine, wanted: Sequence[Process], say: Say) -> None:
    """Start what does not run once what it needs answers, and wait for every one at the end. Raises NotReady."""
    ordered = in_order(wanted)
    alive: set[str] = set()

    def wait_for(process: Process) -> None:
        if process.name not in alive:
            seconds = wait_until_alive(ours, process)
            alive.add(process.name)
            say(f"{process.name}: running ({seconds:.1f} s)")

    known = {process.name: process for process in ordered}
    for process in ordered:
        for need in process.depends_on:
            if need in known:
                wait_for(known[need])
        ours.supervisor.start([process.name])
    for process in ordered:
        wait_for(process)


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
