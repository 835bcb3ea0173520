"""Transactions and engines for the scoring tests."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bench.random_model import random_export
from contracts.decisions import Door, StartRecord
from scoring.engine import Engine
from scoring.facts import Written, apply_controls, apply_ledger_events
from scoring.labels import apply_labels

NOW_MS = 1_764_000_000_000
FIRST_EVENT_MS = NOW_MS - 7 * 86_400_000


def transaction(number: int, **changes: object) -> dict:
    """A valid transaction; the same number is always the same one. A change to None leaves the field out."""
    content = {
        "schema": 1,
        "transaction_id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "tenant_id": "demo",
        "source": "test",
        "external_id": f"x{number}",
        "event_time": FIRST_EVENT_MS + number * 60_000,
        "known_at": FIRST_EVENT_MS + number * 60_000,
        "channel": ("pix", "card", "ted", "boleto")[number % 4],
        "direction": "debit",
        "amount_minor": 1_000 + number * 7_919 % 500_000,
        "currency": "BRL",
        "customer_id": f"c{number % 17:06d}",
        "account_id": f"a{number % 17:06d}",
        "device_id": f"d{number % 19}",
        "payee_id": f"p{number % 13}",
        "mcc": 5411,
    }
    return {name: value for name, value in (content | changes).items() if value is not None}


def message(number: int, **changes: object) -> bytes:
    return json.dumps(transaction(number, **changes), separators=(",", ":")).encode()


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def export(models: Path) -> str:
    return random_export(models, trees=20, isolation_trees=10)


@pytest.fixture
def champion(export: str) -> bytes:
    return json.dumps(
        {
            "kind": "model", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "alias": "champion", "name": "random",
            "version": 1, "export_sha256": export,
        }
    ).encode()  # fmt: skip


class Desk:
    """An engine and every record that it wrote."""

    def __init__(self, models: Path, *, memory_rows: int = 10_000) -> None:
        self.models = models
        self.engine = Engine(models=models, memory_rows=memory_rows)
        self.log: list[bytes] = []

    def start(self, *, memory_rows: int) -> StartRecord:
        record = self.engine.start_epoch(now_ms=NOW_MS, memory_rows=memory_rows)
        self.log.append(msgspec.json.encode(record))
        return record

    def ledger(self, events: list[bytes], *, now_ms: int = NOW_MS) -> Written:
        written = apply_ledger_events(self.engine, events, now_ms=now_ms)
        self.log += [record for _, record in written.records]
        return written

    def control(self, control: bytes) -> list:
        written = apply_controls(self.engine, [control])
        self.log += [record for _, record in written.records]
        return written.refused

    def tell(self, labels: list[dict]) -> None:
        keys = [label["tenant_id"].encode() for label in labels]
        written = apply_labels(self.engine, [json.dumps(label).encode() for label in labels], keys=keys)
        assert written.refused == []
        self.log += [record for _, record in written.records]

    def decide(self, messages: list[bytes], *, door: Door = Door.INBOUND, now_ms: int = NOW_MS, **options: object):
        batch = self.engine.decide(messages, now_ms=now_ms, door=door, **options)
        self.log += batch.encoded.records()
        return batch


@pytest.fixture
def desk(models: Path, champion: bytes) -> Desk:
    found = Desk(models)
    assert found.control(champion) == []
    return found


@pytest.fixture
def fresh(models: Path) -> Callable[[], Engine]:
    return lambda: Engine(models=models, memory_rows=10_000)
