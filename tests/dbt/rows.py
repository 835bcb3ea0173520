"""Rows of the raw schema for the tests of what reads it, written as the sink's role writes them."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec
import psycopg

from kit.settings import PostgresServer
from pipelines.backtest.report import BacktestReport, Outcome, RuleResult, Slice
from pipelines.backtest.repository import keep
from pipelines.drift import repository


@dataclass
class Decided:
    """One decided transaction, and what became of it."""

    tenant_id: str = "demo"
    event_time: datetime = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    channel: str = "pix"
    direction: str = "debit"
    amount_minor: int = 10_000
    customer_id: str | None = "c000001"
    account_id: str | None = None
    verdict: str = "allow"
    source: str = "scorer"
    door: str = "inbound"
    probability: float | None = 0.01
    challenger_verdict: str | None = None
    outcome: str | None = "posted"
    labels: Sequence[tuple[bool, int]] = ()
    """(fraud, days until it was known), in any order."""
    rules: Sequence[str] = ()
    shadow_rules: Sequence[str] = ()
    reasons: Sequence[str] = ()
    duration_us: int | None = None
    transaction_id: uuid.UUID | None = None


class Raw:
    """Appends to raw.* with growing offsets."""

    def __init__(self, warehouse: PostgresServer, *, first_offset: int = 0) -> None:
        self._warehouse = warehouse
        self._offset = first_offset

    def add(self, *rows: Decided) -> list[uuid.UUID]:
        """Write the decisions with their outcomes and labels; return the transaction ids."""
        ids = [row.transaction_id or uuid.uuid4() for row in rows]
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            for transaction_id, row in zip(ids, rows, strict=True):
                self._decision(connection, transaction_id, row)
                if row.outcome:
                    connection.execute(
                        "insert into raw.outcomes values (%s, %s, %s, %s, %s, 1, %s, %s)",
                        (row.tenant_id, transaction_id, uuid.uuid4(), row.outcome, row.event_time, *self._next()),
                    )
                for fraud, days in row.labels:
                    kind = "stolen_card" if fraud else "legitimate"
                    known_at = row.event_time + timedelta(days=days)
                    connection.execute(
                        "insert into raw.labels values (%s, %s, %s, %s, %s, %s, 'bank', %s)",
                        (row.tenant_id, transaction_id, uuid.uuid4(), fraud, kind, known_at, self._next()[0]),
                    )
        return ids

    def _decision(self, connection: psycopg.Connection, transaction_id: uuid.UUID, row: Decided) -> None:
        values = {
            "tenant_id": row.tenant_id, "transaction_id": transaction_id, "epoch": 1, "n": self._next()[0], "door": row.door,
            "adopted": False, "event_time": row.event_time, "known_at": row.event_time, "channel": row.channel,
            "direction": row.direction, "amount_minor": row.amount_minor, "currency": "BRL", "customer_id": row.customer_id,
            "account_id": row.account_id, "payee_id": "p1", "verdict": row.verdict, "source": row.source,
            "probability": row.probability, "anomaly": None, "rules": list(row.rules), "reasons": list(row.reasons),
            "shadow_rules": list(row.shadow_rules), "duration_us": row.duration_us, "policy": "policy-0",
            "feature_set": "fs-1", "truncated": False, "late": False, "control_group": False, "scored_at": row.event_time,
            "log_offset": self._offset, "challenger_verdict": row.challenger_verdict,
            "challenger": "fraud-2" if row.challenger_verdict else None, "model": "fraud-1",
        }  # fmt: skip
        names = ", ".join(values)
        holders = ", ".join(f"%({name})s" for name in values)
        connection.execute(f"insert into raw.decisions ({names}) values ({holders})", values)

    def alert(self, *, alert_id: uuid.UUID, status: str, change: str, decisions: int, day: int = 0) -> None:
        """Write one alert event, as many minutes after noon as it has decisions, and so many days later."""
        at = datetime(2026, 3, 10, 15, tzinfo=UTC) + timedelta(days=day, minutes=decisions)
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.alerts values ('demo', %s, %s, %s, %s, 'customer', 'c000001', %s, 'review', 500, 'BRL', "
                "%s, %s, %s, %s, %s, 0.9, '{}', '[]', %s)",
                (
                    uuid.uuid4(),
                    alert_id,
                    status,
                    change,
                    uuid.uuid4(),
                    at,
                    at,
                    at,
                    decisions,
                    500 * decisions,
                    *self._next()[:1],
                ),
            )

    def outcome(self, transaction_id: uuid.UUID, outcome: str, *, tenant_id: str = "demo") -> None:
        """Write what became of a decision, some time after it."""
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.outcomes values (%s, %s, %s, %s, now(), 1, %s, %s)",
                (tenant_id, transaction_id, uuid.uuid4(), outcome, *self._next()),
            )

    def label(self, transaction_id: uuid.UUID, *, fraud: bool, known_at: datetime, tenant_id: str = "demo") -> None:
        """Write a label, before or after its decision."""
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.labels values (%s, %s, %s, %s, %s, %s, 'bank', %s)",
                (
                    tenant_id,
                    transaction_id,
                    uuid.uuid4(),
                    fraud,
                    "stolen_card" if fraud else "legitimate",
                    known_at,
                    self._next()[0],
                ),
            )

    def override(self, transaction_id: uuid.UUID, verdict: str, *, tenant_id: str = "demo") -> None:
        """Put another answer in the place of a decision's, as the sink does: in its row, and in a row of its own."""
        at, offset = self._next()
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.overrides (tenant_id, transaction_id, epoch, n, verdict, source, rules, reasons, policy, "
                "feature_set, truncated, late, control_group, scored_at, log_offset) "
                "values (%s, %s, 1, %s, %s, 'stand_in', '{}', '{}', 'policy-0', 'fs-1', false, false, false, now(), %s)",
                (tenant_id, transaction_id, at, verdict, offset),
            )
            connection.execute(
                "update raw.decisions set verdict = %s, source = 'stand_in', challenger = null, challenger_verdict = null "
                "where tenant_id = %s and transaction_id = %s",
                (verdict, tenant_id, transaction_id),
            )

    def transfer(self, *, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, status: str, occurred_at: datetime) -> None:
        """Write an event of the ledger."""
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.ledger_events values ('demo', %s, %s, %s, 'transfer', %s, %s, 'BRL', %s, %s, 'rpc', null, %s)",
                (uuid.uuid4(), uuid.uuid4(), status, occurred_at, amount_minor, debit, credit, self._next()[0]),
            )

    def drift(self, *, day: date, drifted: Sequence[str]) -> None:
        """Write what was found of a model's drift: one feature that moved, and one that is still filling."""
        shift = {
            "psi": 0.3, "usual": 0.02, "limit": 0.1, "unknown_reference": 0.1, "unknown_current": 0.1, "unknown_change": 0.0,
            "unknown_limit": 0.2,
        }  # fmt: skip
        features = [
            {"name": name, "sentence": "What it says", "importance": 0.5, "filling": filling, "shift": shift}
            for name, filling in (("is_pix", False), ("customer_count_90d", True))
        ]
        row: dict[str, object] = dict.fromkeys(
            ("calibration_error", "frauds_observed", "frauds_expected", "observed_to_expected", "average_precision", "auc",
             "recall_at_alert_share", "known_until_ms")
        ) | {
            "tenant_id": "demo", "day": day, "model": "fraud-1", "decisions": 900, "reference_decisions": 3_600, "features": 2,
            "features_moved": 1, "features_unknown_moved": 0, "largest_psi_to_limit": 3.0, "score_psi": 0.01,
            "drifted": list(drifted), "report": json.dumps({"features": features}), "current_until_ms": 1_773_198_000_000,
            "reference_from_ms": 1_769_000_000_000, "reference_until_ms": 1_771_500_000_000,
        }  # fmt: skip
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            repository.keep(connection, row)

    def backtest(self, *, tenant_id: str | None) -> str:
        """Write a backtest of one day and one rule: it would have stopped one more fraud, and one honest payment less."""
        recorded, proposed = (
            Outcome(
                allowed=90 - frauds, reviewed=8, challenged=0, denied=2 + frauds, frauds_stopped=frauds, frauds_stopped_minor=500,
                frauds_missed_minor=100, false_alarms=alarms, honest_denied=1, customers_stopped=alarms, cost_minor=cost,
            )
            for frauds, alarms, cost in ((1, 9, 4_000), (2, 8, 2_500))
        )  # fmt: skip
        found = BacktestReport(
            backtest_id=str(uuid.uuid4()), tenant_id=tenant_id, from_ms=1_773_100_800_000, until_ms=1_773_187_200_000,
            labels_known_by_ms=1_773_187_200_000, model="fraud-1", policy="policy-2", decisions=100, recorded_by={"scorer": 100},
            frauds=3, frauds_minor=600, recorded=recorded, proposed=proposed, moved=[],
            days=[
                Slice(
                    name="2026-03-10", decisions=100, frauds=3, recorded_stopped=11, recorded_frauds_stopped=1,
                    recorded_cost_minor=4_000, proposed_stopped=12, proposed_frauds_stopped=2, proposed_cost_minor=2_500,
                )
            ],
            channels=[],
            rules=[RuleResult(code="night", shadow=True, hits=5, frauds=2, alone=1, frauds_alone=1, amount_minor=700)],
            curve=[], seconds=0.1,
        )  # fmt: skip
        for _ in range(2):  # a worker that is taken over may write it again
            with psycopg.connect(self._warehouse.dsn("transform")) as connection:
                keep(connection, found, text=msgspec.json.encode(found).decode())
        return found.backtest_id

    def opening(self, *, account_id: uuid.UUID, opened_at: datetime) -> None:
        """Write the ledger's event of an account's opening balance."""
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.ledger_events values "
                "('demo', %s, %s, 'posted', 'opening', %s, 1, 'BRL', null, %s, null, null, %s)",
                (uuid.uuid4(), uuid.uuid4(), opened_at, account_id, self._next()[0]),
            )

    def _next(self) -> tuple[int, int]:
        self._offset += 1
        return self._offset, self._offset
