"""supervisord under a folder of ours: start it, tell it what to run, ask it how that goes, end it cleanly."""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.localset.orphans import end_orphans
from kit.localset.program import Program, render
from kit.localset.readiness import NotReady, wait_until_ready

DAEMON_START_S = 20.0
DAEMON_STOP_S = 20.0
PATIENCE_S = 15.0
STOP_S = 120.0  # more than the longest stop wait of a program
LOG_LINE_BYTES = 1000
SOCKET_PATH_BYTES = 100  # the system's bound is 108, and supervisord adds a suffix while it binds

STOPPED_STATES = frozenset({"STOPPED", "EXITED", "FATAL", "UNKNOWN"})
DOWN_STATES = STOPPED_STATES | {"BACKOFF"}


class SupervisorAway(RuntimeError):
    """No supervisor answers for this folder."""


@dataclass(frozen=True, slots=True)
class State:
    """How a program is."""

    name: str
    state: str
    pid: int
    started_at_s: int
    description: str

    @property
    def running(self) -> bool:
        """True while its process lives."""
        return self.state in {"RUNNING", "STARTING", "STOPPING"}


class Supervisor:
    """The one supervisor of a folder."""

    def __init__(self, var: Path) -> None:
        self.folder = var / "supervisor"
        self.logs = var / "log"
        self.marker = str(var)
        self._socket = _short_enough(self.folder / "control.sock")
        self._configuration = self.folder / "supervisord.conf"

    def _rpc(self) -> Any:
        from supervisor.xmlrpc import SupervisorTransport

        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def alive(self) -> bool:
        """Say whether it answers."""
        try:
            return str(self._rpc().getState()["statename"]) == "RUNNING"
        except (OSError, xmlrpc.client.Error):
            return False

    def configure(self, programs: Sequence[Program]) -> None:
        """Write what it is to keep, start it when it is away, and make it take up what changed (changed programs end)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        text = render(programs, socket=self._socket, folder=self.folder, logs=self.logs, marker=self.marker)
        scratch = self._configuration.with_suffix(".part")
        scratch.touch(mode=0o600)
        scratch.write_text(text)
        scratch.replace(self._configuration)
        if self.alive():
            self._take_up_changes()
        else:
            self._start_daemon()

    def _start_daemon(self) -> None:
        end_orphans(self.marker)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._configuration)]
        done = subprocess.run(  # noqa: S603
            command, cwd=self.folder, env=dict(os.environ), capture_output=True, text=True, timeout=DAEMON_START_S, check=False
        )
        if done.returncode != 0:
            raise SupervisorAway(f"supervisord did not start: {(done.stderr or done.stdout).strip()}")
        wait_until_ready("supervisord", self._require_alive, timeout_s=DAEMON_START_S)

    def _require_alive(self) -> None:
        if not self.alive():
            raise SupervisorAway(f"no supervisor answers on {self._socket}")

    def _take_up_changes(self) -> None:
        rpc = self._rpc()
        added, changed, removed = rpc.reloadConfig()[0]
        for name in [*changed, *removed]:
            rpc.stopProcessGroup(name)
            rpc.removeProcessGroup(name)
        for name in [*added, *changed]:
            rpc.addProcessGroup(name)

    def states(self) -> dict[str, State]:
        """Return how every program is; empty when the supervisor is away."""
        try:
            rows = self._rpc().getAllProcessInfo()
        except (OSError, xmlrpc.client.Error):
            return {}
        return {
            row["name"]: State(
                name=row["name"],
                state=row["statename"],
                pid=row["pid"],
                started_at_s=row["start"],
                description=row["spawnerr"] or row["description"],
            )
            for row in rows
        }

    def start(self, names: Iterable[str]) -> list[str]:
        """Start what is not running, without waiting; return the names that were started."""
        self._require_alive()
        states, rpc, started = self.states(), self._rpc(), []
        for name in names:
            if not states[name].running:
                _ignoring(rpc.startProcess, name, codes=(_ALREADY_STARTED, _SPAWN_ERROR))
                started.append(name)
        return started

    def stop(self, names: Iterable[str]) -> None:
        """Ask all of them to end and wait until each has (the supervisor kills one after its own stop wait)."""
        states, rpc = self.states(), self._rpc()
        asked = [name for name in names if name in states and states[name].state not in STOPPED_STATES]
        for name in asked:
            _ignoring(rpc.stopProcess, name, codes=(_NOT_RUNNING,))
        deadline = time.monotonic() + STOP_S
        while any(self.states()[name].state not in STOPPED_STATES for name in asked):
            if time.monotonic() > deadline:
                raise NotReady(f"not ended within {STOP_S:.0f} s: {', '.join(asked)}")
            time.sleep(0.05)

    def obstacle(self, name: str, *, waited_s: float = 0.0) -> str | None:
        """Say why waiting for a program is pointless (gone, or ending again and again for `PATIENCE_S`), or None."""
        state = self.states().get(name)
        if state is None:
            return "the supervisor does not know it"
        if state.state in STOPPED_STATES or (state.state == "BACKOFF" and waited_s > PATIENCE_S):
            return f"it ended ({state.description}); the end of {self.log_path(name)} says:\n{self.log_tail(name)}"
        return None

    def shutdown(self) -> None:
        """End the supervisor and whatever it still keeps; nothing to do when it is away. Raises NotReady when it stays."""
        if not self.alive():
            end_orphans(self.marker)
            return
        pid = self._rpc().getPID()
        self._rpc().shutdown()
        deadline = time.monotonic() + DAEMON_STOP_S
        while _lives(pid):
            if time.monotonic() > deadline:
                raise NotReady(f"supervisord (process {pid}) did not end within {DAEMON_STOP_S:.0f} s")
            time.sleep(0.05)

    def log_tail(self, name: str, *, lines: int = 12) -> str:
        """Return the last lines of a program's output."""
        path = self.log_path(name)
        if not path.exists():
            return ""
        with path.open("rb") as source:
            source.seek(max(0, path.stat().st_size - lines * LOG_LINE_BYTES))
            return "\n".join(source.read().decode(errors="replace").splitlines()[-lines:])

    def log_path(self, name: str) -> Path:
        """Return where a program's output goes."""
        return self.logs / f"{name}.log"


_SPAWN_ERROR = 50
_ALREADY_STARTED = 60
_NOT_RUNNING = 70


def _ignoring(call: Any, name: str, *, codes: tuple[int, ...]) -> None:
    """Ask for a change that another may have made in the meantime; the next look at the states tells."""
    try:
        call(name, False)  # without waiting
    except xmlrpc.client.Fault as fault:
        if fault.faultCode not in codes:
            raise


def _short_enough(path: Path) -> Path:
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"localset-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.geteuid():
        raise SupervisorAway(f"{folder} belongs to somebody else; remove it")
    return folder / "control.sock"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
