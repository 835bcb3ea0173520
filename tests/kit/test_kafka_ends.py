"""A topic's ends can be asked for at once, though its partitions have no leader in the first moments."""

import uuid

import pytest
from confluent_kafka import TopicPartition

from kit.kafka import ADMIN_TIMEOUT_S, admin, consumer, end_offsets, ensure_topics, topic_name
from tests.servers import Servers

pytestmark = pytest.mark.servers

TOPICS, PARTITIONS = 12, 8


def test_a_topic_that_was_just_made_ends_where_it_begins(servers: Servers) -> None:
    own = servers.kafka.model_copy(update={"prefix": f"t{uuid.uuid4().hex[:8]}."})
    made = [f"new-{number}" for number in range(TOPICS)]
    source = consumer(own, group="ends", client="test")
    try:
        ensure_topics(own, {name: (PARTITIONS, {}) for name in made})
        partitions = [TopicPartition(topic_name(own, name), number) for name in made for number in range(PARTITIONS)]
        assert set(end_offsets(source, partitions).values()) == {0}
    finally:
        source.close()
        client = admin(own)
        for removed in client.delete_topics([topic_name(own, name) for name in made]).values():
            removed.result(ADMIN_TIMEOUT_S)
