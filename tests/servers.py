"""The servers of a test session: a local set of its own under `var/test`, shared by sessions that run at the same moment."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.settings import REPOSITORY_ROOT, Kafka, Neo4j, PostgresServer, Valkey

VAR = REPOSITORY_ROOT / "var" / "test"
COMMAND_S = 300


@dataclass(frozen=True)
class Servers:
    """Where the servers listen; the `postgres` role is a superuser of both database servers."""

    core: PostgresServer
    warehouse: PostgresServer
    kafka: Kafka
    valkey: Valkey


def from_file(path: Path) -> Servers:
    """Read the addresses that a set keeps in its `local.json` (or a file of that shape)."""
    content = json.loads(path.read_text())
    return Servers(
        core=PostgresServer(**content["core"]),
        warehouse=PostgresServer(**content["warehouse"]),
        kafka=Kafka(**content["kafka"]),
        valkey=Valkey(**content["valkey"]),
    )


def run_baas(var: Path, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the set in `var`, with nothing of the caller's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BAAS_") or name == "BAAS_CACHE"}
    done = subprocess.run(
        [sys.executable, "-m", "baas.cli", *arguments],
        cwd=REPOSITORY_ROOT,
        env=own | {"BAAS_VAR": str(var), "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"baas {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def graph_server(var: Path) -> Neo4j:
    """Start the graph's server beside those of a set, small, unless it runs; it ends when the set does."""
    with _one_at_a_time(var):
        run_baas(var, "up", "--profile", "full", "--servers-only", BAAS_NEO4J__HEAP_MB="320", BAAS_NEO4J__PAGE_CACHE_MB="64")
    return Neo4j(**json.loads((var / "local.json").read_text())["neo4j"])


@contextmanager
def session_servers() -> Iterator[Servers]:
    """Start the set, or join the session that has; the last session to leave stops it."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "sessions.lock").open("w") as sessions:
        fcntl.flock(sessions, fcntl.LOCK_SH)
        with _one_at_a_time():
            run_baas(VAR, "up", "--servers-only")
        try:
            yield from_file(VAR / "local.json")
        finally:
            with _one_at_a_time():
                if _nobody_else(sessions.fileno()):
                    run_baas(VAR, "down")


@contextmanager
def _one_at_a_time(var: Path = VAR) -> Iterator[None]:
    with (var / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _nobody_else(sessions: int) -> bool:
    try:
        fcntl.flock(sessions, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def graph_environment(neo4j: Neo4j) -> dict[str, str]:
    """Return the variables by which a process of the product finds this graph."""
    password = neo4j.password.get_secret_value() if neo4j.password else ""
    return {"BAAS_NEO4J__PORT": str(neo4j.port), "BAAS_NEO4J__PASSWORD": password, "BAAS_NEO4J__KEPT": "true"}


def environment_of(*, core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, var: Path) -> dict[str, str]:
    """Return the variables by which a process of the product finds these databases, topics and passwords."""
    named = {"BAAS_KAFKA__BOOTSTRAP": kafka.bootstrap, "BAAS_KAFKA__PREFIX": kafka.prefix, "BAAS_VAR": str(var)}
    for name, server in (("CORE", core), ("WAREHOUSE", warehouse)):
        named |= {
            f"BAAS_{name}__HOST": server.host,
            f"BAAS_{name}__PORT": str(server.port),
            f"BAAS_{name}__DBNAME": server.dbname,
            f"BAAS_{name}__SSLMODE": server.sslmode,
            f"BAAS_{name}__PASSWORDS": json.dumps(
                {role: secret.get_secret_value() for role, secret in server.passwords.items()}
            ),
        }
    return named
