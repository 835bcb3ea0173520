"""Runs dbt as a process of its own: it keeps global state, so that two runs in one process would mix."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kit.errors import DomainError
from kit.settings import REPOSITORY_ROOT, Settings
from pipelines.marts.results import ModelRun, read_results

PROJECT = REPOSITORY_ROOT / "dbt"
ROLE = "transform"
BUILD_S = 900.0
PARSE_S = 180.0
# Whoever has the lock gives it back within `BUILD_S`, and another that waited longer may have come before us.
WAIT_S = 2 * BUILD_S
LOCK_RETRY_S = 0.25
LOOK_S = 0.5
STOP_S = 15.0
TOLD_CHARACTERS = 4_000

Progress = Callable[[str], None]
Stopped = Callable[[], bool]


def _never() -> bool:
    return False


class MartsNotBuilt(DomainError):
    """dbt could not build a model, or a test of a mart failed."""

    code = "marts-not-built"
    title = "The marts could not be built, or do not hold what they promise"
    remedy = "Read the detail; the log is dbt/logs/dbt.log under the var folder. Marts built before are still there."


class MartsBusy(DomainError):
    """Another build has held the marts for longer than one may take."""

    code = "marts-busy"
    title = "Another build of the marts does not end"
    remedy = "Look for a dbt process of this deployment and end it; its lock is dbt/build.lock under the var folder."


class BuildStopped(Exception):
    """The build was ended because its process was asked to; the marts are whole, some of them new."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    runs: tuple[ModelRun, ...]
    seconds: float

    @property
    def models(self) -> int:
        """How many models were built."""
        return sum(run.kind == "model" for run in self.runs)

    @property
    def tests(self) -> int:
        """How many tests passed or warned."""
        return sum(run.kind == "test" for run in self.runs)


def build(settings: Settings, *, progress: Progress | None = None, stopped: Stopped = _never) -> Built:
    """Build and test every model. One build at a time; a second waits. `stopped` is asked whether to give up meanwhile.

    Raises MartsNotBuilt, MartsBusy, BuildStopped.
    """
    with one_build_at_a_time(settings, stopped=stopped):
        began = time.monotonic()
        results = _target(settings) / "run_results.json"
        results.unlink(missing_ok=True)
        done = _dbt(settings, "build", timeout_s=BUILD_S, stopped=stopped)
        runs = tuple(read_results(results.read_text())) if results.exists() else ()
    failed = [run for run in runs if run.bad]
    if done.returncode != 0 or not runs:
        told = "; ".join(f"{run.name}: {run.message}" for run in failed) or (done.stdout + done.stderr)[-TOLD_CHARACTERS:]
        raise MartsNotBuilt(told, failed=len(failed))
    built = Built(runs=runs, seconds=time.monotonic() - began)
    if progress:
        progress(f"{built.models} models built and {built.tests} tests passed in {built.seconds:.1f} s")
    return built


def manifest(settings: Settings) -> Path:
    """Return dbt's description of the project, made anew when a file of the project is newer. Raises MartsNotBuilt."""
    path = _target(settings) / "manifest.json"
    if path.exists() and path.stat().st_mtime >= _changed_at():
        return path
    with one_build_at_a_time(settings):
        done = _dbt(settings, "parse", timeout_s=PARSE_S)
    if done.returncode != 0 or not path.exists():
        raise MartsNotBuilt((done.stdout + done.stderr)[-TOLD_CHARACTERS:])
    return path


def compiled(settings: Settings) -> Path:
    """Return dbt's description of the project with every model's SQL as it runs against the warehouse. Raises MartsNotBuilt.

    It is made anew when a file of the project is newer, beside the one of the builds: a build would leave SQL of its own there.
    """
    folder = _folder(settings) / "compiled"
    path = folder / "manifest.json"
    if path.exists() and path.stat().st_mtime >= _changed_at():
        return path
    with one_build_at_a_time(settings):
        done = _dbt(settings, "compile", timeout_s=PARSE_S, target=folder)
    if done.returncode != 0 or not path.exists():
        raise MartsNotBuilt((done.stdout + done.stderr)[-TOLD_CHARACTERS:])
    return path


def _changed_at() -> float:
    """When a file of the project was changed last."""
    return max(file.stat().st_mtime for file in PROJECT.rglob("*") if file.is_file())


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables by which dbt finds the warehouse and its own folders, and by which it tells nobody else."""
    server = settings.warehouse
    password = server.passwords.get(ROLE)
    return {
        "DBT_HOST": server.host,
        "DBT_PORT": str(server.port),
        "DBT_DBNAME": server.dbname,
        "DBT_USER": ROLE,
        "DBT_ENV_SECRET_PASSWORD": password.get_secret_value() if password else "",
        "DBT_SSLMODE": server.sslmode,
        **({"PGSSLROOTCERT": str(server.sslrootcert)} if server.sslrootcert else {}),  # which libpq itself reads
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(_target(settings)),
        "DBT_LOG_PATH": str(_folder(settings) / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        "DO_NOT_TRACK": "1",
    }


def _folder(settings: Settings) -> Path:
    return settings.var.resolve() / "dbt"


def _target(settings: Settings) -> Path:
    return _folder(settings) / "target"


def _dbt(
    settings: Settings, command: str, *, timeout_s: float, stopped: Stopped = _never, target: Path | None = None
) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).parent / "dbt")
    deadline = time.monotonic() + timeout_s
    with subprocess.Popen(  # noqa: S603 (fixed arguments)
        [program, command],
        cwd=PROJECT,
        env=os.environ | environment(settings) | ({"DBT_TARGET_PATH": str(target)} if target else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as dbt:
        while True:
            try:
                said, complained = dbt.communicate(timeout=LOOK_S)
            except subprocess.TimeoutExpired:
                if stopped():
                    _end(dbt)
                    raise BuildStopped(command) from None
                if time.monotonic() > deadline:
                    _end(dbt)
                    raise MartsNotBuilt(f"dbt {command} did not end within {timeout_s:.0f} s") from None
            else:
                return subprocess.CompletedProcess(dbt.args, dbt.returncode, said, complained)


def _end(dbt: subprocess.Popen[str]) -> None:
    """A table is swapped in within one transaction, so that none is left half made."""
    dbt.terminate()
    try:
        dbt.communicate(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        dbt.kill()
        dbt.communicate()


@contextmanager
def one_build_at_a_time(settings: Settings, *, stopped: Stopped = _never, wait_s: float = WAIT_S) -> Iterator[None]:
    """Wait until no other build of this deployment runs: two would swap the same tables. Raises MartsBusy, BuildStopped."""
    _folder(settings).mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_s
    with (_folder(settings) / "build.lock").open("w") as lock:
        while not _locked(lock):
            if stopped():
                raise BuildStopped("before its turn")
            if time.monotonic() > deadline:
                raise MartsBusy(f"another build has not ended within {wait_s:.0f} s")
            time.sleep(LOCK_RETRY_S)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
