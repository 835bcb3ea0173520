"""Real servers for the tests: started once a session under `var/test`, or the ones that `BAAS_TEST_SERVERS` names."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from contracts.topics import broker_topics
from kit.kafka import ensure_topics
from kit.migrations import migrate
from kit.settings import Kafka, PostgresServer, Valkey


@dataclass(frozen=True)
class Servers:
    """Where the servers listen; the `postgres` role is a superuser of both databases servers."""

    core: PostgresServer
    warehouse: PostgresServer
    kafka: Kafka
    valkey: Valkey


def _from_file(path: str) -> Servers:
    content = json.loads(Path(path).read_text())
    return Servers(
        core=PostgresServer(**content["core"]),
        warehouse=PostgresServer(**content["warehouse"]),
        kafka=Kafka(**content["kafka"]),
        valkey=Valkey(**content["valkey"]),
    )


@pytest.fixture(scope="session")
def servers() -> Servers:
    named = os.environ.get("BAAS_TEST_SERVERS")
    if not named:
        pytest.fail("set BAAS_TEST_SERVERS to a JSON file that names the servers")
    return _from_file(named)


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
def kafka(servers: Servers) -> Kafka:
    """The broker, with every topic of the contracts under a prefix of this module's own."""
    own = servers.kafka.model_copy(update={"prefix": f"t{uuid.uuid4().hex[:8]}."})
    ensure_topics(own, broker_topics())
    return own
