"""A bank in which somebody has left, with something of theirs in every store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.settings import Http, Kafka, Neo4j, PostgresServer, Scorer, Settings
from serving.identity.seed import seed_demo
from tests.pipelines.privacy.somebody import Bank
from tests.servers import Servers
from tests.serving.conftest import Server, free_port, serve


@pytest.fixture(scope="module")
def settings(
    servers: Servers,
    core: PostgresServer,
    warehouse: PostgresServer,
    kafka: Kafka,
    neo4j: Neo4j,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    var: Path = tmp_path_factory.mktemp("var")
    return Settings(
        var=var,
        core=core,
        warehouse=warehouse,
        kafka=kafka,
        valkey=servers.valkey,
        neo4j=neo4j.model_copy(update={"kept": True}),
        api=Http(port=free_port()),
        scorer=Scorer(rpc=Http(port=free_port())),
    )


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Server]:
    logins = {"demo": seed_demo(settings.core.dsn("postgres"), "demo", settings.secrets)}
    for server in serve(settings):
        server.logins = logins
        yield server


@pytest.fixture(scope="module")
def bank(settings: Settings, api: Server) -> Iterator[Bank]:
    found = Bank(settings, api)
    yield found
    found.close()
