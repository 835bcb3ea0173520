"""Each topic's contract: its struct, its example and its schema agree."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from contracts import schema
from contracts.topics import DECISIONS, broker_topics, topics
from kit.localset.kafka import SINGLE_NODE
from kit.settings import REPOSITORY_ROOT

EXAMPLES = Path(schema.__file__).parent / "examples"
SCHEMAS = Path(schema.__file__).parent / "schemas"


def examples() -> list[tuple[str, int, dict]]:
    return [
        (name, position, message)
        for name in topics()
        for position, message in enumerate(json.loads((EXAMPLES / f"{name}.json").read_text()))
    ]


@pytest.mark.parametrize(("name", "position", "message"), examples())
def test_an_example_is_what_the_struct_and_the_schema_say(name, position, message):
    decoded = msgspec.json.decode(json.dumps(message).encode(), type=topics()[name].message_type())
    assert json.loads(msgspec.json.encode(decoded)) == message
    jsonschema.validate(message, json.loads((SCHEMAS / f"{name}.json").read_text()))


def test_every_topic_has_an_example_of_each_record_it_carries():
    seen = {name for name, _, _ in examples()}
    assert seen == set(topics())


def test_the_schema_files_are_what_the_structs_say():
    for name, generated in schema.generate().items():
        assert json.loads((SCHEMAS / f"{name}.json").read_text()) == generated


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s["$defs"]["Label"]["properties"].pop("fraud"), "$.fraud disappeared"),
        (lambda s: s["$defs"]["Label"]["required"].append("extra"), "$.extra became required"),
        (lambda s: s["$defs"]["Label"]["properties"]["fraud"].update(type="string"), "$.fraud changed type"),
        (lambda s: s["$defs"]["Label"]["properties"]["known_at"].update(minimum=5), "$.known_at raised minimum"),
        (lambda s: s["$defs"]["FraudKind"]["enum"].remove("structuring"), "$.kind no longer accepts"),
        (lambda s: s["$defs"]["Label"].update(additionalProperties=False), "$ now refuses unknown fields"),
    ],
)
def test_a_change_that_breaks_readers_is_named(change, sentence):
    old = schema.generate()["risk.labels.v1"]
    new = json.loads(json.dumps(old))
    change(new)
    assert any(found.startswith(sentence) for found in schema.incompatibilities(old, new))


def test_an_optional_field_may_be_added():
    old = schema.generate()["risk.labels.v1"]
    new = json.loads(json.dumps(old))
    new["$defs"]["Label"]["properties"]["note"] = {"type": "string"}
    assert schema.incompatibilities(old, new) == []


def test_the_decision_log_is_kept_for_ever_and_its_dlq_is_not():
    configured = {name: configuration["retention.ms"] for name, (_, configuration) in broker_topics().items()}
    assert configured[DECISIONS] == "-1"
    assert all(int(configured[name]) > 0 for name in configured if name != DECISIONS)


def test_the_brokers_keep_group_offsets_as_long_as_any_topic_that_is_read_by_them():
    longest_min = max(topic.retention_days or 0 for topic in topics().values()) * 24 * 60
    local = dict(line.split("=", 1) for line in SINGLE_NODE.splitlines())
    compose = yaml.safe_load((REPOSITORY_ROOT / "docker-compose.yml").read_text())
    assert int(local["offsets.retention.minutes"]) >= longest_min
    assert int(compose["services"]["kafka"]["environment"]["KAFKA_OFFSETS_RETENTION_MINUTES"]) >= longest_min
