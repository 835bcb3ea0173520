"""Live traffic: the people of the loaded bank, at the rate that was asked for, now, onto a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import parse_transaction
from kit.clock import SystemClock
from kit.kafka import admin, consumer, take, topic_name
from kit.process import Lifecycle
from kit.settings import Kafka, Settings
from simulator.bank import Plan
from simulator.calendar import day_start_ms, local_date
from simulator.codes import DAY_MS, HOUR_MS, KIND
from simulator.encode import messages
from simulator.live import hours
from simulator.names import cpfs
from simulator.play import Play, Script
from simulator.population import make_population
from simulator.publish import NotDelivered, Publisher

ENOUGH = 600
DEADLINE_S = 90.0


@pytest.mark.parametrize("hour", [3, 14])
def test_an_hour_has_the_rate_that_was_asked_for_and_the_usual_share_of_fraud(hour: int) -> None:
    people = make_population(seed=7, customers=3_000)
    starts_ms = day_start_ms(local_date(1_780_000_000_000)) + hour * HOUR_MS + 600_000
    first = next(hours(people, seed=7, rate_per_s=20, from_ms=starts_ms, run="l1"))
    assert len(first.table) == pytest.approx(20 * 3_000, rel=0.08)
    assert 0.0005 < sum(kind != 0 for kind in first.kind) / len(first.kind) < 0.015
    assert starts_ms <= first.due_ms[0] <= first.due_ms[-1] < starts_ms + 3_000_000
    assert list(first.due_ms) == sorted(first.due_ms)


def test_a_rate_beyond_reason_is_refused() -> None:
    people = make_population(seed=7, customers=300)
    with pytest.raises(ValueError, match="events a second"):
        next(hours(people, seed=7, rate_per_s=0, from_ms=0, run="l1"))


@pytest.mark.servers
def test_it_plays_onto_kafka_until_sigterm_and_then_drains(kafka: Kafka, tmp_path: Path) -> None:
    environment = os.environ | {
        "BAAS_VAR": str(tmp_path),
        "BAAS_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "BAAS_KAFKA__PREFIX": kafka.prefix,
    }
    command = [sys.executable, "-m", "simulator.play", "--rate", "100", "--customers", "500", "--label-day-s", "0.5"]
    with (tmp_path / "log").open("w") as log:
        play = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            played = read(kafka, INBOUND_TRANSACTIONS, at_least=ENOUGH)
            labels = read(kafka, LABELS, at_least=1)
        finally:
            play.send_signal(signal.SIGTERM)
            code = play.wait(30)
    assert code == 0, (tmp_path / "log").read_text()
    transactions = [parse_transaction(value) for value in played]
    known = {str(bytes(row).decode()) for row in make_population(seed=7, customers=500).account_text}
    assert {transaction.account_id for transaction in transactions} <= known
    assert all(0 <= t.known_at - t.event_time <= 2_000 for t in transactions)
    rate = len(transactions) / (transactions[-1].known_at - transactions[0].known_at) * 1_000
    assert 60 < rate < 140
    ids = {transaction.transaction_id for transaction in transactions}
    assert len(ids) == len(transactions)
    assert all(json.loads(label)["fraud"] for label in labels)


@pytest.mark.servers
def test_nobody_reports_what_the_broker_did_not_take(kafka: Kafka, tmp_path: Path) -> None:
    """Of ten frauds the topic refuses those that are larger than it takes, which are all, and then takes ten more."""
    tree = Settings(kafka=kafka, var=tmp_path)
    script = Script(seed=7, customers=300, tenant_id="demo", rate_per_s=5, api_share=0, label_day_s=1)
    play = Play(tree, script, lifecycle=Lifecycle(), clock=SystemClock())
    first = next(hours(make_population(seed=7, customers=300), seed=7, rate_per_s=1, from_ms=1_780_000_000_000, run="r"))
    rows = first.table.slice(0, 20).to_pylist()
    name = topic_name(kafka, INBOUND_TRANSACTIONS)
    _limit(kafka, name, max_bytes="100")
    _wait_until_refused(kafka, name)
    for row in rows[:10]:
        play._send(row, kind=KIND["stolen_card"])
    with pytest.raises(NotDelivered):
        play._inbound.flush()
    for_ever_ms = SystemClock().now_ms() + 1_000 * DAY_MS
    assert play._labels.due(for_ever_ms) == []

    _limit(kafka, name, max_bytes="1000000")
    _wait_until_taken(kafka, name)
    for row in rows[10:]:
        play._send(row, kind=KIND["stolen_card"])
    play._inbound.flush()
    told = {json.loads(label)["transaction_id"] for label in play._labels.due(for_ever_ms)}
    assert 7 <= len(told) <= 10
    assert told <= {row["transaction_id"] for row in rows[10:]}


def _limit(kafka: Kafka, name: str, *, max_bytes: str) -> None:
    entry = ConfigEntry("max.message.bytes", max_bytes, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[entry])
    client = admin(kafka)
    for changed in client.incremental_alter_configs([resource]).values():
        changed.result(20)


def _takes(kafka: Kafka, name: str) -> bool:
    with Publisher(kafka, topic=name, key="demo", client="test") as probe:
        probe.send(["x" * 1_000])
        try:
            probe.flush()
        except NotDelivered:
            return False
    return True


def _wait_until_refused(kafka: Kafka, name: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while _takes(kafka, name):
        assert time.monotonic() < deadline, "the topic still takes everything"


def _wait_until_taken(kafka: Kafka, name: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not _takes(kafka, name):
        assert time.monotonic() < deadline, "the topic still refuses everything"


@pytest.mark.servers
def test_a_history_goes_onto_kafka_whole_and_in_order(kafka: Kafka, tmp_path: Path) -> None:
    """How fast it goes is what `baas bench simulate` measures."""
    import polars as pl

    from simulator.files import write

    write(tmp_path, Plan(customers=500, days=6, seed=3, until_ms=day_start_ms(local_date(1_780_000_000_000))))
    table = pl.concat([pl.read_parquet(path) for path in sorted((tmp_path / "events").iterdir())]).to_arrow()
    sent = messages(table)
    with Publisher(kafka, topic=topic_name(kafka, INBOUND_TRANSACTIONS), key="whole", client="test") as publisher:
        publisher.send(sent)
    assert len(sent) == len(table) > 2_000
    assert read(kafka, INBOUND_TRANSACTIONS, at_least=len(sent), key="whole") == [each.encode() for each in sent]


def test_documents_have_valid_check_digits_and_differ() -> None:
    made = cpfs(np.random.default_rng(1), 2_000)
    assert len(set(made)) == 2_000
    for cpf in made:
        digits = [int(digit) for digit in cpf]
        for place in (9, 10):
            total = sum(digit * weight for digit, weight in zip(digits, range(place + 1, 1, -1), strict=False))
            assert digits[place] == (total * 10 % 11) % 10


def read(kafka: Kafka, topic: str, *, at_least: int, key: str = "demo") -> list[bytes]:
    reader = consumer(kafka, group=f"test-{topic}", client="test")
    reader.subscribe([topic_name(kafka, topic)])
    found: list[bytes] = []
    deadline = time.monotonic() + DEADLINE_S
    try:
        while len(found) < at_least:
            assert time.monotonic() < deadline, f"{len(found)} of {at_least} messages on {topic}"
            taken = take(reader, at_most=5_000, wait_s=1.0)
            found += [message.value() for message in taken if message.key() == key.encode()]
    finally:
        reader.close()
    return found
