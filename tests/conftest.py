"""Real servers for the tests: started once a session under `var/test`, or the ones that `BAAS_TEST_SERVERS` names."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from contracts.topics import broker_topics
from kit.kafka import ADMIN_TIMEOUT_S, admin, ensure_topics
from kit.migrations import migrate
from kit.settings import Kafka, Neo4j, PostgresServer
from tests.servers import VAR, Servers, from_file, graph_server, session_servers

# Begun first, so that files that run side by side end at about the same time.
LONGEST = (
    "streams/flink",
    "orchestration",
    "streams/scorer/test_s",
    "bench",
    "platform/test_servers",
    "serving/test_scored",
    "pipelines/reconcile",
    "streams/aml",
    "serving/test_documented",
    "streams/graph",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let searches that look for the unknown go on for longer than a run of the tests can wait."""
    parser.addoption("--soak", type=int, default=1, metavar="N", help="search N times as long as usual where tests search")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first. Raises UsageError for a test that `make test` would pass over."""
    here = Path(__file__).parent
    for path in {item.path for item in items if item.get_closest_marker("alone")}:
        if "mark.alone" not in path.read_text():
            raise pytest.UsageError(f"{path} is marked `alone` elsewhere: the Makefile looks for the mark in the file")

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((at for at, start in enumerate(LONGEST) if name.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The session's servers: those that `BAAS_TEST_SERVERS` names, else a set of its own."""
    named = os.environ.get("BAAS_TEST_SERVERS")
    if named:
        yield from_file(Path(named))
        return
    with session_servers() as started:
        yield started


@pytest.fixture(scope="session")
def neo4j(servers: Servers) -> Neo4j:
    """The graph's server of the same set. What a module writes lies under its topics' prefix, apart from all others'."""
    named = os.environ.get("BAAS_TEST_SERVERS")
    return graph_server(Path(named).parent if named else VAR)


def _fresh_database(server: PostgresServer, *, migrations: str) -> Iterator[PostgresServer]:
    name = f"{migrations}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    database = server.model_copy(update={"dbname": name})
    migrate(database.url("postgres"), server=migrations)
    yield database
    with psycopg.connect(server.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = %s and not active", (name,)
        )
        admin.execute(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def core(servers: Servers) -> Iterator[PostgresServer]:
    """A migrated core database of this module's own."""
    yield from _fresh_database(servers.core, migrations="core")


@pytest.fixture(scope="module")
def warehouse(servers: Servers) -> Iterator[PostgresServer]:
    """A migrated warehouse database of this module's own."""
    yield from _fresh_database(servers.warehouse, migrations="warehouse")


@pytest.fixture(scope="module")
def kafka(servers: Servers) -> Iterator[Kafka]:
    """The broker, with every topic of the contracts under a prefix of this module's own; they are removed at its end."""
    own = servers.kafka.model_copy(update={"prefix": f"t{uuid.uuid4().hex[:8]}."})
    ensure_topics(own, broker_topics())
    yield own
    client = admin(own)
    ours = [name for name in client.list_topics(timeout=ADMIN_TIMEOUT_S).topics if name.startswith(own.prefix)]
    for removed in client.delete_topics(ours).values():
        removed.result(ADMIN_TIMEOUT_S)
