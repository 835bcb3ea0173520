"""`baas up`, `baas down` and `baas restart`: the steps in order, one run at a time, each bounded."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from baas.machine import Machine, absolute, machine
from baas.operator_errors import Refused
from baas.processes import Process, Profile, by_name, of_profile, stopping_order
from baas.up.databases import prepare_databases
from baas.up.processes import start_processes, wait_until_alive
from baas.up.servers import READY_S, start_servers
from baas.up.tools import prepare_tools, require_superset, superset_logins
from baas.up.topics import prepare_topics
from kit.localset.readiness import wait_until_ready
from kit.localset.supervision import Supervisor
from kit.settings import Settings, settings

if TYPE_CHECKING:
    from serving.identity.seed import Login

Progress = Callable[[str], None]
MAKE_STARTED_AT = "BAAS_STARTED_AT"


def progress_since(started_s: float) -> Progress:
    """Return what prints a line with the seconds since `started_s` (of the system's clock) before it."""
    return lambda text: typer.echo(f"{time.time() - started_s:7.1f} s  {text}")


def started_s() -> float:
    """Return when `make` began, so that what it installed counts; now, when nobody came through it."""
    named = os.environ.get(MAKE_STARTED_AT)
    return float(named) if named else time.time()


def bring_up(*, profile: Profile, servers_only: bool) -> None:
    """Do what is missing of: servers, databases, topics, processes, history, live traffic; then say where it all is."""
    began_s = started_s()
    say = progress_since(began_s)
    if profile == "full" and not servers_only:
        require_superset()
    with _alone():
        ours = start_servers(say, profile=profile)
        prepare_databases(ours.settings)
        say("databases and roles: up to date")
        prepare_topics(ours.settings)
        say("topics: present")
        if servers_only:
            return
        prepare_tools(ours.settings)
        logins = _seed(ours)
        wanted = of_profile(profile)
        start_processes(ours, [process for process in wanted if not process.after_history], say)
        summary = _load_history(say)
        start_processes(ours, [process for process in wanted if process.after_history], say)
    say("up")
    _print_addresses(ours, wanted)
    _print_logins(logins + (superset_logins(ours.settings) if profile == "full" else []))
    typer.echo(summary)
    took = f"{time.time() - began_s:,.0f} s"
    typer.echo(f"up after {took}, installing included" if MAKE_STARTED_AT in os.environ else f"up after {took}")


def bootstrap() -> None:
    """On processes that already run: make the demo's logins, load its history, train, and say it all. Run again, it goes on."""
    say = progress_since(started_s())
    ours = machine()
    logins = _seed(ours)
    summary = _load_history(say)
    _print_logins(logins)
    typer.echo(summary)


def _print_logins(logins: list["Login"]) -> None:
    for login in logins:
        typer.echo(f"  {login.kind:<12} {login.name}  {login.secret}")


def _seed(ours: Machine) -> list["Login"]:
    """Make the demo tenant and a sandbox beside it, with their users and partner keys; the same on every run."""
    from serving.identity.seed import SANDBOX, seed_demo

    core, secrets = ours.settings.core.dsn("postgres"), ours.settings.secrets
    return seed_demo(core, ours.settings.demo.tenant, secrets) + seed_demo(core, SANDBOX, secrets, sandbox=True)


def _load_history(say: Progress) -> str:
    """Run the bootstrap of the pipelines: simulate, load, train, plant; it does nothing when that was done before."""
    from pipelines.bootstrap import run
    from serving.demo import keep_declared

    def opened(ours: Settings, folder: Path) -> None:
        keep_declared(ours, folder, progress=say)

    return run(say, opened=opened)


def _print_addresses(ours: Machine, wanted: tuple[Process, ...]) -> None:
    for process in wanted:
        if process.listens:
            http = getattr(ours.settings, process.listens)
            typer.echo(f"  {process.name:<12} http://{http.host}:{http.port}/  {process.about}")
    typer.echo("  `baas status` shows how it is, `baas logs NAME` what it says, `baas down` stops it")


def take_down() -> None:
    """Stop processes before the servers they use, then the supervisor. Harmless when nothing runs."""
    with _alone():
        settings.cache_clear()
        found = absolute(settings())
        supervisor = Supervisor(found.var)
        for together in stopping_order():
            supervisor.stop(together)
        supervisor.shutdown()
    typer.echo("everything is stopped; the data is where it was")


def restart_one(name: str) -> None:
    """Stop one, start it, wait until it answers. Raises Refused when there is no such one or no supervisor."""
    ours = machine()
    if name not in by_name() and name not in ours.nodes:
        raise Refused(f"there is no {name} to restart; there are: {', '.join([*ours.nodes, *by_name()])}")
    if not ours.supervisor.alive():
        raise Refused("nothing runs; `baas up` starts it")
    ours.supervisor.stop([name])
    started = time.monotonic()
    ours.supervisor.start([name])
    if name in ours.nodes:
        wait_until_ready(name, ours.server_checks()[name], timeout_s=READY_S[name])
    else:
        wait_until_alive(ours, by_name()[name])
    typer.echo(f"{name} is up again after {time.monotonic() - started:.1f} s")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one `up` or `down` of a set work at a time."""
    var = absolute(settings()).var
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refused(f"another `baas up` or `baas down` is at work here ({lock.read().strip()}); wait for it") from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid()}))
        lock.flush()
        yield
