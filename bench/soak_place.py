"""Where a soak runs, and what it kills there: an API of its own on databases of its own, or the product that runs here."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import httpx
import psutil
import psycopg

from bench.transfers_http import own_places, process_of
from kit.localset.supervision import Supervisor
from kit.settings import PostgresServer, Settings
from serving.identity.seed import seed_demo
from simulator.partner import api_key

TENANT = "demo"
READY_S = 120.0
API = "serving"
# What the product may lose at any moment.
MORTAL = ("api", "scorer", "relay", "intake", "alerts", "sink-lake", "sink-warehouse")


class Place(Protocol):
    """An API, its database, and a way to hurt them."""

    url: str
    key: str
    core: PostgresServer

    def kill(self, chance: random.Random) -> str:
        """End something at once and say what; it comes back by itself or before this returns."""

    def memory_mb(self) -> dict[str, float]:
        """Return the resident memory of each process that lives now."""

    def settled(self) -> str | None:
        """Say what does not agree once all is quiet, or None."""


class OwnPlace:
    """An API process alone; transfers are decided by the stand-in, because no scorer is there."""

    def __init__(self, own: Settings, stack: ExitStack) -> None:
        self.url = f"http://{own.api.host}:{own.api.port}"
        self.core = own.core
        self._own, self._stack = own, stack
        logins = seed_demo(own.core.dsn("postgres"), TENANT, own.secrets)
        self.key = next(login.secret for login in logins if login.kind == "api-key")
        self._pid = self._begin()

    def kill(self, chance: random.Random) -> str:
        """End the API, or every connection that it has to its database."""
        if chance.random() < 0.5:
            with psycopg.connect(self.core.dsn("postgres"), autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'api'",
                    (self.core.dbname,),
                )
            return "connections"
        os.kill(self._pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(self._pid)] if psutil.pid_exists(self._pid) else [], timeout=10)
        self._pid = self._begin()
        return "api"

    def memory_mb(self) -> dict[str, float]:
        """Return what the API takes."""
        return {"api": psutil.Process(self._pid).memory_info().rss / 2**20}

    def settled(self) -> str | None:
        """Nothing but the ledger is here, and that is recounted anyway."""
        return None

    def _begin(self) -> int:
        pid = self._stack.enter_context(process_of(self._own, API))
        wait_until_ready(self.url)
        return pid


class Product:
    """The set that runs here: its supervisor starts again what is killed, and `baas reconcile` has the last word."""

    def __init__(self, running: Settings) -> None:
        self.url = f"http://{running.api.host}:{running.api.port}"
        self.core = running.core
        self._supervisor = Supervisor(running.var)
        key = api_key(running.secrets, tenant_id=TENANT)
        if key is None:
            raise RuntimeError("no partner's key was made here: `baas up` makes one")
        self.key = key

    def kill(self, chance: random.Random) -> str:
        """End one of the product's processes."""
        living = {name: state.pid for name, state in self._supervisor.states().items() if name in MORTAL and state.pid}
        name = chance.choice(sorted(living))
        os.kill(living[name], signal.SIGKILL)
        return name

    def memory_mb(self) -> dict[str, float]:
        """Return what each of the set's processes takes."""
        found = {}
        for name, state in self._supervisor.states().items():
            if state.pid and psutil.pid_exists(state.pid):
                found[name] = psutil.Process(state.pid).memory_info().rss / 2**20
        return found

    def settled(self) -> str | None:
        """Ask `baas reconcile`."""
        done = subprocess.run([sys.executable, "-m", "baas.cli", "reconcile"], capture_output=True, text=True, check=False)
        return None if done.returncode == 0 else done.stdout


@contextmanager
def own_place(shared: Settings) -> Iterator[Place]:
    """Make one on the servers that are there; nothing of it is left behind."""
    with ExitStack() as stack:
        yield OwnPlace(stack.enter_context(own_places(shared)), stack)


def wait_until_ready(url: str) -> None:
    """Wait until the API answers. Raises TimeoutError."""
    deadline_s = time.monotonic() + READY_S
    while time.monotonic() < deadline_s:
        try:
            if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"the API did not answer within {READY_S} s")
