"""The lake sink on a real broker and real files."""

import itertools
import json
import random
import time
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import DECISIONS, LABELS
from kit.kafka import ADMIN_TIMEOUT_S, admin
from streams.sinks.lake.files import file_name, next_offsets, only_writer, remove_leftovers, write_file
from tests.streams.conftest import example

SINK = "streams.sinks.lake"


@pytest.fixture(scope="module")
def lake(environment) -> Path:
    return Path(environment["BAAS_VAR"]) / "lake"


def read(folder: Path) -> list[dict]:
    """Every row of a topic, in the order of the file names."""
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def covered(folder: Path) -> list[tuple[int, int]]:
    return [tuple(int(part) for part in path.stem.split("-")[1:]) for path in sorted(folder.glob("*.parquet"))]


@pytest.mark.servers
def test_a_sink_killed_at_any_moment_misses_nothing_and_writes_nothing_twice(start, traffic, lake, eventually):
    chance = random.Random(7)
    sent: list[dict] = []
    folder = lake / DECISIONS
    for _ in range(3):
        sink = start(SINK)
        more = [traffic.decision() for _ in range(2_000)]
        sent += more
        before = len(covered(folder)) if folder.exists() else 0
        traffic.send_in_transaction(DECISIONS, more[:1_000], commit=True)
        traffic.send_in_transaction(DECISIONS, [traffic.decision() for _ in range(20)], commit=False)
        eventually(lambda before=before: folder.exists() and len(covered(folder)) > before, what="a file is written")
        traffic.send(DECISIONS, more[1_000:])
        time.sleep(chance.uniform(0, 0.5))  # the moment of death is the thing under test
        sink.kill()
    last = start(SINK)
    wanted = {record["transaction"]["transaction_id"] for record in sent}
    eventually(lambda: sum(pq.read_metadata(p).num_rows for p in folder.glob("*.parquet")) >= len(sent), what="all rows")
    assert last.terminate() == 0
    rows = read(folder)
    assert [row["offset"] for row in rows] == sorted({row["offset"] for row in rows})
    assert len(rows) == len(sent)
    assert {row["transaction_id"] for row in rows} == wanted
    ranges = covered(folder)
    assert ranges[0][0] == 0
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(ranges))
    assert json.loads(rows[0]["payload"]) == sent[0]


@pytest.mark.servers
def test_a_stopping_sink_writes_what_it_gathered_and_refuses_what_it_cannot_read(start, traffic, lake, eventually):
    sink = start(SINK)
    before = len(read(lake / DECISIONS))
    good = traffic.decision(mcc=5411)
    too_wide = traffic.decision()
    too_wide["transaction"]["amount_minor"] = 2**63
    traffic.send(DECISIONS, [b"{", good, too_wide], headers=[("duration_us", b"77")])
    traffic.send(LABELS, [json.dumps({"schema": 1}).encode()])
    assert len(traffic.dlq(DECISIONS, at_least=2)) == 2
    assert len(traffic.dlq(LABELS)) == 1
    assert sink.terminate() == 0
    rows = read(lake / DECISIONS)
    assert len(rows) == before + 1
    assert (rows[-1]["mcc"], rows[-1]["duration_us"], rows[-1]["record"]) == (5411, 77, "decision")
    assert rows[-1]["event_time_ms"] == good["transaction"]["event_time"]
    assert read(lake / LABELS) == []
    assert next_offsets(lake / LABELS) == {0: 1}


@pytest.mark.servers
def test_a_lake_that_begins_after_the_broker_forgot_the_oldest_does_not_say_that_it_has_them(
    start, traffic, kafka, tmp_path, eventually
):
    labels = [example(LABELS) | {"label_id": str(uuid.uuid4())} for _ in range(5)]
    traffic.send(LABELS, labels)
    end = traffic.end(LABELS, 0)
    begins = TopicPartition(end.topic, 0, end.offset - 2)
    client = admin(kafka)
    client.delete_records([begins])[begins].result(ADMIN_TIMEOUT_S)
    sink = start(SINK, BAAS_VAR=str(tmp_path))
    folder = tmp_path / "lake" / LABELS
    eventually(lambda: folder.exists() and covered(folder), what="a file is written")
    assert sink.terminate() == 0
    assert covered(folder) == [(end.offset - 2, end.offset - 1)]
    assert [row["label_id"] for row in read(folder)] == [label["label_id"] for label in labels[-2:]]


@pytest.mark.servers
def test_a_second_sink_waits_for_its_turn(start, lake, eventually):
    with only_writer(lake):
        sink = start(SINK)
        leftover = lake / DECISIONS / (file_name(partition=0, first=10**9, last=10**9) + ".tmp")
        leftover.write_bytes(b"half a file")
        eventually(lambda: "another sink writes" in sink.output(), what="the second sink says that it waits")
        assert leftover.exists()
        assert sink.ended is None
    eventually(lambda: not leftover.exists(), what="the sink has its turn and clears what was left")
    assert sink.terminate() == 0


def test_the_next_offset_follows_the_last_whole_file(tmp_path):
    table = pa.table({"offset": [3, 4]})
    write_file(tmp_path, table, partition=0, first=3, last=9)
    write_file(tmp_path, table, partition=2, first=0, last=4)
    (tmp_path / (file_name(partition=0, first=10, last=20) + ".tmp")).write_bytes(b"half a file")
    assert next_offsets(tmp_path) == {0: 10, 2: 5}
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0-00000000000000000003-00000000000000000009.parquet",
        "2-00000000000000000000-00000000000000000004.parquet",
    ]
