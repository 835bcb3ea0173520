"""A PostgreSQL of a test's own and processes that post into it, all of which may be killed at any moment."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
from pydantic import SecretStr

from kit.localset import ports
from kit.localset.account import RELOCATED
from kit.localset.postgres import Memory, PostgresNode
from kit.migrations import migrate
from kit.settings import REPOSITORY_ROOT, PostgresServer

BACK_WITHIN_S = 60.0
ENDS_WITHIN_S = 120.0
PASSWORD = "of-this-test-alone"


class KillableServer:
    """One database server without a supervisor."""

    def __init__(self, folder: Path) -> None:
        self._node = PostgresNode("core", folder / "core", ports.choose(taken=()), PASSWORD, memory=Memory(64, 4, 64, 256))
        self._log = (folder / "core.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> PostgresServer:
        """Where it is, with the passwords of the roles that the test uses."""
        passwords = {role: SecretStr(PASSWORD) for role in ("postgres", "api", "audit")}
        return PostgresServer(port=self._node.port, dbname="postgres", passwords=passwords)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._node.prepare()
        program, who = self._node.program(), self._node.account
        identity = {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}
        self._process = subprocess.Popen(program.command, cwd="/", stdout=self._log, stderr=self._log, **identity)
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + BACK_WITHIN_S
        while True:
            try:
                self._node.check()
            except (psycopg.Error, RuntimeError):
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.05)
            else:
                return

    def make(self) -> None:
        """Make the ledger in it, and let its roles sign in."""
        migrate(self.address.url("postgres"), server="core")
        with psycopg.connect(self.address.dsn("postgres"), autocommit=True) as connection:
            for role in ("api", "audit"):
                connection.execute(f"alter role {role} password '{PASSWORD}'")

    def kill(self) -> None:
        """End every process of it at once, and start it again."""
        assert self._process is not None
        postmaster = psutil.Process(self._process.pid)
        for process in (postmaster, *postmaster.children()):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()

    def kill_one_backend(self, chance: random.Random) -> None:
        """End one of its processes: it throws out everybody and recovers by itself."""
        assert self._process is not None
        with suppress(psutil.NoSuchProcess, IndexError):
            chance.choice(psutil.Process(self._process.pid).children()).send_signal(signal.SIGKILL)
        self.wait()

    def remove(self) -> None:
        """End it and take away what it kept."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(BACK_WITHIN_S)
        self._log.close()
        data = self._node.data
        shutil.rmtree(data.parent if data.parent.parent == RELOCATED else data, ignore_errors=True)


class Crowd:
    """The processes that post (`tests.ledger.crowd`), each followed by another of its name when it is killed."""

    def __init__(self, folder: Path, *, names: list[str]) -> None:
        self._folder = folder
        self._running = {name: self._begin(name) for name in names}

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "tests.ledger.crowd", str(self._folder), name]
        with log:
            return subprocess.Popen(command, cwd=REPOSITORY_ROOT, env=os.environ.copy(), stdout=log, stderr=log)

    def kill_one(self, chance: random.Random) -> None:
        """End one of them in the middle of whatever it does."""
        name = chance.choice(sorted(self._running))
        assert self._running[name].poll() is None, f"{name} ended by itself"
        self._running[name].kill()
        self._running[name].wait()
        self._running[name] = self._begin(name)

    def end(self) -> Counter[int]:
        """Have them settle what is open; returns how often each exit status came."""
        (self._folder / "stop").touch()
        return Counter(process.wait(ENDS_WITHIN_S) for process in self._running.values())

    def remove(self) -> None:
        """End those that still run."""
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
