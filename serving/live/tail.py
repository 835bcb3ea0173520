"""One tail of decisions, alerts and ledger events a worker: no group, from the end, in a thread, idle while nobody watches."""

import asyncio
import threading
from collections.abc import Callable

import msgspec
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from contracts.alerts import AlertEvent
from contracts.decisions import DecisionRecord, LogRecord
from contracts.ledger_events import LedgerStatus, Purpose
from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS
from contracts.transactions import UNREADABLE
from kit.ids import uuid7
from kit.kafka import ADMIN_TIMEOUT_S, consumer, end_offsets, take, topic_name
from kit.log import get_logger
from kit.settings import Kafka
from serving.live.hub import BookedEvent, LiveEvent

BATCH = 500
POLL_S = 0.25
RETRY_S = 1.0
MAX_DURATION_DIGITS = 18


class _Booked(msgspec.Struct, gc=False):
    """As much of a ledger event as is counted."""

    tenant_id: str
    status: LedgerStatus
    purpose: Purpose
    amount_minor: int
    currency: str


_encode = msgspec.json.Encoder().encode
_decode_booked = msgspec.json.Decoder(_Booked).decode
_decode_log = msgspec.json.Decoder(LogRecord).decode
_decode_alert = msgspec.json.Decoder(AlertEvent).decode


def _latency_us(message: Message) -> int | None:
    for name, value in message.headers() or ():
        if name == "duration_us" and value is not None and value.isdigit() and len(value) <= MAX_DURATION_DIGITS:
            return int(value)
    return None


def booked_event(message: Message) -> BookedEvent | None:
    """Return what is counted of a ledger event, or None for one that is no transfer. Raises one of UNREADABLE."""
    booked = _decode_booked(message.value() or b"")
    if booked.purpose is not Purpose.TRANSFER:
        return None
    return BookedEvent(booked.tenant_id, booked.status, booked.amount_minor, booked.currency)


def alert_event(message: Message) -> LiveEvent:
    """Return what the feed shows of an alert. Raises one of UNREADABLE."""
    value = message.value() or b""
    return LiveEvent(_decode_alert(value).tenant_id, "alert", value)


def decision_event(message: Message) -> LiveEvent | None:
    """Return what the feed shows of a record of the log, or None for one that is no decision. Raises one of UNREADABLE."""
    value = message.value() or b""
    record = _decode_log(value)
    if not isinstance(record, DecisionRecord):
        return None
    transaction, answer, latency_us = record.transaction, record.answer, _latency_us(message)
    shown = {
        "transaction_id": transaction.transaction_id,
        "event_time": transaction.event_time,
        "scored_at": answer.scored_at,
        "channel": transaction.channel,
        "direction": transaction.direction,
        "amount_minor": transaction.amount_minor,
        "currency": transaction.currency,
        "customer_id": transaction.customer_id,
        "payee_id": transaction.payee_id,
        "merchant_id": transaction.merchant_id,
        "verdict": answer.verdict,
        "probability": answer.probability,
        "reasons": answer.reasons,
        "source": answer.source,
        "latency_us": latency_us,
    }
    return LiveEvent(
        transaction.tenant_id,
        "decision",
        _encode(shown),
        verdict=answer.verdict,
        latency_us=latency_us,
    )


class LiveTail:
    """Reads while `watched` is set and hands batches to `dispatch` on the event loop."""

    def __init__(
        self,
        kafka: Kafka,
        *,
        loop: asyncio.AbstractEventLoop,
        is_watched: Callable[[], bool],
        dispatch: Callable[[list[LiveEvent | BookedEvent]], None],
    ) -> None:
        self._kafka = kafka
        self._loop = loop
        self._is_watched = is_watched
        self._dispatch = dispatch
        self._readers: dict[str, Callable[[Message], LiveEvent | BookedEvent | None]] = {
            topic_name(kafka, DECISIONS): decision_event,
            topic_name(kafka, ALERTS): alert_event,
            topic_name(kafka, BANKING_TRANSACTIONS): booked_event,
        }
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-tail", daemon=True)
        self.assigned = threading.Event()
        self._log = get_logger()

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End; blocks for at most a poll and the closing of the consumer."""
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._is_watched():
                self._stopping.wait(POLL_S)
                continue
            try:
                self._read_while_watched()
            except KafkaException as problem:
                self._log.warning("live tail lost the broker", problem=str(problem))
                self._stopping.wait(RETRY_S)

    def _read_while_watched(self) -> None:
        source = consumer(self._kafka, group=f"live-{uuid7()}", client="api-live", **{"enable.auto.offset.store": False})
        try:
            self._assign_at_end(source)
            self.assigned.set()
            while self._is_watched() and not self._stopping.is_set():
                events = self._events(take(source, at_most=BATCH, wait_s=POLL_S))
                if events:
                    self._loop.call_soon_threadsafe(self._dispatch, events)
        finally:
            self.assigned.clear()
            source.close()

    def _assign_at_end(self, source: Consumer) -> None:
        partitions = []
        for topic in self._readers:
            described = source.list_topics(topic, timeout=ADMIN_TIMEOUT_S).topics[topic]
            partitions += [TopicPartition(topic, number) for number in described.partitions]
        ends = end_offsets(source, partitions)
        source.assign([TopicPartition(topic, number, offset) for (topic, number), offset in ends.items()])

    def _events(self, messages: list[Message]) -> list[LiveEvent | BookedEvent]:
        found: list[LiveEvent | BookedEvent] = []
        for message in messages:
            try:
                event = self._readers[message.topic()](message)
            except UNREADABLE as problem:
                where = f"{message.topic()}:{message.partition()}:{message.offset()}"
                self._log.warning("live tail skipped a message", where=where, problem=str(problem))
                continue
            if event is not None:
                found.append(event)
        return found
