"""How everything is: one row a server or process, asked at the same moment."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from urllib.error import HTTPError

import typer

from baas.local_file import path_in
from baas.machine import Machine, machine
from baas.processes import ALL_SERVERS, PROCESSES, Process, address
from baas.up.processes import check_alive, get
from kit.localset.supervision import State
from kit.settings import PostgresServer

OBSTACLE_BYTES = 4000
BATCH_TIMEOUT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One server or process. `wanted`: it was started (or is an outside server) and should answer."""

    name: str
    kind: str
    state: str
    wanted: bool
    healthy: bool
    ready: bool
    pid: int | None
    uptime_s: float | None
    memory_mb: float | None
    address: str | None
    detail: str


def look() -> list[Row]:
    """Ask everything; empty when this machine has no set yet."""
    ours = machine()
    if not path_in(ours.settings.var).exists() and not ours.settings.core.external:
        return []
    states = ours.supervisor.states()
    checks = ours.server_checks()
    asked: list[Callable[[], Row]] = [_server(ours, name, states.get(name), checks[name]) for name in ALL_SERVERS]
    asked += [_process(ours, process, states.get(process.name)) for process in PROCESSES]
    with ThreadPoolExecutor(8) as workers:
        return list(workers.map(lambda ask: ask(), asked))


def _server(ours: Machine, name: str, state: State | None, check: Callable[[], None]) -> Callable[[], Row]:
    def ask() -> Row:
        outside = getattr(ours.settings, name).external
        wanted = outside or _wanted(state)
        healthy, detail = _tried(check) if wanted else (False, "")
        return _row(name, "outside" if outside else "server", state, wanted, healthy, healthy, _address(ours, name), detail)

    return ask


def _process(ours: Machine, process: Process, state: State | None) -> Callable[[], Row]:
    def ask() -> Row:
        http = address(process, ours.settings)
        where = f"http://{http.host}:{http.port}" if http and http.port else None
        if state is None or not _wanted(state):
            return _row(process.name, "process", state, False, False, False, where, "")
        healthy, detail = _tried(lambda: check_alive(ours, process))
        ready = healthy
        if healthy and process.ready_path and where:
            ready, detail = _readiness(where + process.ready_path)
        return _row(process.name, "process", state, True, healthy, ready, where, detail)

    return ask


def _row(
    name: str, kind: str, state: State | None, wanted: bool, healthy: bool, ready: bool, where: str | None, detail: str
) -> Row:
    running = state is not None and state.running
    return Row(
        name=name,
        kind=kind,
        state=state.state if state else ("outside" if kind == "outside" else "STOPPED"),
        wanted=wanted,
        healthy=healthy,
        ready=ready,
        pid=state.pid if state and running else None,
        uptime_s=round(time.time() - state.started_at_s, 1) if state and running else None,
        memory_mb=_memory_mb(state.pid) if state and running else None,
        address=where,
        detail=detail or (state.description if state and wanted and not healthy else ""),
    )


def _wanted(state: State | None) -> bool:
    return state is not None and state.state != "STOPPED"


def _tried(check: Callable[[], None]) -> tuple[bool, str]:
    try:
        check()
    except Exception as problem:
        return False, f"{type(problem).__name__}: {problem}".splitlines()[0]
    return True, ""


def _readiness(url: str) -> tuple[bool, str]:
    """Return whether a process is ready for work and, when not, what it says is in the way."""
    try:
        get(url)
    except HTTPError as answer:
        return False, _obstacle(answer.read(OBSTACLE_BYTES))
    except OSError as problem:
        return False, str(problem)
    return True, ""


def _obstacle(body: bytes) -> str:
    """Return what a `/readyz` names as in the way, or what it said when it has another shape."""
    try:
        return str(json.loads(body)["obstacle"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")


def _address(ours: Machine, name: str) -> str:
    if name == "kafka":
        return ours.settings.kafka.bootstrap
    server = getattr(ours.settings, name)
    return f"{server.host}:{server.port}"


def _memory_mb(pid: int) -> float | None:
    """Return the memory of a process and its children, shared pages counted once where the system tells."""
    import psutil

    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return None
    total = 0
    for member in family:
        try:
            full = member.memory_full_info()
            total += getattr(full, "pss", 0) or full.rss
        except psutil.Error:
            continue  # it ended, or is another user's
    return round(total / 1e6, 1)


@dataclass(frozen=True, slots=True)
class BatchNotes:
    """What the batch side waits for people with: runs that failed and were not made good, and days that are held back."""

    failed_runs: tuple[str, ...] = ()
    held_days: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return them for people, with what to do."""
        failed = [f"batch run failed: {told}; Dagster can run it again from where it failed" for told in self.failed_runs]
        return failed + [f"held back: {told}; `baas quality status` says why" for told in self.held_days]


def batch_notes(warehouse: PostgresServer) -> BatchNotes:
    """Read them from the warehouse; none where it does not answer, which is said elsewhere."""
    import psycopg

    from kit.postgres import connect
    from pipelines.batch_runs import repository

    try:
        with connect(warehouse.dsn("audit"), application="status", statement_timeout_ms=BATCH_TIMEOUT_MS) as connection:
            failed, held = repository.open_failures(connection), repository.held_days(connection)
    except psycopg.Error:
        return BatchNotes()
    return BatchNotes(
        tuple(f"{run.job} {run.partition} at {run.failed_at:%Y-%m-%d %H:%M} UTC".replace("  ", " ") for run in failed),
        tuple(f"{count} {'day' if count == 1 else 'days'} of {name}" for name, count in held.items()),
    )


def print_json(rows: Sequence[Row], batch: BatchNotes) -> None:
    """Print one JSON object."""
    running = [row for row in rows if row.wanted]
    summary = {
        "running": bool(running),
        "healthy": bool(running) and all(row.healthy for row in running),
        "memory_mb": round(sum(row.memory_mb or 0.0 for row in rows), 1),
        "parts": [asdict(row) for row in rows],
        "batch": asdict(batch),
    }
    typer.echo(json.dumps(summary, indent=1))


def print_table(rows: Sequence[Row], batch: BatchNotes) -> None:
    """Print a table for people."""
    from rich.console import Console
    from rich.table import Table

    if not any(row.wanted for row in rows):
        typer.echo("nothing runs; `baas up` starts it")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("name", "state", "ready", "up", "MB", "address", "detail"):
        table.add_column(title, justify="right" if title in {"up", "MB"} else "left", overflow="fold")
    for row in rows:
        if row.wanted or row.kind == "server":
            state = row.state.lower() if row.healthy or not row.wanted else f"[red]{row.state.lower()}, does not answer[/red]"
            table.add_row(
                row.name, state,
                "yes" if row.ready else "no", _duration(row.uptime_s), f"{row.memory_mb:.0f}" if row.memory_mb else "",
                row.address or "", row.detail,
            )  # fmt: skip
    Console().print(table)
    typer.echo(f"{sum(row.memory_mb or 0.0 for row in rows):,.0f} MB in all")
    for line in batch.lines():
        typer.echo(line)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
