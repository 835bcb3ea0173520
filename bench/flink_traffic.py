"""Transactions into a topic and settled windows out of it, for whoever measures or tests the Flink job."""

from collections.abc import Iterable, Sequence

import msgspec
import polars as pl

from bench.committed import TAKEN_AT_ONCE, CommittedReader
from contracts.settled_features import SettledWindow
from contracts.topics import SETTLED_FEATURES, broker_topics
from contracts.transactions import Channel, Direction, Transaction
from kit.ids import inbound_transaction_id
from kit.kafka import ensure_topics, producer, topic_name
from kit.localset.readiness import NotReady
from kit.settings import Kafka

FLUSH_S = 60.0
_OPTIONAL = (
    "customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id", "mcc", "country", "latitude_e5",
    "longitude_e5", "entry_mode", "balance_minor",
)  # fmt: skip


def make_topics(kafka: Kafka, source: str, *, partitions: int) -> None:
    """Make a topic of transactions, named `source` (without the prefix), and that of settled windows."""
    wanted = broker_topics()
    ensure_topics(kafka, {source: (partitions, {}), SETTLED_FEATURES: wanted[SETTLED_FEATURES]})


def transactions_of(frame: pl.DataFrame) -> list[Transaction]:
    """Build transactions from a frame with the lake's names, in its order; ids are made where it has none."""
    known = [name for name in _OPTIONAL if name in frame.columns]
    found = []
    for row, values in enumerate(frame.iter_rows(named=True)):
        tenant, external = values["tenant_id"], f"row-{row}"
        made = values.get("transaction_id") or inbound_transaction_id(tenant_id=tenant, source="frame", external_id=external)
        found.append(
            Transaction(
                schema=1,
                transaction_id=str(made),
                tenant_id=tenant,
                source="frame",
                external_id=external,
                event_time=values["event_time_ms"],
                known_at=values["event_time_ms"],
                channel=Channel(values["channel"]),
                direction=Direction(values["direction"]),
                amount_minor=values["amount_minor"],
                currency="BRL",
                **{name: values[name] for name in known if values[name] is not None},
            )
        )
    return found


def frame_of(transactions: Sequence[Transaction]) -> pl.DataFrame:
    """Return the frame that the other engines read, a row for each transaction."""
    fields = ("tenant_id", "amount_minor", *_OPTIONAL)
    rows = [
        {name: getattr(each, name) for name in fields}
        | {"event_time_ms": each.event_time, "channel": each.channel.value, "direction": each.direction.value}
        for each in transactions
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def send(kafka: Kafka, topic: str, transactions: Iterable[Transaction], *, partitions: int = 1) -> None:
    """Put transactions on a topic in their order, dealt out to its partitions. Raises NotReady when it takes too long."""
    encode = msgspec.json.Encoder().encode
    sink = producer(kafka, client="flink-traffic")
    name = topic_name(kafka, topic)
    for row, each in enumerate(transactions):
        sink.produce(name, encode(each), each.tenant_id, partition=row % partitions)
        if row % TAKEN_AT_ONCE == 0:
            sink.poll(0)
    if sink.flush(FLUSH_S):
        raise NotReady(f"the broker did not take everything within {FLUSH_S:.0f} s")


def settled_reader(kafka: Kafka) -> CommittedReader[SettledWindow]:
    """Return who reads the windows that the job has settled."""
    return CommittedReader(kafka, SETTLED_FEATURES, SettledWindow, group="flink-traffic")
