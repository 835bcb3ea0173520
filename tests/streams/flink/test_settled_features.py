"""The compiled SQL on a real Flink cluster and a real Kafka: exact, once, over a kill and a savepoint.

One story is played once for the whole module: events in order, a late one and two that are no transactions; the task manager
killed in the middle; events out of order, some of them twice; a stop with a savepoint, a start from it; ties and boundaries.
"""

import os
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl
import pytest

from bench.flink_run import PROJECT, job_flags
from bench.flink_traffic import frame_of, make_topics, send, settled_reader
from bench.parity import differing
from contracts.settled_features import LATE_GROUP, SettledWindow
from contracts.transactions import Transaction
from feature_store.batch.engine import window_features
from feature_store.definitions import FEATURE_SET
from feature_store.flink.expressions import key_columns
from feature_store.flink.groups import GROUPS
from feature_store.flink.marked import MARKED
from feature_store.flink.values import feature_values
from feature_store.vocabulary import DAY_MS, HOUR_MS
from kit.kafka import producer, topic_name
from kit.localset.flink import TASK_MANAGER, FlinkCluster, running_cluster
from kit.localset.readiness import wait_until_ready
from kit.settings import Kafka
from tests.feature_store.events import START_MS, random_events, transaction

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

SOURCE = "inbound.flink-test"
PARTITIONS = 2
OUT_OF_ORDER_S = 90
RUNNING_S = 120.0
PART = 8_000
YEAR_9999_MS = 253_402_300_000_000


def numbered(events: list[Transaction], first: int, *, from_ms: int) -> list[Transaction]:
    """The events with ids of their own, moved so that the first moment of them is `from_ms`."""
    moved_ms = from_ms - min(event.event_time for event in events)
    return [
        msgspec.structs.replace(
            event,
            transaction_id=str(uuid.UUID(int=first + row)),
            event_time=event.event_time + moved_ms,
            known_at=event.event_time + moved_ms,
        )
        for row, event in enumerate(events)
    ]


def on_the_boundary(first_ms: int) -> list[Transaction]:
    """Pairs of events that a window's length separates, and a millisecond less: one is out, the other in."""
    keys: dict[str, Any] = {
        f"{name}_id": f"edge-{name}" for name in ("customer", "account", "card", "device", "payee", "merchant")
    }
    times = [first_ms]
    for window_ms in (HOUR_MS, DAY_MS, 30 * DAY_MS):
        times += [times[-1] + window_ms - 1, times[-1] + 2 * window_ms - 1, times[-1] + 2 * window_ms - 1]
    return [transaction(at, 100 * (row + 1), ip="203.0.113.99", **keys) for row, at in enumerate(times)]


@dataclass
class Story:
    """What was sent, what came, and what the cluster said."""

    transactions: list[Transaction]
    late: Transaction
    windows: list[SettledWindow]
    plan: list[str]
    restores: int
    restored_after_kill: dict[str, Any]
    savepoint: str
    restored_at_start: dict[str, Any]
    committed_before: dict[str, int]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """What a checkout alone does not have: a test that cannot run is not one that passed."""
    if not (PROJECT.folder / ".venv").exists():
        pytest.fail("Flink is not installed: run make flink")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[FlinkCluster]:
    with running_cluster(tmp_path_factory.mktemp("flink"), PROJECT) as started:
        yield started


def kill_task_manager(cluster: FlinkCluster) -> None:
    os.kill(cluster.supervisor.states()[TASK_MANAGER].pid, signal.SIGKILL)


def closing_events(after_ms: int) -> list[Transaction]:
    """One without any key for each partition: they are in no window, and end every window before them."""
    events = [transaction(after_ms + OUT_OF_ORDER_S * 1000 + 1) for _ in range(PARTITIONS)]
    return numbered(events, 2**40, from_ms=events[0].event_time)


@pytest.fixture(scope="module")
def story(cluster: FlinkCluster, kafka: Kafka) -> Story:
    a = numbered(random_events(1, 2 * PART, span_ms=20 * DAY_MS, customers=40, tenants=2), 0, from_ms=START_MS)
    b_ms = a[-1].event_time + DAY_MS
    b = random_events(2, PART, span_ms=6 * HOUR_MS, jitter_ms=OUT_OF_ORDER_S * 1000 - 1, customers=40, tenants=2)
    b = numbered(b, 2 * PART, from_ms=b_ms)
    c_ms = max(event.event_time for event in b) + OUT_OF_ORDER_S * 1000
    ties = numbered(random_events(3, 600, span_ms=20, jitter_ms=5, customers=4, tenants=2), 3 * PART, from_ms=c_ms)
    edges = on_the_boundary(c_ms + HOUR_MS)
    edges = numbered(edges, 4 * PART, from_ms=edges[0].event_time)
    late = numbered([transaction(START_MS - DAY_MS, customer_id="c1")], 2**41, from_ms=START_MS - DAY_MS)[0]
    everything = [*a, *b, *ties, *edges]
    make_topics(kafka, SOURCE, partitions=PARTITIONS)
    flags = [
        *job_flags(kafka, checkpoints=cluster.checkpoints, source=SOURCE),
        "--checkpoint-s=2",
        "--idle-s=3600",
        f"--out-of-order-s={OUT_OF_ORDER_S}",
    ]
    committed: dict[str, int] = {}
    with closing(settled_reader(kafka)) as reader:

        def wait_for_more(windows: int) -> None:
            wanted = len(reader.found) + windows
            reader.read_until(lambda: len(reader.found) >= wanted)

        send(kafka, SOURCE, a[:PART], partitions=PARTITIONS)
        job = cluster.submit(flags)
        wait_for_more(1_000)
        send(kafka, SOURCE, [late], partitions=PARTITIONS)
        send_what_is_no_transaction(kafka)
        reader.read_until(lambda: any(window.group == LATE_GROUP for window in reader.found))
        send(kafka, SOURCE, a[PART:], partitions=PARTITIONS)
        wait_for_more(2_000)
        kill_task_manager(cluster)
        committed["kill"] = len(reader.found)
        wait_until_ready("restart", lambda: require_restart(cluster, job), timeout_s=RUNNING_S)
        cluster.rest.wait_until_running(job, timeout_s=RUNNING_S)
        send(kafka, SOURCE, [*b, *b[-PART // 4 :]], partitions=PARTITIONS)
        wait_for_more(2_000)
        restores, plan = cluster.rest.restores(job), cluster.rest.plan(job)
        after_kill = cluster.rest.checkpoints(job)["latest"]["restored"]
        savepoint = cluster.rest.stop_with_savepoint(job, cluster.checkpoints)
        committed["savepoint"] = len(reader.read_to_the_end())
        ended_ms = max(event.event_time for event in everything)
        send(kafka, SOURCE, [*ties, *edges, *closing_events(ended_ms)], partitions=PARTITIONS)
        job = cluster.submit([*flags, f"--restore={savepoint}"])
        reader.read_until(lambda: len(reader.found) >= len(expected_windows(everything)) + 1)
        at_start = cluster.rest.checkpoints(job)["latest"]["restored"]
        cluster.rest.stop_with_savepoint(job, cluster.checkpoints)
        windows = reader.read_to_the_end()
    return Story(everything, late, windows, plan, restores, after_kill, savepoint, at_start, committed)


def require_restart(cluster: FlinkCluster, job: str) -> None:
    if not cluster.rest.restores(job):
        raise RuntimeError("the job has not gone on from a checkpoint yet")


def send_what_is_no_transaction(kafka: Kafka) -> None:
    far = transaction(YEAR_9999_MS, customer_id="c1")
    sink = producer(kafka, client="test")
    for value in (b"no message at all", msgspec.json.encode(far), b'{"schema": 1, "event_time": "soon"}'):
        sink.produce(topic_name(kafka, SOURCE), value, "demo", partition=0)
    assert sink.flush(20) == 0


def expected_windows(transactions: list[Transaction]) -> set[tuple[str, str, str]]:
    return {
        (each.tenant_id, each.transaction_id, group.name)
        for group in GROUPS
        for each in transactions
        if all(getattr(each, column) is not None for column in key_columns(group.entity))
    }


def test_each_transaction_has_each_window_of_its_keys_once_over_a_kill_and_a_savepoint(story):
    counts = Counter((window.tenant_id, window.transaction_id, window.group) for window in story.windows)
    late = (story.late.tenant_id, story.late.transaction_id, LATE_GROUP)
    assert counts.keys() == expected_windows(story.transactions) | {late}
    assert set(counts.values()) == {1}


def test_every_marked_feature_equals_polars_bit_for_bit(story):
    keys = [(each.tenant_id, each.transaction_id) for each in story.transactions]
    found = feature_values((window for window in story.windows if window.group != LATE_GROUP), keys)
    expected = window_features(frame_of(story.transactions), MARKED)
    assert differing(found, expected) == {}
    known = found.select(pl.all().is_not_nan().sum()).row(0)
    assert min(known) > 1_000


def test_a_killed_task_manager_goes_on_from_a_checkpoint_in_the_middle(story):
    assert story.restores == 1
    assert story.restored_after_kill is not None
    assert not story.restored_after_kill["is_savepoint"]
    assert 1_000 < story.committed_before["kill"] < story.committed_before["savepoint"]


def test_a_job_that_was_stopped_goes_on_from_its_savepoint_in_the_middle(story):
    assert story.restored_at_start["is_savepoint"]
    assert story.restored_at_start["external_path"] == story.savepoint
    assert story.committed_before["savepoint"] < len(story.windows)


def test_a_transaction_behind_the_watermark_is_said_to_be_late_and_is_in_no_window(story):
    windows = [window for window in story.windows if window.transaction_id == story.late.transaction_id]
    assert [window.group for window in windows] == [LATE_GROUP]
    assert int(windows[0].moments["watermark_lead_s"] or 0) >= DAY_MS // 1000 - OUT_OF_ORDER_S


def test_what_is_no_transaction_is_passed_over_and_moves_no_watermark(story):
    assert max(window.event_time for window in story.windows) < YEAR_9999_MS


def test_each_message_says_of_which_definitions_it_is_and_names_the_moments_of_its_group(story):
    named = {group.name: {moment.name for moment in group.moments} for group in GROUPS} | {LATE_GROUP: {"watermark_lead_s"}}
    assert {window.feature_set for window in story.windows} == {FEATURE_SET}
    assert all(window.moments.keys() == named[window.group] for window in story.windows)


def test_the_topic_is_read_once_and_written_by_one_sink_for_all_groups(story):
    assert sum("Source:" in vertex for vertex in story.plan) == 1
    assert sum("Writer" in vertex for vertex in story.plan) == 1
    assert sum("OverAggregate" in vertex for vertex in story.plan) == len(GROUPS)
