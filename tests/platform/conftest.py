"""A local set of these tests' own, which they may kill."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.localset.orphans import end_orphans
from kit.localset.supervision import Supervisor
from kit.settings import REPOSITORY_ROOT
from tests.servers import Servers, from_file, run_baas

SERVERS = ("core", "warehouse", "kafka", "valkey")
VAR = REPOSITORY_ROOT / "var" / f"test-platform-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@dataclass(frozen=True)
class LocalSet:
    """A set under a folder, driven by the command line as an operator drives it."""

    var: Path

    @property
    def servers(self) -> Servers:
        return from_file(self.var / "local.json")

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.var)

    def run(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_baas(self.var, *arguments, check=check, **environment)

    def status(self) -> dict:
        return json.loads(self.run("status", "--json", check=False).stdout)

    def part(self, name: str) -> dict:
        return next(part for part in self.status()["parts"] if part["name"] == name)

    def pid(self, name: str) -> int:
        return self.supervisor.states()[name].pid

    def kill(self, name: str) -> int:
        """As a machine that runs out of memory does it; returns the process id that died."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid


def eventually(condition: Callable[[], bool], *, what: str, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s} s: {what}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def local_set() -> Iterator[LocalSet]:
    """Servers under a folder of this process's own, made from nothing and removed again."""
    shutil.rmtree(VAR, ignore_errors=True)
    made = LocalSet(VAR)
    made.run("up", "--servers-only")
    yield made
    made.run("down")
    end_orphans(str(VAR))
    shutil.rmtree(VAR)
