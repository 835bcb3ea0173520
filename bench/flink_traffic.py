"""Transactions into a topic and settled windows out of it, for whoever measures or tests the Flink job."""

import time
from collections.abc import Callable, Iterable, Sequence

import msgspec
import polars as pl
from confluent_kafka import TopicPartition

from contracts.settled_features import SettledWindow
from contracts.topics import SETTLED_FEATURES, broker_topics
from contracts.transactions import Channel, Direction, Transaction
from kit.ids import inbound_transaction_id
from kit.kafka import ADMIN_TIMEOUT_S, consumer, ensure_topics, producer, take, topic_name
from kit.localset.readiness import NotReady
from kit.settings import Kafka

FLUSH_S = 60.0
READ_S = 120.0
WAIT_S = 0.2
TAKEN_AT_ONCE = 10_000
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


class SettledReader:
    """Reads committed windows from the beginning, into `windows`. Close it."""

    def __init__(self, kafka: Kafka) -> None:
        self.windows: list[SettledWindow] = []
        self._decode = msgspec.json.Decoder(SettledWindow).decode
        self._source = consumer(kafka, group="flink-traffic", client="flink-traffic", **{"enable.partition.eof": True})
        name = topic_name(kafka, SETTLED_FEATURES)
        partitions = self._source.list_topics(name, timeout=ADMIN_TIMEOUT_S).topics[name].partitions
        self._name = name
        self._next = dict.fromkeys(partitions, 0)
        self._behind: set[int] = set()
        self._assign()

    def _assign(self) -> None:
        """Read from where we are; the end of each partition is told anew, and not only after something new."""
        self._source.assign([TopicPartition(self._name, number, offset) for number, offset in self._next.items()])
        self._behind = set(self._next)

    def read_until(self, reached: Callable[[], bool], *, within_s: float = READ_S) -> None:
        """Read on until `reached`. Raises NotReady after `within_s`."""
        deadline = time.monotonic() + within_s
        while not reached():
            if time.monotonic() > deadline:
                raise NotReady(f"{len(self.windows)} windows after {within_s:.0f} s are not what was waited for")
            for message in take(self._source, at_most=TAKEN_AT_ONCE, wait_s=WAIT_S):
                number, offset = message.partition(), message.offset()
                if number is None or offset is None:
                    continue
                if message.error() is not None:  # the end of what is committed
                    self._behind.discard(number)
                    continue
                self._next[number] = offset + 1
                self._behind.add(number)
                self.windows.append(self._decode(message.value() or b""))

    def read_to_the_end(self) -> list[SettledWindow]:
        """Read whatever is committed and return all windows so far. Raises NotReady."""
        self._assign()
        self.read_until(lambda: not self._behind)
        return self.windows

    def close(self) -> None:
        """Let go of the broker."""
        self._source.close()
