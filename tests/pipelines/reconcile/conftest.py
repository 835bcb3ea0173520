"""A small bank whose every process is the real one: the scorer, relay, intake, alerts and both sinks."""

import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from contracts.ledger_events import Purpose
from contracts.topics import CONTROLS, INBOUND_TRANSACTIONS, LABELS
from kit.clock import SystemClock
from kit.kafka import producer, topic_name
from kit.postgres import connect
from kit.settings import Kafka, PostgresServer, Settings
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from pipelines.reconcile.__main__ import reconcile
from tests.servers import environment_of
from tests.streams.conftest import Running, Traffic, wait_until

NOON_MS = int(datetime(2026, 3, 10, 15, 0, tzinfo=UTC).timestamp() * 1000)
NIGHT_MS = int(datetime(2026, 3, 10, 5, 0, tzinfo=UTC).timestamp() * 1000)
PROCESSES = (
    "streams.relay",
    "streams.scorer",
    "streams.intake",
    "streams.alerts",
    "streams.sinks.warehouse",
    "streams.sinks.lake",
)
CATCH_UP_S = 120.0
OPENING_MINOR = 10**9
SAME = "t::text = w::text"


def transaction(number: int, **changes: object) -> dict:
    """The same number is always the same transaction."""
    content = {
        "schema": 1, "transaction_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"reconcile-{number}")), "tenant_id": "demo",
        "source": "test", "external_id": f"x{number}", "event_time": NOON_MS + number, "known_at": NOON_MS + number,
        "channel": "pix", "direction": "debit", "amount_minor": 1_000 + number, "currency": "BRL",
        "customer_id": f"c{number % 5}", "payee_id": f"p{number % 3}",
    }  # fmt: skip
    return content | changes


@dataclass
class SmallBank:
    """The running bank, and ways to break it."""

    settings: Settings
    traffic: Traffic
    environment: dict[str, str]
    logs: Path
    account: str
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, module: str) -> None:
        self.running[module] = Running(module, self.environment, self.logs / f"{module}.log")

    def send(self, *messages: dict | bytes) -> None:
        self.traffic.send(INBOUND_TRANSACTIONS, list(messages))

    def differences(self, *, wait_s: float = 0.0) -> dict[str, list[str]]:
        """What reconciliation says is wrong, by the check's name."""
        return {check.name: check.problems for check in reconcile(self.settings, wait_s=wait_s) if not check.clean}

    def said(self) -> str:
        return "\n".join(f"{name}: {process.output()[-2_000:]}" for name, process in self.running.items())


@pytest.fixture(scope="module")
def settings(core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse, kafka=kafka)


@pytest.fixture(scope="module")
def bank(settings: Settings, tmp_path_factory) -> Iterator[SmallBank]:
    """Twenty payments, some at night above the limit, and whatever else comes in by the inbound door."""
    own = environment_of(core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own["BAAS_SCORER__RPC__PORT"] = str(probe.getsockname()[1])
    made = SmallBank(
        settings, Traffic(settings.kafka), dict(os.environ) | own, tmp_path_factory.mktemp("logs"), _account(settings.core)
    )
    try:
        for module in PROCESSES:
            made.start(module)
        _play(made)
        wait_until(lambda: _has_ended(made), what="every decision has its outcome or its alert", within_s=CATCH_UP_S)
        wrong = made.differences(wait_s=CATCH_UP_S)
        assert wrong == {}, made.said()
        yield made
    finally:
        for process in made.running.values():
            process.stop()


def _has_ended(bank: SmallBank) -> bool:
    compared = {check.name: check.compared for check in reconcile(bank.settings, wait_s=0)}
    return compared["outcomes are in the log once"] == 20 and compared["members are in one alert event each"] == 4


def _account(core: PostgresServer) -> str:
    settlement = system_account(tenant_id="demo", currency="BRL", code="settlement:pix")
    payer = NewAccount(
        account_id=uuid.uuid4(), tenant_id="demo", currency="BRL", owner_id="c0", debits_must_not_exceed_credits=True
    )
    opening = PostingRequest(
        kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=0, amount_minor=OPENING_MINOR,
        currency="BRL", debit_account_id=settlement.account_id, credit_account_id=payer.account_id, purpose=Purpose.OPENING,
    )  # fmt: skip
    now_ms = SystemClock().now_ms()
    with connect(core.dsn("api"), application="test") as connection:
        open_accounts(connection, [settlement, payer], now_ms=now_ms)
        post_batch(connection, [opening], now_ms=now_ms)
    return str(payer.account_id)


def _play(bank: SmallBank) -> None:
    ours = [transaction(number, account_id=bank.account) for number in range(10)]
    not_ours = [transaction(number) for number in range(10, 20)]
    night = [
        transaction(number, account_id=bank.account, event_time=NIGHT_MS, known_at=NIGHT_MS, amount_minor=200_000 + number)
        for number in range(20, 24)
    ]
    bank.send(*ours, *not_ours, *night)
    # Repeated, also in another spelling; altered; not of this contract; not UTF-8; and not even JSON.
    repeated = json.dumps(dict(reversed(ours[1].items())), indent=1).encode()
    bank.send(ours[0], repeated, ours[2] | {"payee_id": "p9"}, {"schema": 1}, b'{"transaction_id":"\xff"}', b"\x00")
    tombstone(bank)
    bank.traffic.send(LABELS, [label(0), label(1), label(1), b'{"label_id":"\xff"}'])
    bank.traffic.send(
        CONTROLS,
        [{"kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOON_MS, "version": "p-2", "review_from": 0.5,
          "deny_from": 0.9}],
    )  # fmt: skip


def label(number: int) -> dict:
    return {
        "schema": 1, "label_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"label-{number}")), "tenant_id": "demo",
        "transaction_id": transaction(number)["transaction_id"], "fraud": True, "kind": "stolen_card", "known_at": NOON_MS,
        "source": "test",
    }  # fmt: skip


def tombstone(bank: SmallBank) -> None:
    sink = producer(bank.settings.kafka, client="tombstone")
    sink.produce(topic_name(bank.settings.kafka, INBOUND_TRANSACTIONS), value=None, key=b"demo")
    assert sink.flush(30) == 0


@pytest.fixture
def tamper(settings: Settings) -> Iterator[Callable[..., None]]:
    """Remove one row, or change it; the test's end puts it back as it was."""
    undo: list[tuple[str, str]] = []

    def _tamper(server: str, table: str, *, where: str, change: str | None = None) -> None:
        dsn = getattr(settings, server).dsn("postgres")
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"create table public.as_it_was as select * from {table} where {where} limit 1")
            undo.append((dsn, table))
            connection.execute("create table public.as_it_is as select * from public.as_it_was")
            assert connection.execute(f"delete from {table} t using public.as_it_was w where {SAME}").rowcount == 1
            if change is not None:
                connection.execute(f"update public.as_it_is set {change}")
                connection.execute(f"insert into {table} overriding system value select * from public.as_it_is")

    yield _tamper
    for dsn, table in undo:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"delete from {table} t using public.as_it_is w where {SAME}")
            connection.execute(f"insert into {table} overriding system value select * from public.as_it_was")
            connection.execute("drop table public.as_it_was, public.as_it_is")
