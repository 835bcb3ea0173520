"""The relay on real servers: every committed outbox row is on its topic exactly once, in commit order, whatever is killed."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, TopicPartition

from contracts.topics import ALERTS, BANKING_TRANSACTIONS
from kit import outbox
from kit.clock import SystemClock
from kit.kafka import consumer, topic_name
from kit.outbox import POSITION_HEADER, Position
from kit.process import Lifecycle
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer, Settings
from streams.relay.housekeeping import Housekeeping
from streams.relay.process import Relay
from tests.servers import environment_of

pytestmark = pytest.mark.servers
DEADLINE_S = 60


def until(condition: Callable[[], bool], *, deadline_s: float = DEADLINE_S) -> None:
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.05)


@pytest.fixture
def slot(core: PostgresServer) -> Iterator[str]:
    name = f"relay_{uuid.uuid4().hex[:10]}"
    yield name
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        end = time.monotonic() + DEADLINE_S
        while True:
            row = admin.execute("select active_pid from pg_replication_slots where slot_name = %s", (name,)).fetchone()
            if row is None:
                return
            if row[0] is None:
                admin.execute("select pg_drop_replication_slot(%s)", (name,))
                return
            assert time.monotonic() < end
            admin.execute("select pg_terminate_backend(%s)", (row[0],))
            time.sleep(0.05)


def start(core: PostgresServer, kafka: Kafka, slot: str) -> subprocess.Popen[bytes]:
    found = environment_of(core=core, warehouse=core, kafka=kafka, var=Path("var") / "test-relay")
    environment = os.environ | found | {"BAAS_HEALTH": "{}"}
    return subprocess.Popen(
        [sys.executable, "-m", "streams.relay", "--slot", slot], cwd=REPOSITORY_ROOT, env=environment, stdout=subprocess.PIPE
    )


@contextmanager
def running(core: PostgresServer, kafka: Kafka, slot: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start(core, kafka, slot)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


class Reader:
    """Reads committed messages of a topic from its beginning."""

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._source: Consumer = consumer(kafka, group=uuid.uuid4().hex, client="test")
        self._source.assign([TopicPartition(topic_name(kafka, topic), 0, 0)])
        self.messages: list[tuple[Position, bytes, dict[str, bytes]]] = []

    def read(self) -> "Reader":
        end = time.monotonic() + 1.0
        while time.monotonic() < end and (message := self._source.poll(0.2)) is not None:
            assert message.error() is None
            headers = dict(message.headers())
            self.messages.append((Position.parse(headers[POSITION_HEADER]), message.value(), headers))
        return self

    @property
    def ids(self) -> list[int]:
        return [position.outbox_id for position, _, _ in self.messages]


def rows(core: PostgresServer, topic: str) -> list[int]:
    with psycopg.connect(core.dsn("postgres")) as admin:
        return [row[0] for row in admin.execute("select id from outbox.event where topic = %s order by id", (topic,))]


def write(core: PostgresServer, topic: str, values: list[int]) -> None:
    with psycopg.connect(core.dsn("api")) as connection:
        for value in values:
            outbox.publish(
                connection, topic=topic, key="demo", payload=json.dumps(value).encode(), headers={"correlation_id": f"r{value}"}
            )


def test_rows_from_before_and_after_the_slot_arrive_once_in_order_with_their_headers(
    core: PostgresServer, kafka: Kafka, slot: str
) -> None:
    write(core, BANKING_TRANSACTIONS, [1, 2, 3])
    reader = Reader(kafka, BANKING_TRANSACTIONS)
    with running(core, kafka, slot):
        until(lambda: len(reader.read().messages) == 3)
        write(core, BANKING_TRANSACTIONS, [4, 5])
        until(lambda: len(reader.read().messages) == 5)
    assert [json.loads(value) for _, value, _ in reader.messages] == [1, 2, 3, 4, 5]
    assert [headers["correlation_id"] for _, _, headers in reader.messages] == [b"r1", b"r2", b"r3", b"r4", b"r5"]
    positions = [position for position, _, _ in reader.messages]
    assert positions == sorted(positions)
    assert reader.ids == rows(core, BANKING_TRANSACTIONS)


def test_a_row_of_a_rolled_back_transaction_never_leaves(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    reader = Reader(kafka, ALERTS)
    with running(core, kafka, slot):
        with psycopg.connect(core.dsn("alerts")) as connection:
            outbox.publish(connection, topic=ALERTS, key="demo", payload=b"0")
            connection.rollback()
            outbox.publish(connection, topic=ALERTS, key="demo", payload=b"1")
        until(lambda: len(reader.read().messages) == 1)
    assert reader.messages[0][1] == b"1"


def test_a_second_relay_waits_until_the_first_has_gone(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    reader = Reader(kafka, ALERTS)
    before = len(reader.read().messages)
    with running(core, kafka, slot) as first, running(core, kafka, slot) as second:
        write(core, ALERTS, [10])
        until(lambda: len(reader.read().messages) == before + 1)
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0
        write(core, ALERTS, [11])
        until(lambda: len(reader.read().messages) == before + 2)
        assert second.poll() is None
    assert reader.ids == rows(core, ALERTS)


def test_kill_9_in_mid_traffic_loses_nothing_and_repeats_nothing(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    """Four writers commit transactions over two topics while relays are killed at random moments."""
    chance = random.Random(20_240_501)
    stop = threading.Event()
    problems: list[BaseException] = []

    def traffic(seed: int) -> None:
        mine = random.Random(seed)
        try:
            with psycopg.connect(core.dsn("api")) as connection:
                while not stop.is_set():
                    for _ in range(mine.randint(1, 30)):
                        topic = BANKING_TRANSACTIONS if mine.random() < 0.8 else ALERTS
                        outbox.publish(connection, topic=topic, key="demo", payload=b"%d" % mine.randrange(10**9))
                    if mine.random() < 0.1:
                        connection.rollback()
                    else:
                        connection.commit()
                    stop.wait(0.01 + mine.random() * 0.04)
        except BaseException as problem:  # a thread's failure must fail the test
            problems.append(problem)

    banking, alerts = Reader(kafka, BANKING_TRANSACTIONS), Reader(kafka, ALERTS)
    writers = [threading.Thread(target=traffic, args=(seed,)) for seed in range(2)]
    for writer in writers:
        writer.start()
    try:
        for kill in range(7):
            seen = len(banking.read().messages)
            process = start(core, kafka, slot)
            try:
                if kill % 3 != 2:
                    until(lambda seen=seen: len(banking.read().messages) > seen)
                time.sleep(chance.random() * 0.8)
                assert process.poll() is None
            finally:
                process.kill()
                process.communicate(timeout=20)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not problems
    with running(core, kafka, slot):
        until(lambda: len(banking.read().messages) >= len(rows(core, BANKING_TRANSACTIONS)))
        until(lambda: len(alerts.read().messages) >= len(rows(core, ALERTS)))
    for reader, topic in ((banking, BANKING_TRANSACTIONS), (alerts, ALERTS)):
        reader.read()
        assert sorted(reader.ids) == rows(core, topic)
        positions = [position for position, _, _ in reader.messages]
        assert positions == sorted(positions)
        assert len(set(positions)) == len(positions)


def test_a_slot_that_was_dropped_is_made_again_without_a_gap(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    reader = Reader(kafka, BANKING_TRANSACTIONS)
    with running(core, kafka, slot):
        write(core, BANKING_TRANSACTIONS, [20])
        until(lambda: rows(core, BANKING_TRANSACTIONS)[-1] in reader.read().ids)
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        until(
            lambda: (
                admin.execute(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s and not active",
                    (slot,),
                ).rowcount
                == 1
            )
        )
    write(core, BANKING_TRANSACTIONS, [21, 22])
    with running(core, kafka, slot):
        until(lambda: rows(core, BANKING_TRANSACTIONS)[-1] in reader.read().ids)
    assert sorted(reader.ids) == rows(core, BANKING_TRANSACTIONS)


def test_old_rows_are_trimmed_and_young_ones_stay(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        admin.execute(
            "insert into outbox.event (topic, key, payload, created_at) values (%s, 'demo', '0', now() - interval '3 hours')",
            (ALERTS,),
        )
        before = len(rows(core, ALERTS))
    with psycopg.connect(core.dsn("relay"), autocommit=True) as connection:
        chores = Housekeeping(connection, SystemClock(), slot=slot, keep_rows_ms=2 * 3_600_000)
        chores.watch()
        assert chores.trim() == 1
    assert len(rows(core, ALERTS)) == before - 1


def test_an_unknown_topic_stops_the_relay_with_its_name(core: PostgresServer, kafka: Kafka, slot: str) -> None:
    with psycopg.connect(core.dsn("api"), autocommit=True) as connection:
        outbox.publish(connection, topic="risk.decisions.v1", key="demo", payload=b"0")
    lifecycle = Lifecycle()
    relay = Relay(Settings(core=core, kafka=kafka), lifecycle, SystemClock(), slot=slot, keep_rows_ms=3_600_000)
    with pytest.raises(ValueError, match=r"risk\.decisions\.v1"):
        relay.run()
    assert lifecycle.obstacle is not None
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        admin.execute("delete from outbox.event where topic = 'risk.decisions.v1'")
