"""Processes of ours as they really run, killed as they really die, and synthetic traffic made from the contracts' examples."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import KafkaException, Producer, TopicPartition

import contracts
from contracts.decisions import DecisionRecord, FlaggedDecision
from contracts.topics import DECISIONS
from kit.kafka import consumer, dlq_name, producer, take, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer
from tests.servers import environment_of

EXAMPLES = Path(contracts.__file__).parent / "examples"


def wait_until(condition: Callable[[], bool], *, what: str, within_s: float = 60.0) -> None:
    """Poll until `condition` holds; fail with `what` after `within_s`."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s} s: {what}")
        time.sleep(0.05)


@pytest.fixture
def eventually() -> Callable[..., None]:
    return wait_until


@pytest.fixture(scope="module")
def environment(core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory) -> dict[str, str]:
    """What a process needs to find this module's own databases and topics."""
    var = tmp_path_factory.mktemp("var")
    return dict(os.environ) | environment_of(core=core, warehouse=warehouse, kafka=kafka, var=var)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Running:
    """One process of the product."""

    def __init__(self, module: str, environment: dict[str, str], log: Path) -> None:
        self.module = module
        self.log = log
        # A slot's name is the server's, which several tests share: the relay of a database goes by the database's name.
        own = ("--slot", environment["BAAS_CORE__DBNAME"]) if module == "streams.relay" else ()
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *module.split(), *own],
                cwd=REPOSITORY_ROOT,
                env=environment,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """As a machine dies: no warning."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def terminate(self, within_s: float = 30.0) -> int:
        """As a process manager asks; returns the exit status."""
        self._process.terminate()
        return self._process.wait(within_s)

    @property
    def ended(self) -> int | None:
        return self._process.poll()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        if self._process.poll() is None:
            self.kill()


@contextmanager
def _starting(environment: dict[str, str], folder: Path) -> Iterator[Callable[..., Running]]:
    """A function that starts `python -m MODULE`; whatever still runs at the end is killed."""
    started: list[Running] = []

    def _start(module: str, **extra: str) -> Running:
        process = Running(module, environment | extra, folder / f"{len(started)}-{module.split()[0]}.log")
        started.append(process)
        return process

    yield _start
    for process in started:
        process.stop()


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start `python -m MODULE`; whatever is left at the end of the test is killed."""
    with _starting(environment, tmp_path) as starter:
        yield starter


@pytest.fixture(scope="module")
def start_for_module(environment: dict[str, str], tmp_path_factory) -> Iterator[Callable[..., Running]]:
    """The same for a process that all tests of a module use."""
    with _starting(environment, tmp_path_factory.mktemp("processes")) as starter:
        yield starter


def example(topic: str, position: int = 0) -> dict:
    return json.loads((EXAMPLES / f"{topic}.json").read_text())[position]


class Traffic:
    """Synthetic messages: every one is the contract's example with its own ids, and is valid unless said otherwise."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self._n = 0

    def decision(self, *, verdict: str = "allow", door: str = "inbound", **transaction: object) -> dict:
        """A decision record of the log."""
        self._n += 1
        record = example(DECISIONS)
        record["n"] = self._n
        record["door"] = door
        record["transaction"] |= {"transaction_id": str(uuid.uuid4()), "external_id": f"x-{self._n}"} | transaction
        record["transaction"] = {name: value for name, value in record["transaction"].items() if value is not None}
        record["answer"] |= {"verdict": verdict, "sequence": {"epoch": 4, "n": self._n}}
        if verdict != "allow":
            record["answer"] |= {"reasons": ["customer_new_payee", "amount_above_habit"], "rules": ["pix_night_limit"]}
        msgspec.convert(record, DecisionRecord)
        return record

    def flagged(self, **options: object) -> dict:
        """A flagged decision, as the scorer sends it beside the log."""
        record = self.decision(**({"verdict": "review"} | options))
        found = {name: record[name] for name in ("epoch", "n", "transaction", "answer")}
        found["stand_outs"] = example("risk.flagged.v1")["stand_outs"]
        msgspec.convert(found, FlaggedDecision)
        return found

    def send(self, topic: str, messages: list[dict | bytes], *, headers: list[tuple[str, bytes]] | None = None) -> None:
        """Produce in order and wait for the broker; dictionaries go as JSON, bytes as they are."""
        sink = producer(self.kafka, client="traffic")
        self._produce(sink, topic, messages, headers)
        assert sink.flush(30) == 0

    def send_in_transaction(self, topic: str, messages: list[dict | bytes], *, commit: bool) -> None:
        """Produce in a transaction of its own, which is committed or aborted."""
        self.send_in_transactions(topic, [messages], commit=commit)

    def send_in_transactions(self, topic: str, groups: list[list[dict | bytes]], *, commit: bool = True) -> None:
        """Produce each group in a transaction of its own, one after another."""
        sink = producer(self.kafka, client="traffic", transactional_id=f"traffic-{uuid.uuid4().hex}")
        sink.init_transactions(30)
        for messages in groups:
            sink.begin_transaction()
            self._produce(sink, topic, messages, None)
            assert sink.flush(30) == 0
            if commit:
                sink.commit_transaction(30)
            else:
                sink.abort_transaction(30)

    def _produce(self, sink: Producer, topic: str, messages: list[dict | bytes], headers: object) -> None:
        for message in messages:
            value = message if isinstance(message, bytes) else json.dumps(message).encode()
            key = b"demo" if isinstance(message, bytes) else (message.get("tenant_id") or "demo").encode()
            sink.produce(topic_name(self.kafka, topic), value=value, key=key, headers=headers)
            sink.poll(0)

    def end(self, topic: str, partition: int) -> TopicPartition:
        """Where a partition ends now; a topic that was just made may have no leader yet."""
        source = consumer(self.kafka, group="ends", client="ends")
        position = TopicPartition(topic_name(self.kafka, topic), partition)
        ends: list[int] = []

        def _has_ends() -> bool:
            try:
                ends.append(source.get_watermark_offsets(position, timeout=10)[1])
            except KafkaException:
                return False
            return True

        wait_until(_has_ends, what=f"{topic}[{partition}] has a leader", within_s=20)
        source.close()
        position.offset = ends[0]
        return position

    def dlq(self, topic: str, *, within_s: float = 10.0, at_least: int = 1) -> list[tuple[bytes, dict[str, bytes]]]:
        """Read the dlq of `topic` from its beginning: (value, headers) a message."""
        source = consumer(self.kafka, group=f"dlq-{uuid.uuid4().hex}", client="dlq")
        source.subscribe([topic_name(self.kafka, dlq_name(topic))])
        found: list[tuple[bytes, dict[str, bytes]]] = []
        deadline = time.monotonic() + within_s
        while len(found) < at_least and time.monotonic() < deadline:
            found += [(m.value(), dict(m.headers())) for m in take(source, at_most=100, wait_s=0.2)]
        source.close()
        return found


@pytest.fixture(scope="module")
def traffic(kafka: Kafka) -> Traffic:
    return Traffic(kafka)
