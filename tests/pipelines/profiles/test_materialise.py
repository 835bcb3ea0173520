"""From the marts and the log into Feast's online store, and what of it the scorer is told, on real servers."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from confluent_kafka import Consumer, TopicPartition

from contracts.controls import Control
from contracts.topics import CONTROLS
from feature_store.definitions import CATALOGUE
from feature_store.profiles import GRAPH_SENTENCES, HABITS, PROFILE_FEATURES
from feature_store.repo.views import HABIT_FEATURES
from feature_store.vocabulary import GRAPH_SCORE, Entity, ExternalFeature
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.marts import build
from pipelines.profiles import is_online, materialise, put_online, registered, write_days
from pipelines.profiles.publish import control_of, online_values, send
from pipelines.profiles.store import environment
from tests.dbt.rows import Decided, Raw
from tests.pipelines.profiles.command import feast
from tests.pipelines.profiles.history import at_day_ends, random_history, write_lake
from tests.servers import Servers
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


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


def test_what_the_mart_says_of_every_customer_is_online_and_the_scorer_is_told_what_features_read_alone(
    settings: Settings, project: str
) -> None:
    assert not is_online(settings)
    assert [materialise(settings, project=project), materialise(settings, project=project)] == [3, 3], "safe to run again"
    assert is_online(settings)
    asked = [{"tenant_id": tenant, "customer_id": who} for tenant, who in
             (("demo", "c000001"), ("demo", "c000002"), ("berka", "c000001"))]  # fmt: skip
    store = registered(settings, project=project)
    first, second, other = online_values(store, view=HABITS, names=HABIT_FEATURES, asked=asked)
    assert first == {"payments_30d": 2.0, "mean_amount_minor_30d": 200.0, "usual_hour": 12.0, "account_age_days": 10.0}
    # A payment that failed is no habit, and what is not known is absent.
    assert second == {"payments_30d": 0.0, "account_age_days": 0.0}
    # Another tenant's customer of the same name, and of another century, has a profile of its own.
    assert other["mean_amount_minor_30d"] == 50.0

    told = control_of("demo", "a1", {GRAPH_SCORE: 0.5}, as_of="2026-03-10", known_at_ms=1)
    assert send(settings, [told]) == 1
    source = consumer(settings.kafka, group=uuid.uuid4().hex, client="test")
    source.assign([TopicPartition(topic_name(settings.kafka, CONTROLS), 0, 0)])
    found: list[Control] = []
    wait_until(lambda: found.extend(_taken(source)) or found, what="what is told is on its topic")
    source.close()
    assert found == [told], "and nothing of customers"


def _taken(source: Consumer) -> list[Control]:
    return [msgspec.json.decode(message.value(), type=Control) for message in take(source, at_most=100, wait_s=0.2)]


def test_what_is_told_of_accounts_is_what_features_read() -> None:
    read = {feature.value for feature in CATALOGUE if isinstance(feature, ExternalFeature)}
    assert read == set(GRAPH_SENTENCES)


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
