"""Each topic's contract: its struct, its example and its schema agree."""

import functools
import json
import os
import subprocess
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


@pytest.mark.parametrize("name", sorted(topics()))
def test_every_topic_has_an_example_of_each_record_it_carries(name):
    seen = [message for topic, _, message in examples() if topic == name]
    assert seen
    kinds = schema.generate()[name].get("discriminator")
    if kinds:
        assert {message[kinds["propertyName"]] for message in seen} == kinds["mapping"].keys()


def test_every_topic_has_its_example_and_schema_and_nothing_else_has():
    for folder in (EXAMPLES, SCHEMAS):
        assert {path.stem for path in folder.iterdir()} == {*topics(), schema.DLQ}


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


def git(folder: Path, *arguments: str) -> None:
    author = {f"GIT_{who}_{what}": "tests@bank.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, env=os.environ | author, check=True, capture_output=True)


@pytest.fixture
def history(tmp_path):
    """A repository in which a topic was there before the last commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-b", "main")
    for name in ("gone.v1", "risk.labels.v1"):
        (folder / f"{name}.json").write_text(json.dumps(schema.generate()["risk.labels.v1"]))
    git(folder, "add", ".")
    git(folder, "commit", "-m", "both")
    git(folder, "rm", "gone.v1.json")
    git(folder, "commit", "-m", "one")
    return folder


def test_a_topic_that_disappeared_is_named(history, monkeypatch):
    assert schema.schemas_at("HEAD^", history).keys() == {"gone.v1", "risk.labels.v1"}
    monkeypatch.setattr(schema, "schemas_at", functools.partial(schema.schemas_at, folder=history))
    assert [problem for problem in schema.check("HEAD^") if "gone.v1" in problem] == [
        "gone.v1 disappeared, and whoever reads or writes it is not asked"
    ]
    assert schema.check("HEAD") == []


def test_a_clone_that_lacks_the_earlier_commit_is_refused(history, tmp_path):
    git(tmp_path, "clone", "--depth", "1", history.as_uri(), "shallow")
    with pytest.raises(schema.NoSuchRevision, match="git fetch --unshallow"):
        schema.schemas_at(schema.default_base(tmp_path / "shallow"), tmp_path / "shallow")


def test_the_first_commit_of_all_has_nothing_to_be_compared_with(history):
    git(history, "checkout", "HEAD^")
    assert schema.schemas_at(schema.default_base(history), history).keys() == {"gone.v1", "risk.labels.v1"}


def test_a_branch_is_compared_with_where_it_left_main(history, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", history.as_uri(), "clone")
    assert schema.default_base(clone).endswith("^")
    for message in ("first", "second"):
        git(clone, "commit", "--allow-empty", "-m", message)
    assert schema.schemas_at(schema.default_base(clone), clone).keys() == {"risk.labels.v1"}
    assert not schema.default_base(clone).endswith("^")


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
