"""From the marts over Feast's online store to the controls that the scorer reads, on real servers."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from confluent_kafka import TopicPartition

from contracts.controls import Control, ProfileControl
from contracts.topics import CONTROLS
from feature_store.profiles import PROFILE_FEATURES
from feature_store.vocabulary import Entity
from kit.clock import SystemClock
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.marts import build
from pipelines.profiles import materialise, publish, put_online, registered, write_days
from pipelines.profiles.store import environment
from tests.dbt.rows import Decided, Raw
from tests.pipelines.profiles.command import feast
from tests.pipelines.profiles.history import at_day_ends, random_history, write_lake
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


def test_the_last_day_s_profiles_are_online_and_the_feast_command_shows_them(settings: Settings, project: str) -> None:
    history = random_history(41, 150, days=5, tenants=1)
    write_lake(settings.lake, history, models=settings.models)
    write_days(settings, first=history.days[0], last=history.days[-1])
    put_online(registered(settings, project=project), settings.profiles)

    filled = environment(settings, project=project)
    assert "\ncustomer_daily " in feast(settings.var, filled, "feature-views", "list")
    assert "\npayee " in feast(settings.var, filled, "entities", "list")
    expected = at_day_ends(history)
    names = [feature.name for feature in PROFILE_FEATURES[Entity.CUSTOMER]]
    asked = [word for name in names for word in ("-f", f"customer_daily:{name}")]
    for customer in sorted(history.met("t0", Entity.CUSTOMER))[:2]:
        keys = ("-e", "tenant_id=t0", "-e", f"customer_id={customer}")
        shown = json.loads(feast(settings.var, filled, "get-online-features", *keys, *asked))
        values = [np.nan if shown[name][0] is None else shown[name][0] for name in names]
        day_end = expected["t0", history.days[-1], Entity.CUSTOMER, customer]
        np.testing.assert_array_equal(np.array(values, np.float32), day_end)
    feast(settings.var, filled, "apply")
