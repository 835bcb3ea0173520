"""Days of a small bank as the sinks write them: the same messages in the warehouse and in the lake, a file a day."""

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import psycopg
import pyarrow as pa

from contracts.decisions import Answer, DecisionRecord, DecisionSource, Door, OutcomeRecord, Verdict
from contracts.labels import FraudKind, Label
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.outcomes import Outcome
from contracts.topics import BANKING_TRANSACTIONS, DECISIONS, LABELS
from contracts.transactions import Channel, Direction, Transaction
from kit.lake.files import write_file
from kit.settings import PostgresServer
from pipelines.quality.check import BANK_TIMEZONE
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from streams.sinks.warehouse import repository
from streams.sinks.warehouse.rows import as_row

FIRST = date(2026, 3, 2)
HOUR_MS = 3_600_000


def moment_ms(day: date, *, hour: float) -> int:
    return round((datetime.combine(day, time(), BANK_TIMEZONE) + timedelta(hours=hour)).timestamp() * 1000)


class Days:
    """A bank whose days are filled one after another; `lake` may be left out."""

    def __init__(self, warehouse: PostgresServer, lake: Path | None) -> None:
        self._warehouse, self._lake = warehouse, lake
        self._chance = random.Random(11)
        self._offsets = dict.fromkeys((DECISIONS, BANKING_TRANSACTIONS, LABELS), 0)

    def fill(self, *days: date, decisions: int, tenant_id: str = "demo") -> None:
        """Write so many decisions of each day with their outcomes, facts and a few labels to both stores."""
        with psycopg.connect(self._warehouse.dsn("sinks"), autocommit=True) as connection:
            repository.prepare(connection)
            for day in days:
                self._fill(connection, day, decisions=decisions, tenant_id=tenant_id)

    def _fill(self, connection: psycopg.Connection, day: date, *, decisions: int, tenant_id: str) -> None:
        log: list[Any] = []
        facts: list[Any] = []
        labels: list[Any] = []
        n = self._offsets[DECISIONS]
        for number in range(decisions):
            at_ms = moment_ms(day, hour=23.5 * (number + 1) / (decisions + 1))
            decided = self._decision(tenant_id, at_ms, n=n + len(log))
            log += [decided, self._outcome(decided, n=n + len(log) + 1)]
            facts.append(self._fact(decided))
            if number % 20 == 0:
                labels.append(self._label(decided))
        for topic, messages in ((DECISIONS, log), (BANKING_TRANSACTIONS, facts), (LABELS, labels)):
            self._write(connection, topic, messages)

    def more(self, day: date, *, decisions: int, tenant_id: str = "demo") -> None:
        """Write rows that come late for a day."""
        self.fill(day, decisions=decisions, tenant_id=tenant_id)

    def file(self, topic: str, nth: int) -> Path:
        """Return the nth file of a topic."""
        assert self._lake
        return sorted((self._lake / topic).glob("*.parquet"))[nth]

    def change_file(self, topic: str, nth: int, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Write the nth file of a topic anew with other rows under its old name."""
        path = self.file(topic, nth)
        change(pl.read_parquet(path)).write_parquet(path)

    def change_rows(self, *statements: str) -> None:
        """Change the warehouse as its owner, who may leave promises behind that the sink cannot."""
        with psycopg.connect(self._warehouse.dsn("postgres"), autocommit=True) as owner:
            for statement in statements:
                owner.execute(statement)

    def _write(self, connection: psycopg.Connection, topic: str, messages: Sequence[Any]) -> None:
        if not messages:
            return
        first = self._offsets[topic]
        kept = [(decode(topic, payload), payload) for payload in map(msgspec.json.encode, messages)]
        rows: dict[str, list[str]] = {}
        for offset, (each, _) in enumerate(kept, first):
            row = as_row(each, offset=offset, duration_us=100)
            if row:
                rows.setdefault(row[0], []).append(row[1])
        past = first + len(messages)
        moves = {(topic, 0): (repository.offsets(connection).get((topic, 0), first), past)}
        repository.write(connection, rows, moves=moves)
        if self._lake:
            folder = self._lake / topic
            folder.mkdir(parents=True, exist_ok=True)
            batch = as_batch(topic, [LakeRow(each, first + place, 100, payload) for place, (each, payload) in enumerate(kept)])
            write_file(folder, pa.Table.from_batches([batch]), partition=0, first=first, last=past - 1, now_ms=0)
        self._offsets[topic] = past

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def _decision(self, tenant_id: str, at_ms: int, *, n: int) -> DecisionRecord:
        customer = f"c{self._chance.randrange(50):06d}"
        transaction = Transaction(
            schema=1, transaction_id=self._id(), tenant_id=tenant_id, source="simulator", external_id=f"x{n}",
            event_time=at_ms - 2_000, known_at=at_ms, channel=self._chance.choice([Channel.PIX, Channel.CARD]),
            direction=Direction.DEBIT, amount_minor=self._chance.randrange(100, 90_000), currency="BRL", customer_id=customer,
            account_id=self._id(), payee_id=f"p{self._chance.randrange(30)}", device_id=f"d-{customer}",
        )  # fmt: skip
        answer = Answer(
            verdict=Verdict.ALLOW, source=DecisionSource.SCORER, scored_at=at_ms + 1, valid_until=at_ms + 60_000,
            policy="policy-1", feature_set="fs-1", model="fraud-1", probability=0.01, anomaly=0.2,
        )  # fmt: skip
        return DecisionRecord(epoch=1, n=n, door=Door.INBOUND, transaction=transaction, answer=answer)

    def _outcome(self, decided: DecisionRecord, *, n: int) -> OutcomeRecord:
        paid = decided.transaction
        return OutcomeRecord(
            epoch=1, n=n, tenant_id=paid.tenant_id, transaction_id=paid.transaction_id, event_id=self._id(),
            outcome=Outcome.POSTED, occurred_at=paid.known_at + 5,
        )  # fmt: skip

    def _fact(self, decided: DecisionRecord) -> LedgerEvent:
        paid = decided.transaction
        return LedgerEvent(
            schema=1, event_id=self._id(), tenant_id=paid.tenant_id, transfer_id=paid.transaction_id,
            status=LedgerStatus.POSTED, purpose=Purpose.TRANSFER, occurred_at=paid.known_at + 4, amount_minor=paid.amount_minor,
            currency=paid.currency, debit_account_id=self._id(), credit_account_id=self._id(), door="inbound",
        )  # fmt: skip

    def _label(self, decided: DecisionRecord) -> Label:
        paid = decided.transaction
        return Label(
            schema=1, label_id=self._id(), tenant_id=paid.tenant_id, transaction_id=paid.transaction_id, fraud=True,
            kind=FraudKind.STOLEN_CARD, known_at=paid.known_at + 60_000, source="bank",
        )  # fmt: skip
