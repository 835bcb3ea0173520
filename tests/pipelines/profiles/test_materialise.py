"""From the marts over Feast's online store to the controls that the scorer reads, on real servers."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from confluent_kafka import TopicPartition

from contracts.controls import Control, ProfileControl
from contracts.topics import CONTROLS
from kit.clock import SystemClock
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.marts import build
from pipelines.profiles import materialise, publish
from tests.dbt.rows import Decided, Raw
from tests.servers import Servers

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
WAIT_S = 10.0


@pytest.fixture(scope="module")
def settings(
    servers: Servers, feast_warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    raw = Raw(feast_warehouse)
    raw.add(
        Decided(event_time=NOON, amount_minor=300),
        Decided(event_time=NOON - timedelta(days=10), amount_minor=100),
        Decided(event_time=NOON, amount_minor=900, customer_id="c000002", outcome="failed"),
        Decided(event_time=datetime(1993, 1, 5, 12, 0, tzinfo=UTC), amount_minor=50, tenant_id="berka", customer_id="c000001"),
    )
    found = Settings(var=tmp_path_factory.mktemp("var"), warehouse=feast_warehouse, kafka=kafka, valkey=servers.valkey)
    build(found)
    return found


def _controls(kafka: Kafka, *, expected: int) -> list[ProfileControl]:
    source = consumer(kafka, group=uuid.uuid4().hex, client="test")
    source.assign([TopicPartition(topic_name(kafka, CONTROLS), 0, 0)])
    found: list[ProfileControl] = []
    deadline = SystemClock().now_ms() + WAIT_S * 1000
    while len(found) < expected and SystemClock().now_ms() < deadline:
        found += [msgspec.json.decode(message.value(), type=Control) for message in take(source, at_most=100, wait_s=0.2)]
    source.close()
    return found


def test_every_profile_reaches_the_scorer_s_topic_and_again_under_the_same_id(settings: Settings, project: str) -> None:
    assert materialise(settings, project=project).published == 3
    first = {(control.tenant_id, control.entity_id): control for control in _controls(settings.kafka, expected=3)}
    profile = first["demo", "c000001"]
    assert profile.entity == "customer"
    assert profile.values == {
        "payments_30d": 2.0, "mean_amount_minor_30d": 200.0, "usual_hour": 12.0, "account_age_days": 10.0,
    }  # fmt: skip
    # A payment that failed is no habit, and what is not known is absent.
    assert first["demo", "c000002"].values == {"payments_30d": 0.0, "account_age_days": 0.0}
    # Another tenant's customer of the same name, and of another century, has a profile of its own.
    assert first["berka", "c000001"].values["mean_amount_minor_30d"] == 50.0

    assert publish(settings, project=project) == 3
    again = _controls(settings.kafka, expected=6)
    assert len(again) == 6
    assert len({control.control_id for control in again}) == 3
