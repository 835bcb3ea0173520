"""The lake sink on a real broker and real files."""

import itertools
import json
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import DECISIONS, LABELS
from kit.kafka import ADMIN_TIMEOUT_S, admin, consumer, raise_on_error
from kit.lake.lock import only_writer
from kit.lake.manifest import MANIFEST, ends_of, file_name, live_files
from kit.lake.manifest import read as read_manifest
from kit.settings import REPOSITORY_ROOT
from tests.streams.conftest import Traffic, example

SINK = "streams.sinks.lake"


@pytest.fixture(scope="module")
def lake(environment) -> Path:
    return Path(environment["BAAS_VAR"]) / "lake"


def read(folder: Path) -> list[dict]:
    """Every row of a topic, in the order of its offsets."""
    return [row for file in live_files(folder) for row in pq.read_table(folder / file.name).to_pylist()]


def covered(folder: Path) -> list[tuple[int, int]]:
    return [(file.first, file.past - 1) for file in live_files(folder)]


def committed(traffic: Traffic, topic: str) -> list[tuple[int, bytes]]:
    """(offset, value) of every message of a topic that whoever reads only committed ones is given."""
    end = traffic.end(topic, 0)
    source = consumer(traffic.kafka, group="whole", client="whole", **{"enable.partition.eof": True})
    source.assign([TopicPartition(end.topic, 0, 0)])
    found: list[tuple[int, bytes]] = []
    while True:
        message = source.poll(30)
        assert message is not None, "the topic's end never came"
        if message.error() is not None:
            raise_on_error(message)
            source.close()
            return found
        found.append((message.offset(), message.value()))


def compacting(environment: dict[str, str]) -> subprocess.Popen:
    """A compaction that deletes at once what it replaced."""
    command = [sys.executable, "-m", "pipelines.lake", "compact", "--grace-h", "0"]
    return subprocess.Popen(command, cwd=REPOSITORY_ROOT, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.servers
def test_sink_and_compaction_killed_at_any_moment_keep_the_topic_offset_for_offset(
    start, traffic, lake, environment, eventually
):
    """Each round kills both while records come, some of them in transactions that are aborted, at a moment of chance."""
    chance = random.Random(7)
    folder = lake / DECISIONS
    for _ in range(5):
        sink = start(SINK)
        traffic.send_in_transaction(DECISIONS, [traffic.decision() for _ in range(600)], commit=True)
        traffic.send_in_transaction(DECISIONS, [traffic.decision() for _ in range(20)], commit=False)
        before = len(covered(folder)) if folder.exists() else 0
        eventually(lambda before=before: folder.exists() and len(covered(folder)) > before, what="a file is written")
        traffic.send(DECISIONS, [traffic.decision() for _ in range(600)])
        compaction = compacting(environment)
        time.sleep(chance.uniform(0.3, 6.5))  # the moment of death is the thing under test
        sink.kill()
        compaction.kill()
        compaction.wait()
    wanted = committed(traffic, DECISIONS)
    last = start(SINK)
    eventually(lambda: covered(folder)[-1][1] >= wanted[-1][0], what="all of it")
    assert last.terminate() == 0
    assert [(row["offset"], row["payload"]) for row in read(folder)] == wanted
    assert compacting(environment).wait(60) == 0
    assert [(row["offset"], row["payload"]) for row in read(folder)] == wanted
    assert len(live_files(folder)) == 1
    assert [path.name for path in folder.rglob("*.parquet")] == [Path(live_files(folder)[0].name).name]
    ranges = covered(folder)
    assert ranges[0][0] == 0
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(ranges))


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
    assert ends_of(live_files(lake / LABELS)) == {0: 1}


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


def test_a_sink_that_was_killed_between_a_file_and_its_row_writes_the_row_and_not_the_file_again(
    start, traffic, tmp_path, eventually
):
    traffic.send(DECISIONS, [traffic.decision()])
    folder = tmp_path / "lake" / DECISIONS
    sink = start(SINK, BAAS_VAR=str(tmp_path))
    eventually(lambda: folder.exists() and covered(folder), what="a file is written")
    assert sink.terminate() == 0
    rows = read_manifest(folder)
    (folder / MANIFEST).unlink()
    assert [(file.first, file.past) for file in live_files(folder)] == [(row.first, row.past) for row in rows]
    again = start(SINK, BAAS_VAR=str(tmp_path))
    eventually((folder / MANIFEST).exists, what="the sink finds the file that has no row")
    assert again.terminate() == 0
    assert [row.sha256 for row in read_manifest(folder)] == [row.sha256 for row in rows]
