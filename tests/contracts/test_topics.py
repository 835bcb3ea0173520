"""Each topic's contract: its struct, its example and its schema agree."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from contracts import schema
from contracts.topics import topics

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
