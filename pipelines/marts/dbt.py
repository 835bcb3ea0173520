"""dbt as a process of its own: it keeps global state, so that two runs in one process would mix."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kit.errors import DomainError
from kit.settings import REPOSITORY_ROOT, Settings

PROJECT = REPOSITORY_ROOT / "dbt"
ROLE = "transform"
LOOK_S = 0.5
STOP_S = 15.0
TOLD_CHARACTERS = 4_000
# dbt looks through all of its environment at each line of its log, of which a build writes thousands: it gets what it needs.
INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
# Its log says what was done and what went wrong, not each statement: those lie in `dbt/target/run` under the var folder.
LOGGED = "info"

Stopped = Callable[[], bool]


class MartsNotBuilt(DomainError):
    """dbt could not build a model, or a test of a mart failed."""

    code = "marts-not-built"
    title = "The marts could not be built, or do not hold what they promise"
    remedy = "Read the detail; the log is dbt/logs/dbt.log under the var folder. Marts built before are still there."


class BuildStopped(Exception):
    """The build was ended because its process was asked to; the marts are whole, some of them new."""


def never() -> bool:
    """Nobody asks to give up."""
    return False


def folder(settings: Settings) -> Path:
    """Return where dbt writes."""
    return settings.var.resolve() / "dbt"


def target(settings: Settings) -> Path:
    """Return where dbt writes what it found."""
    return folder(settings) / "target"


def project_sha256() -> str:
    """Return what the project's files come to: another value means that tables built before may be other than it says."""
    digest = hashlib.sha256()
    for path in sorted(file for file in PROJECT.rglob("*") if file.is_file()):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


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
        "DBT_TARGET_PATH": str(target(settings)),
        "DBT_LOG_PATH": str(folder(settings) / "logs"),
        "DBT_LOG_LEVEL_FILE": LOGGED,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        "DO_NOT_TRACK": "1",
    }


def inherited() -> dict[str, str]:
    """Return what dbt sees of this process's own environment."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def run(
    settings: Settings, command: Sequence[str], *, timeout_s: float, stopped: Stopped = never
) -> subprocess.CompletedProcess[str]:
    """Run one command of dbt to its end. Raises BuildStopped, and MartsNotBuilt where it takes too long."""
    program = str(Path(sys.executable).parent / "dbt")
    deadline = time.monotonic() + timeout_s
    with subprocess.Popen(  # noqa: S603 (our own arguments)
        [program, *command],
        cwd=PROJECT,
        env=inherited() | environment(settings),
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
                    raise BuildStopped(command[0]) from None
                if time.monotonic() > deadline:
                    _end(dbt)
                    raise MartsNotBuilt(f"dbt {command[0]} did not end within {timeout_s:.0f} s") from None
            else:
                return subprocess.CompletedProcess(dbt.args, dbt.returncode, said, complained)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """Return the end of what it said."""
    return (done.stdout + done.stderr)[-TOLD_CHARACTERS:]


def _end(dbt: subprocess.Popen[str]) -> None:
    """A mart's rows change within one transaction, so that none is left half made."""
    dbt.terminate()
    try:
        dbt.communicate(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        dbt.kill()
        dbt.communicate()
