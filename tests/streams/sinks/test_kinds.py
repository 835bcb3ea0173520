"""Whoever reads the decision log takes every kind of record that its contract has. Pure."""

import json

import pytest

from contracts.topics import DECISIONS
from streams.intake import decisions as intake
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from streams.sinks.warehouse.rows import as_row
from tests.streams.conftest import EXAMPLES

RECORDS = json.loads((EXAMPLES / f"{DECISIONS}.json").read_text())


@pytest.mark.parametrize("record", RECORDS, ids=[record["record"] for record in RECORDS])
def test_every_kind_of_record_is_kept_in_the_lake_and_passed_over_where_it_is_not_wanted(record):
    payload = json.dumps(record).encode()
    kept = decode(DECISIONS, payload)
    (row,) = as_batch(DECISIONS, [LakeRow(kept, offset=7, duration_us=None, payload=payload)]).to_pylist()
    assert (row["record"], row["epoch"], row["n"]) == (record["record"], record["epoch"], record["n"])
    assert (row["offset"], row["payload"]) == (7, payload)
    assert (as_row(kept, offset=7, duration_us=None) is None) == (record["record"] in ("start", "label"))
    assert intake.read(payload) is None


def test_the_examples_have_every_kind():
    assert {record["record"] for record in RECORDS} == {"decision", "outcome", "override", "control", "start", "label"}
