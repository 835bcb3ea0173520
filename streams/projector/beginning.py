"""Every event from the beginning: from the topic, and what that has forgotten from the lake, which keeps their own bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from confluent_kafka import Message

from contracts.topics import BANKING_TRANSACTIONS
from kit.errors import DomainError
from kit.lake.manifest import from_the_beginning
from kit.log import get_logger
from streams.projector.events import Moved, Unreadable, read
from streams.projector.topic import PARTITION, EventTopic

BATCH_EVENTS = 4_096
LINGER_S = 0.05


class HistoryIncomplete(DomainError):
    """Neither the topic nor the lake has the first events any more."""

    code = "history-incomplete"
    title = "The ledger's first events are gone from topic and lake"
    remedy = "Put the lake's files of banking.transactions.v1 back; without them the read model cannot be made again."


@dataclass(frozen=True, slots=True)
class Batch:
    """Events, and the offset after them. `appended_at_ms` is the newest one's."""

    events: list[Moved]
    following: int
    appended_at_ms: int

    def before(self, end: int) -> "Batch":
        """Return the part of it before an offset."""
        return Batch([moved for moved in self.events if moved.offset < end], min(self.following, end), self.appended_at_ms)


def from_lake(lake: Path) -> Iterator[Batch]:
    """Yield what the lake has without a gap from offset 0 on."""
    for path, following in from_the_beginning(lake / BANKING_TRANSACTIONS, partition=PARTITION):
        with pq.ParquetFile(path) as source:
            for batch in source.iter_batches(BATCH_EVENTS, columns=["offset", "payload", "occurred_at_ms"]):
                offsets, payloads, times = (batch.column(n).to_pylist() for n in range(3))
                events = [
                    moved
                    for offset, payload, time_ms in zip(offsets, payloads, times, strict=True)
                    if (moved := _readable(payload, offset=offset, appended_at_ms=time_ms)) is not None
                ]
                yield Batch(events, offsets[-1] + 1, max(times))
        yield Batch([], following, 0)


def lake_end(lake: Path) -> int:
    """Return the offset after what the lake has without a gap."""
    covered = from_the_beginning(lake / BANKING_TRANSACTIONS, partition=PARTITION)
    return covered[-1][1] if covered else 0


def from_topic(topic: EventTopic) -> Iterator[Batch]:
    """Yield what the topic has; without end: an empty batch, whose `following` says nothing, where it has no more for now."""
    while True:
        messages = topic.take(at_most=BATCH_EVENTS, linger_s=LINGER_S)
        if not messages:
            yield Batch([], 0, 0)
            continue
        events = [moved for message in messages if (moved := _of(message)) is not None]
        yield Batch(events, messages[-1].offset() + 1, messages[-1].timestamp()[1])


def _of(message: Message) -> Moved | None:
    return _readable(message.value(), offset=message.offset(), appended_at_ms=message.timestamp()[1])


def _readable(payload: bytes | None, *, offset: int, appended_at_ms: int) -> Moved | None:
    """What an event moved. One that cannot be read went to the dlq when it was first met."""
    try:
        return read(payload, offset=offset, appended_at_ms=appended_at_ms)
    except Unreadable as problem:
        get_logger().warning("event passed over", offset=offset, problem=str(problem))
        return None
