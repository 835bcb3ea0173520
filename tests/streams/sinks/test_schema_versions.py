"""Whoever changes the lake's columns says so by a new version, and takes nothing away that older files have."""

import hashlib

import pyarrow as pa
import pytest

from kit.lake.files import version_of
from streams.sinks.lake.columns import SCHEMAS

# The columns of each version that files were written by, the newest last.
WRITTEN = {
    "banking.transactions.v1": {1: "80608aac4a5cf167"},
    "risk.alerts.v1": {1: "52230f823c646394"},
    "risk.decisions.v1": {1: "bfdbf76f86a1a80a"},
    "risk.labels.v1": {1: "b72d730a759b6338"},
}


def fingerprint(schema: pa.Schema) -> str:
    return hashlib.sha256("\n".join(f"{field.name} {field.type}" for field in schema).encode()).hexdigest()[:16]


@pytest.mark.parametrize("topic", sorted(SCHEMAS))
def test_the_columns_are_those_of_the_newest_version(topic):
    schema = SCHEMAS[topic]
    newest = max(WRITTEN[topic])
    assert (version_of(schema), fingerprint(schema)) == (newest, WRITTEN[topic][newest])


def test_every_topic_ends_with_its_offset_and_its_message():
    assert {tuple(schema.names[-2:]) for schema in SCHEMAS.values()} == {("offset", "payload")}
