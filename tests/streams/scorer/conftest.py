"""A running scorer with a champion, and ways to talk to both of its doors."""

import json
import socket
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from confluent_kafka import KafkaError, TopicPartition

from bench.random_model import random_export
from contracts.topics import CONTROLS, DECISIONS
from kit.kafka import consumer, raise_on_error, topic_name
from kit.settings import Kafka
from scoring.engine import Engine
from scoring.fold import Proof
from streams.scorer.log_reader import FETCH_MESSAGES, fold_log
from tests.http import http

EVENT_TIME_MS = 1_764_000_000_000
WAIT_S = 0.1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def transaction(number: int, **changes: object) -> dict:
    """A valid transaction of the demo tenant; the same number is always the same transaction."""
    event_time = EVENT_TIME_MS + number * 1_000
    content = {
        "schema": 1,
        "transaction_id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "tenant_id": "demo",
        "source": "test",
        "external_id": f"x{number}",
        "event_time": event_time,
        "known_at": event_time,
        "channel": ("pix", "card", "ted")[number % 3],
        "direction": "debit",
        "amount_minor": 1_000 + number * 7_919 % 500_000,
        "currency": "BRL",
        "customer_id": f"c{number % 37:06d}",
        "account_id": f"a{number % 37:06d}",
        "device_id": f"d{number % 41}",
        "payee_id": f"p{number % 23}",
    }
    return {name: value for name, value in (content | changes).items() if value is not None}


@dataclass
class Scorer:
    """One shard's scorer, over however many starts."""

    kafka: Kafka
    launch: Callable
    models: Path
    rpc_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    module: str = "streams.scorer"
    process: object = None
    _read: list[dict] = field(default_factory=list)
    _next_offset: int = 0

    def start(self) -> None:
        self.process = self.launch(
            self.module,
            BAAS_SCORER__RPC__PORT=str(self.rpc_port),
            BAAS_HEALTH=json.dumps({"scorer": {"port": self.health_port}}),
            **self.settings,
        )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.rpc_port}{path}"

    def is_ready(self) -> bool:
        if self.process.ended is not None:
            pytest.fail(f"the scorer ended with {self.process.ended}:\n{self.process.output()}")
        try:
            return http.get(f"http://127.0.0.1:{self.health_port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def facts(self) -> dict:
        """What the health port says."""
        return http.get(f"http://127.0.0.1:{self.health_port}/readyz").json()

    def what_if(self, content: dict) -> httpx.Response:
        return http.post(self.url("/what-if"), json=content)

    def score(self, content: dict) -> httpx.Response:
        return http.post(self.url("/score"), json=content)

    def records(self) -> list[dict]:
        """All of the committed log. It only grows: what was read is not read again, however often somebody waits for more."""
        source = consumer(self.kafka, group="judge", client="judge", **{"enable.partition.eof": True})
        with closing(source):
            source.assign([TopicPartition(topic_name(self.kafka, DECISIONS), 0, self._next_offset)])
            ended = False
            while not ended:
                for message in source.consume(FETCH_MESSAGES, WAIT_S):
                    if message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
                        ended = True
                        continue
                    raise_on_error(message)
                    self._read.append(json.loads(message.value()))
                    self._next_offset = message.offset() + 1
        return list(self._read)

    def decisions(self) -> list[dict]:
        return [record for record in self.records() if record["record"] == "decision"]

    def folded(self) -> tuple[Engine, Proof]:
        """A fresh engine after the committed log, every decision decided again."""
        engine = Engine(models=self.models)
        return engine, fold_log(self.kafka, engine, check=True)


@pytest.fixture(scope="module")
def champion(environment: dict[str, str]) -> dict:
    """The control that makes a small random model the champion."""
    models = Path(environment["BAAS_VAR"]) / "models"
    sha256 = random_export(models, trees=20, isolation_trees=20)
    return {
        "kind": "model", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "alias": "champion", "name": "random",
        "version": 1, "export_sha256": sha256,
    }  # fmt: skip


@pytest.fixture(scope="module")
def shared_scorer(kafka, start_for_module, environment, champion, traffic) -> Scorer:
    running = Scorer(kafka, start_for_module, Path(environment["BAAS_VAR"]) / "models")
    running.start()
    traffic.send(CONTROLS, [champion])
    return running


@pytest.fixture
def scorer(shared_scorer, eventually) -> Scorer:
    """Ready, with a champion. A module's tests share it: each has transactions of its own, and may end it without a start."""
    if shared_scorer.process.ended is not None:
        shared_scorer.start()
    eventually(shared_scorer.is_ready, what="the scorer to be ready", within_s=120)
    eventually(lambda: has_champion(shared_scorer), what="the champion to decide")
    return shared_scorer


def has_champion(scorer: Scorer) -> bool:
    answer = scorer.what_if(transaction(0))
    return answer.status_code == 200 and answer.json()["answer"]["source"] == "scorer"
