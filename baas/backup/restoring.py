"""Restore a backup into a new server of its own and let it prove itself: it starts, and its books are recounted."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from baas.backup.repository import Books, leave_outbox_ids_out, read_books
from baas.backup.taking import verify
from baas.machine import CORE_MEMORY, Machine, check_postgres
from baas.operator_errors import Refused
from kit.localset import ports
from kit.localset.postgres import STOP_WAIT_S, PostgresNode
from kit.localset.readiness import wait_until_ready
from kit.postgres import connect
from kit.settings import PostgresServer

START_S = 300.0


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored server, its address when it runs, and what its books said."""

    node: PostgresNode
    server: PostgresServer
    books: Books

    @property
    def balances(self) -> bool:
        """Whether every account, transfer, entry and hold agrees with the others."""
        return self.books.differences.none

    def report(self) -> str:
        """What to tell the operator."""
        account = self.node.account
        lines = [
            f"restored into {self.node.data}; it started, and its books were recounted by themselves:",
            *self.books.lines(),
        ]
        lines += ["They balance."] if self.balances else ["THE BOOKS DO NOT BALANCE:", *self.books.faults()]
        lines += [
            f"It is stopped again. To start it{f', as the user {account.name}' if account else ''}:",
            f"  {' '.join(_pg_ctl(self.node, 'start'))}",
            "To use it as the core server, or to compare it with topics, warehouse and lake, name it and go on as usual:",
            f"  export BAAS_CORE__EXTERNAL=true BAAS_CORE__PORT={self.server.port}   (passwords are those of the backup)",
            "  baas reconcile",
            "A backup carries no replication slot: the relay makes a new one and carries what is not on the topics yet.",
            "What the core did after the backup is on the topics and not in it: that is what `baas reconcile` shows.",
            "The ledger's chain ends where the backup does, and its keys are not in it: see docs/ledger-chain.md.",
        ]
        return "\n".join(lines)


def restore_backup(ours: Machine, *, backup_folder: Path, to: Path) -> Restored:
    """Copy a verified backup to `to` (which must not exist), start it on a free port, recount its books, and stop it.

    Raises Refused when `to` exists or the backup is damaged, NotReady when the server does not start.
    """
    target = to.resolve()
    if target.exists():
        raise Refused(f"{target} exists: restore into a folder that does not, so that nothing is overwritten")
    try:
        verify(backup_folder.resolve())
    except subprocess.CalledProcessError as problem:
        raise Refused(f"the backup is damaged and was not restored: {problem.stderr.strip()[:1000]}") from problem
    core = ours.settings.core
    server = PostgresServer(
        port=ports.choose(taken=()), dbname=core.dbname, sslmode="disable", passwords=core.passwords, external=True
    )
    node = _node(server, folder=target)
    _copy(backup_folder.resolve(), node)
    dsn = server.dsn("postgres")
    with running(node, server), connect(dsn, application="baas-restore", statement_timeout_ms=0) as connection:
        leave_outbox_ids_out(connection)
        books = read_books(connection)
    return Restored(node=node, server=server, books=books)


def _node(server: PostgresServer, *, folder: Path) -> PostgresNode:
    return PostgresNode(
        name=folder.name,
        folder=folder,
        port=server.port,
        password=server.passwords["postgres"].get_secret_value(),
        memory=CORE_MEMORY,
    )


def _copy(source: Path, node: PostgresNode) -> None:
    node.folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, node.data)
    if node.account:
        node.account.give(node.data)
        for path in node.data.rglob("*"):
            node.account.give(path)
    node.data.chmod(0o700)
    node.prepare()


@contextmanager
def running(node: PostgresNode, server: PostgresServer) -> Iterator[None]:
    """Run a restored server for as long as the block lasts, whatever happens in it."""
    node.run(*_pg_ctl(node, "start"), timeout_s=START_S)
    try:
        wait_until_ready(node.name, lambda: check_postgres(server), timeout_s=START_S)
        yield
    finally:
        node.run(*_pg_ctl(node, "stop"), timeout_s=STOP_WAIT_S)


def _pg_ctl(node: PostgresNode, verb: str) -> tuple[str, ...]:
    common = (str(node.programs / "pg_ctl"), "-D", str(node.data), "-w")
    return (*common, "-l", str(node.data / "server.log"), "start") if verb == "start" else (*common, "-m", "fast", "stop")
