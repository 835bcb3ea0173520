"""A scorer of a bench's own: topics under a prefix, a folder, a champion, the real process. Nothing is left behind.

Uses the broker of `BAAS_TEST_SERVERS` when it is set, else that of the settings.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import TopicPartition

from bench.random_model import random_export
from bench.random_traffic import TENANT, champion_control, quiet_policy
from contracts.topics import CONTROLS, DECISIONS, broker_topics
from kit.kafka import admin, consumer, ensure_topics, producer, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, settings

READY_WITHIN_S = 120.0
_FLUSH_S = 60.0


@dataclass
class ScorerPlace:
    """Where the bench's scorer lives, and the process when it runs."""

    kafka: Kafka
    var: Path
    rpc_port: int
    health_port: int
    process: "subprocess.Popen[bytes] | None" = None

    def environment(self) -> dict[str, str]:
        """What the process needs to find its place."""
        return environment_of(self.kafka, self.var) | {
            "BAAS_SCORER__RPC__PORT": str(self.rpc_port),
            "BAAS_HEALTH": json.dumps({"scorer": {"port": self.health_port}}),
        }

    def start(self) -> None:
        """Start the scorer and return once it is ready."""
        self.launch()
        wait_until(self._is_ready, "the scorer to be ready")

    def launch(self) -> None:
        """Start the scorer and wait for nothing."""
        with (self.var / "scorer.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.scorer"], cwd=REPOSITORY_ROOT, env=self.environment(), stdout=log, stderr=log
            )

    def keep_running(self) -> None:
        """Start the scorer again when it has ended, as the product's supervisor does."""
        if self.process is None or self.process.poll() is not None:
            self.launch()

    def _is_ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError((self.var / "scorer.log").read_text()[-2_000:])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/readyz", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Let the scorer drain and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def send(self, topic: str, values: Sequence[bytes]) -> None:
        """Produce and wait for the broker."""
        sink = producer(self.kafka, client="bench")
        for value in values:
            while True:
                try:
                    sink.produce(topic_name(self.kafka, topic), value, TENANT)
                    break
                except BufferError:
                    sink.poll(0.1)
        if sink.flush(_FLUSH_S):
            raise TimeoutError(f"{topic} did not take the messages")

    def give_champion(self) -> None:
        """Make a random model of production size the champion, and wait until the log says so."""
        controls = [champion_control(random_export(self.var / "models")), quiet_policy()]
        begins = end_offset(self.kafka, DECISIONS)
        self.send(CONTROLS, controls)
        wait_until(lambda: end_offset(self.kafka, DECISIONS) >= begins + len(controls), "the champion to be in the log")


def environment_of(kafka: Kafka, var: Path) -> dict[str, str]:
    """The variables with which a program of ours finds these topics and keeps to this folder."""
    return dict(os.environ) | {
        "BAAS_VAR": str(var),
        "BAAS_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "BAAS_KAFKA__PREFIX": kafka.prefix,
    }


def end_offset(kafka: Kafka, topic: str, partition: int = 0) -> int:
    """The offset after the last message of a partition."""
    source = consumer(kafka, group="bench.ends", client="bench")
    try:
        return int(source.get_watermark_offsets(TopicPartition(topic_name(kafka, topic), partition), timeout=10)[1])
    finally:
        source.close()


def wait_until(condition: Callable[[], bool], what: str, *, within_s: float = READY_WITHIN_S) -> None:
    """Poll until `condition` holds. Raises TimeoutError."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s} s: {what}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shared_broker() -> Kafka:
    """The broker of the shared test servers where there are some, else that of the settings."""
    named = os.environ.get("BAAS_TEST_SERVERS")
    return Kafka(**json.loads(Path(named).read_text())["kafka"]) if named else settings().kafka


@contextmanager
def scorer_place(*more_topics: str, broker: Kafka | None = None) -> Iterator[ScorerPlace]:
    """Give a place on `broker` (else the shared one): every topic of the contracts, `more_topics` of one partition each."""
    shared = broker or shared_broker()
    kafka = shared.model_copy(update={"prefix": f"bench{uuid.uuid4().hex[:8]}."})
    topics = broker_topics() | {name: (1, {}) for name in more_topics}
    with tempfile.TemporaryDirectory(prefix="baas-bench-") as folder:
        var = Path(folder)
        ensure_topics(kafka, topics)
        place = ScorerPlace(kafka, var, _free_port(), _free_port())
        try:
            yield place
        finally:
            place.stop()
            client = admin(kafka)
            for deleted in client.delete_topics([topic_name(kafka, name) for name in topics]).values():
                deleted.result(20)
