"""What lies on a dlq is what its contract says."""

import hashlib
import json
from importlib import import_module
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from confluent_kafka import TopicPartition

from contracts import schema
from contracts.refusals import Refusal, read_refusal
from contracts.topics import INBOUND_TRANSACTIONS, topics
from kit.kafka import consumer, dlq_name, producer, refuse, take, topic_name
from tests.streams.conftest import Traffic

FOLDER = Path(schema.__file__).parent
CONTRACT = yaml.safe_load((FOLDER / "dlq.yaml").read_text())
EXAMPLES = json.loads((FOLDER / "examples" / "dlq.json").read_text())


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_what_the_struct_and_the_schema_say(example):
    assert msgspec.to_builtins(msgspec.convert(example, Refusal)) == example
    jsonschema.validate(example, json.loads((FOLDER / "schemas" / "dlq.json").read_text()))


def test_the_contract_names_the_headers_of_its_struct():
    module, _, name = CONTRACT["headers_struct"].partition(":")
    assert getattr(import_module(module), name) is Refusal
    assert CONTRACT["headers"] == [field.name for field in msgspec.structs.fields(Refusal)]


def test_every_topic_has_a_dlq_that_the_contract_is_of():
    assert all(topic.dlq for topic in topics().values())
    assert dlq_name("<topic>") == CONTRACT["topic"]


@pytest.mark.servers
@pytest.mark.parametrize(
    ("value", "hashed"), [(b"no message at all", True), (b'{"card": "4111111111111111"}', False), (b"x" * 70_000, True)]
)
def test_a_refused_message_says_why_where_it_was_and_what_it_held(kafka, value, hashed):
    sent = producer(kafka, client="test")
    sent.produce(topic_name(kafka, INBOUND_TRANSACTIONS), value, "demo")
    assert sent.flush(20) == 0
    message = last_of(kafka, INBOUND_TRANSACTIONS)
    refuse(sent, message, topic=message.topic(), reason="malformed", detail="scorer: not JSON")
    assert sent.flush(20) == 0
    refused = last_of(kafka, dlq_name(INBOUND_TRANSACTIONS))
    assert read_refusal(refused.headers()) == Refusal(
        reason="malformed",
        detail="scorer: not JSON",
        source_topic=topic_name(kafka, INBOUND_TRANSACTIONS),
        source_partition=message.partition(),
        source_offset=message.offset(),
        value_bytes=len(value),
        value_sha256=hashlib.sha256(value).hexdigest() if hashed else None,
    )


def last_of(kafka, topic):
    """The newest message of a topic."""
    source, name = consumer(kafka, group="test", client="test"), topic_name(kafka, topic)
    partitions = source.list_topics(name, timeout=20).topics[name].partitions
    ends = [Traffic(kafka).end(topic, number) for number in partitions]
    last = [TopicPartition(name, end.partition, end.offset - 1) for end in ends if end.offset]
    source.assign(last)
    found = []
    while len(found) < len(last):
        some = take(source, at_most=10, wait_s=20.0)
        assert some, f"{len(found)} of {len(last)} messages came"
        found += some
    source.close()
    return max(found, key=lambda message: message.timestamp()[1])
