"""What the topics hold, read from their first message to the end that was there at the start, committed messages only."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from confluent_kafka import Message, TopicPartition

from contracts import topics
from kit.kafka import consumer, dlq_name, end_offsets, raise_on_error, topic_name
from kit.settings import Settings

BATCH = 10_000
SILENCE_S = 30.0


class _Named(msgspec.Struct):
    transaction_id: str


class _Logged(msgspec.Struct):
    record: str
    transaction: _Named | None = None
    transaction_id: str | None = None


class _Event(msgspec.Struct):
    event_id: str
    transfer_id: str
    status: str
    purpose: str


class _Flagged(msgspec.Struct):
    transaction: _Named


@dataclass(slots=True)
class TopicSets:
    """Ids in the order of their topics, repetitions kept."""

    decisions: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    event_transfers: list[str] = field(default_factory=list)
    outbox_ids: list[int] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)
    inbound_records: int = 0
    refused: set[tuple[int, int]] = field(default_factory=set)
    inbound_places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


class TopicStalled(RuntimeError):
    """The broker stopped answering in the middle of a topic."""


def read_decision_log(settings: Settings, into: TopicSets) -> None:
    """Add the log's decisions and outcomes."""
    decode = msgspec.json.Decoder(_Logged).decode

    def take(message: Message) -> None:
        record = decode(message.value())
        if record.record == "decision" and record.transaction is not None:
            into.decisions.append(record.transaction.transaction_id)
        elif record.record == "outcome" and record.transaction_id is not None:
            into.outcomes.append(record.transaction_id)

    _read(settings, topics.DECISIONS, take)


def read_ledger_events(settings: Settings, into: TopicSets) -> None:
    """Add the ledger's events and the outbox ids of everything that left through the outbox."""
    decode = msgspec.json.Decoder(_Event).decode

    def take(message: Message) -> None:
        event = decode(message.value())
        into.events.append(event.event_id)
        if event.purpose == "transfer" and event.status != "held":
            into.event_transfers.append(event.transfer_id)
        _note_outbox_id(message, into)

    _read(settings, topics.BANKING_TRANSACTIONS, take)
    for topic in (topics.ALERTS, topics.LABELS, topics.CONTROLS):
        _read(settings, topic, lambda message: _note_outbox_id(message, into))


def read_flagged(settings: Settings, into: TopicSets) -> None:
    """Add what somebody must look at."""
    decode = msgspec.json.Decoder(_Flagged).decode
    _read(settings, topics.FLAGGED, lambda message: into.flagged.append(decode(message.value()).transaction.transaction_id))


def read_inbound(settings: Settings, into: TopicSets) -> None:
    """Add what came in, and which of it was refused (by partition and offset, from the dlq's headers)."""
    decode = msgspec.json.Decoder(_Named).decode

    def take(message: Message) -> None:
        into.inbound_records += 1
        try:
            name = decode(message.value()).transaction_id
        except msgspec.DecodeError:
            name = ""
        into.inbound_places.setdefault(name, []).append((message.partition(), message.offset()))

    def take_refused(message: Message) -> None:
        headers = dict(message.headers() or [])
        into.refused.add((int(headers["source_partition"]), int(headers["source_offset"])))

    _read(settings, topics.INBOUND_TRANSACTIONS, take)
    _read(settings, dlq_name(topics.INBOUND_TRANSACTIONS), take_refused)


def _note_outbox_id(message: Message, into: TopicSets) -> None:
    for name, value in message.headers() or []:
        if name == "outbox_position":
            into.outbox_ids.append(int(value.rsplit(b".", 1)[1]))


def _read(settings: Settings, topic: str, take: Callable[[Message], None]) -> None:
    name = topic_name(settings.kafka, topic)
    reader = consumer(settings.kafka, group="reconcile", client="reconcile", **{"enable.partition.eof": True})
    try:
        found = reader.list_topics(name, timeout=20).topics[name].partitions
        partitions = [TopicPartition(name, number, 0) for number in found]
        ends = end_offsets(reader, partitions)
        open_partitions = {p.partition for p in partitions if ends[(name, p.partition)] > 0}
        reader.assign(partitions)
        while open_partitions:
            first = reader.poll(SILENCE_S)
            if first is None:
                raise TopicStalled(f"{name}: nothing for {SILENCE_S:.0f} s before the end")
            for message in (first, *reader.consume(BATCH, 0)):
                if message.error() is not None:
                    raise_on_error(message)
                    open_partitions.discard(message.partition())
                elif message.partition() in open_partitions:
                    take(message)
    finally:
        reader.close()
