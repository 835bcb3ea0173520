"""A graph of planted payments on a real Neo4j, for one module."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from cases.graph.erased import Digests
from cases.graph.model import Kind, deployment_of
from cases.graph.reading import GraphReader
from kit.neo4j import driver
from kit.settings import Kafka, Neo4j, Settings
from streams.graph import repository
from streams.graph.rows import Batch

Write = Callable[[Batch], None]


@pytest.fixture(scope="module")
def settings(neo4j: Neo4j, tmp_path_factory) -> Settings:
    """Settings of a deployment of this module's own."""
    own = Kafka(prefix=f"t{uuid.uuid4().hex[:8]}.")
    return Settings(var=tmp_path_factory.mktemp("var"), kafka=own, neo4j=neo4j.model_copy(update={"kept": True}))


@contextmanager
def writing(settings: Settings) -> Iterator[Write]:
    """Write batches to the generation that is read, as its one writer."""
    deployment = deployment_of(settings.kafka.prefix)
    with driver(settings.neo4j, application="test") as client, client.session(database=settings.neo4j.database) as session:
        repository.prepare(session)
        scope = repository.current(session, deployment)
        assert repository.take(session, scope, holder="test")
        digests = Digests(settings.secrets)
        yield lambda batch: repository.write(session, scope, batch, holder="test", moves={}, digests=digests)
        repository.leave(session, scope, holder="test")


@pytest.fixture(scope="module")
def write(settings: Settings) -> Iterator[Write]:
    """The same for one module, at whose end the graph is removed."""
    with writing(settings) as write:
        yield write
    deployment = deployment_of(settings.kafka.prefix)
    with driver(settings.neo4j, application="test") as client, client.session(database=settings.neo4j.database) as session:
        repository.forget(session, repository.current(session, deployment))


@pytest.fixture(scope="module")
def reader(settings: Settings) -> Iterator[GraphReader]:
    """Asks the graph."""
    found = GraphReader(settings, application="test")
    yield found
    found.close()


def pay(batch: Batch, tenant: str, payer: str, payee: str, *, at: int, amount: int, n: int, bank: bool = False) -> None:
    """Plant a payment; `n` numbers its event."""
    batch.node(Kind.ACCOUNT, tenant, payer, bank=False)
    batch.node(Kind.ACCOUNT, tenant, payee, bank=bank)
    batch.flows[tenant, f"e{n:06d}"] = {
        "tenant_id": tenant, "event_id": f"e{n:06d}", "transfer_id": f"t{n:06d}", "payer": payer, "payee": payee, "at": at,
        "amount_minor": amount, "currency": "BRL", "purpose": "transfer",
    }  # fmt: skip
