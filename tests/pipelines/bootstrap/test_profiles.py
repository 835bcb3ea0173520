"""The first start tells the scorer each customer's profile, and a second start tells it nothing that it knows."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import CONTROLS
from kit.kafka import consumer, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.bootstrap.run import publish_profiles
from pipelines.marts import build
from tests.dbt.rows import Decided, Raw
from tests.servers import Servers, environment_of
from tests.streams.conftest import Running

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(
    servers: Servers,
    core: PostgresServer,
    feast_warehouse: PostgresServer,
    kafka: Kafka,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    Raw(feast_warehouse).add(*(Decided(event_time=NOON, customer_id=f"c{number:06d}") for number in range(3)))
    found = Settings(
        var=tmp_path_factory.mktemp("var"), core=core, warehouse=feast_warehouse, kafka=kafka, valkey=servers.valkey
    )
    build(found)
    return found


@pytest.fixture(scope="module")
def streams(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The scorer, which copies controls into its log, and the sink that brings the log to the warehouse."""
    own = environment_of(core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own["BAAS_SCORER__RPC__PORT"] = str(probe.getsockname()[1])
    logs = tmp_path_factory.mktemp("logs")
    started = [
        Running(name, dict(os.environ) | own, logs / f"{name}.log") for name in ("streams.scorer", "streams.sinks.warehouse")
    ]
    yield
    for process in started:
        process.stop()


def test_each_customer_s_profile_reaches_the_scorer_s_log_once(settings: Settings, project: str, streams: None) -> None:
    said: list[str] = []
    publish_profiles(settings, said.append, project=project)
    with psycopg.connect(settings.warehouse.dsn("postgres")) as warehouse:
        known = warehouse.execute(
            "select body ->> 'entity_id', (body -> 'values' ->> 'payments_30d')::float from raw.controls "
            "where kind = 'profile' and tenant_id = 'demo' order by 1"
        ).fetchall()
    assert known == [(f"c{number:06d}", 1.0) for number in range(3)]
    assert said[-1] == "customers with a profile: 3"

    sent = _end(settings.kafka)
    publish_profiles(settings, said.append, project=project)
    assert _end(settings.kafka) == sent


def _end(kafka: Kafka) -> int:
    source = consumer(kafka, group="ends", client="test")
    try:
        return int(source.get_watermark_offsets(TopicPartition(topic_name(kafka, CONTROLS), 0), timeout=10)[1])
    finally:
        source.close()
