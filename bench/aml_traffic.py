"""Posted payments as the ledger tells of them, and candidates out of the Flink jobs, for whoever measures or tests them."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bench.committed import TAKEN_AT_ONCE, CommittedReader
from contracts.aml import Candidate
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS
from contracts.transactions import Channel, Direction, Transaction
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.kafka import producer, topic_name
from kit.localset.flink import FlinkCluster
from kit.localset.readiness import NotReady
from kit.settings import AmlStream, Kafka
from streams.aml.keeper import job_flags
from streams.intake.requests import Legs

FLUSH_S = 60.0
_SETTLEMENT = str(derived_id(INBOUND_NAMESPACE, "settlement"))
_OPTIONAL = (
    "customer_id", "account_id", "device_id", "payee_id", "merchant_id", "entry_mode", "country", "latitude_e5", "longitude_e5",
)  # fmt: skip


def ledger_events(rows: Iterable[Mapping[str, Any]], *, tenant_id: str, ours: Collection[str]) -> list[LedgerEvent]:
    """Return what the ledger tells of payments (rows of `simulator.laundering` or of the lake) that it posted, in their order.

    `ours` are the accounts that the bank keeps; whoever else takes part is paid through a settlement account.
    """
    return [ledger_event(row, tenant_id=tenant_id, ours=ours) for row in rows]


def ledger_event(row: Mapping[str, Any], *, tenant_id: str, ours: Collection[str]) -> LedgerEvent:
    """Return what the ledger tells of one payment."""
    return _event(row, tenant_id=tenant_id, legs=_legs(row, ours))


def _legs(row: Mapping[str, Any], ours: Collection[str]) -> Legs:
    account, other = str(row["account_id"]), row.get("payee_id")
    if row["direction"] == "credit":
        return Legs(debit=uuid.UUID(_SETTLEMENT), credit=uuid.UUID(account))
    return Legs(debit=uuid.UUID(account), credit=uuid.UUID(str(other) if other in ours else _SETTLEMENT))


def _event(row: Mapping[str, Any], *, tenant_id: str, legs: Legs) -> LedgerEvent:
    intent = Transaction(
        schema=1,
        transaction_id=row["transaction_id"],
        tenant_id=tenant_id,
        source="frame",
        external_id=row["transaction_id"],
        event_time=row["event_time"],
        known_at=row["event_time"],
        channel=Channel(row["channel"]),
        direction=Direction(row["direction"]),
        amount_minor=row["amount_minor"],
        currency="BRL",
        **{name: row[name] for name in _OPTIONAL if row.get(name) is not None},
    )
    return LedgerEvent(
        schema=1,
        event_id=str(derived_id(INBOUND_NAMESPACE, "event", intent.transaction_id)),
        tenant_id=tenant_id,
        transfer_id=intent.transaction_id,
        status=LedgerStatus.POSTED,
        purpose=Purpose.TRANSFER,
        occurred_at=intent.event_time,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        debit_account_id=str(legs.debit),
        credit_account_id=str(legs.credit),
        door="inbound",
        transaction=intent,
    )


def send(kafka: Kafka, events: Iterable[LedgerEvent]) -> None:
    """Put events on the ledger's topic in their order. Raises NotReady when the broker does not take them."""
    encode = msgspec.json.Encoder().encode
    sink = producer(kafka, client="aml-traffic")
    name = topic_name(kafka, BANKING_TRANSACTIONS)
    for row, event in enumerate(events):
        sink.produce(name, encode(event), event.tenant_id)
        if row % TAKEN_AT_ONCE == 0:
            sink.poll(0)
    if sink.flush(FLUSH_S):
        raise NotReady(f"the broker did not take everything within {FLUSH_S:.0f} s")


def submit_jobs(
    cluster: FlinkCluster, kafka: Kafka, jobs: Sequence[str], *flags: str, state: str = AmlStream().state
) -> list[str]:
    """Submit jobs with more flags of `job.py`, and return their ids. Raises SubmitFailed."""
    return [cluster.submit([*job_flags(kafka, job, checkpoints=cluster.checkpoints, state=state), *flags]) for job in jobs]


def candidate_reader(kafka: Kafka) -> CommittedReader[Candidate]:
    """Return who reads what the jobs tell of."""
    return CommittedReader(kafka, AML_CANDIDATES, Candidate, group="aml-traffic")
