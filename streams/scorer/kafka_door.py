"""The Kafka door: consume, decide, write and commit in transactions. A failure ends the process; the next folds the log."""

import time
from collections.abc import Callable, Iterator, Sequence

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from contracts.topics import BANKING_TRANSACTIONS, CONTROLS, DECISIONS, INBOUND_TRANSACTIONS, LABELS
from kit import kafka as kit_kafka
from kit.deadline import Deadline
from kit.log import get_logger
from kit.process import Lifecycle
from kit.settings import Kafka, Scorer
from streams.scorer import metrics
from streams.scorer.desk import Desk
from streams.scorer.snapshots.taker import Record, SnapshotTaker

GROUP = "scorer"
TRANSACTIONAL_ID = "scorer"
_IDLE_WAIT_S = 0.01
_TIMEOUT_S = 10.0
_COMMIT_ATTEMPTS = 2  # then the process ends: its next start aborts the transaction, folds the log and goes on
# librdkafka's send_offsets_to_transaction can ignore its timeout when the broker comes back (its issue 5456).
_COMMIT_LIMIT_S = 2.5 * _TIMEOUT_S
_LAG_EVERY_S = 5.0
_TAKE_EVENTS = 4_096
# A commit takes tens of milliseconds however much is in it: while more waits than is taken, fewer and larger ones.
_BACKLOG_INTERVALS = 4
# Controls first, then what our ledger says, what turned out, and what nobody has decided: each topic keeps its own order.
SOURCES = (CONTROLS, BANKING_TRANSACTIONS, LABELS, INBOUND_TRANSACTIONS)


def transactional_producer(kafka: Kafka) -> Producer:
    """Return a producer that has fenced every earlier scorer of this shard.

    Nobody sees a record before its commit, which sends what lingers: to linger delays nothing and spares the broker requests.
    """
    producer = kit_kafka.producer(kafka, client="scorer", transactional_id=TRANSACTIONAL_ID, **{"linger.ms": 20})
    producer.init_transactions(_TIMEOUT_S)
    return producer


class KafkaDoor:
    """One thread. `run` returns when asked to stop, after the last commit."""

    def __init__(self, kafka: Kafka, bounds: Scorer, desk: Desk, producer: Producer, snapshots: SnapshotTaker) -> None:
        self._kafka = kafka
        self._desk = desk
        self._producer = producer
        self._snapshots = snapshots
        self._in_log: Record | None = None
        self._interval_s = bounds.commit_interval_ms / 1000
        self._max_events = bounds.commit_max_events
        self._names = {kit_kafka.topic_name(kafka, topic): topic for topic in SOURCES}
        self._consumer = kit_kafka.consumer(kafka, group=GROUP, client="scorer")
        self._deadline = Deadline("commit", limit_s=_COMMIT_LIMIT_S)
        self._joined: list[TopicPartition] = []
        self._moved = False
        self._began_s: float | None = None
        self._events = 0
        self._lag_shown_s = 0.0

    def join(self) -> None:
        """Take every partition from its committed offset, or its beginning. Manual: a restart waits for no rebalance.

        Every offset is committed again with the next transaction that takes messages: the broker forgets one that was not
        committed for its `offsets.retention.minutes`, and a quiet partition would be read from its beginning after a restart.
        """
        found = self._consumer.list_topics(timeout=_TIMEOUT_S).topics
        wanted = [TopicPartition(name, partition) for name in self._names for partition in found[name].partitions]
        places = self._consumer.committed(wanted, timeout=_TIMEOUT_S)
        for place in places:
            if place.error is not None:
                raise KafkaException(place.error)
            if place.offset < 0:
                low, high = self._consumer.get_watermark_offsets(place, timeout=_TIMEOUT_S, cached=False)
                if high > low and self._desk.engine.next_n:
                    get_logger().warning("no committed offset: read from the beginning", topic=place.topic, messages=high - low)
                place.offset = low
        self._joined, self._moved = places, True
        self._consumer.assign(places)

    def start_epoch(self, *, memory_rows: int) -> None:
        """Have the record that starts this process's epoch in the log, for good, before any door opens."""
        self._desk.start_epoch(memory_rows=memory_rows)
        self._write()
        self._commit()

    def run(self, lifecycle: Lifecycle, *, drain: Callable[[], None]) -> None:
        """Work until asked to stop, `drain` the other door, commit. Raises KafkaException when a transaction fails."""
        while lifecycle.running:
            self.step()
        drain()
        self._write()
        self._commit()
        self._snapshots.stop()
        self._consumer.close()

    def step(self) -> None:
        """One turn: take what is there, decide it, write what waits, and commit when it is time."""
        room = min(_TAKE_EVENTS, self._max_events - self._events)
        messages = kit_kafka.take(self._consumer, at_most=room, wait_s=_IDLE_WAIT_S)
        if messages:
            self._begin()
            self._work(messages)
        self._write()
        if self._began_s is not None:
            patience_s = self._interval_s * (_BACKLOG_INTERVALS if len(messages) == room else 1)
            if self._events >= self._max_events or time.monotonic() - self._began_s >= patience_s:
                self._commit()
        self._snapshots.tend()
        if self._began_s is None and self._in_log is not None:
            self._snapshots.take_if_due(self._in_log)

    def _begin(self) -> None:
        if self._began_s is None:
            self._producer.begin_transaction()
            self._began_s = time.monotonic()

    def _work(self, messages: list[Message]) -> None:
        arrived_s = time.perf_counter()
        by_topic: dict[str, list[Message]] = {topic: [] for topic in SOURCES}
        for message in messages:
            by_topic[self._names[message.topic()]].append(message)
        self._events += len(messages)
        self._moved = True
        for topic, apply in ((CONTROLS, self._desk.apply_controls), (BANKING_TRANSACTIONS, self._desk.apply_ledger_events)):
            for part in self._slices(by_topic[topic]):
                for position, reason, detail in apply(_values(part)).refused:
                    self._refuse(part[position], reason, detail)
        for part in self._slices(by_topic[LABELS]):
            written = self._desk.apply_labels(_values(part), keys=[message.key() for message in part])
            for position, reason, detail in written.refused:
                self._refuse(part[position], reason, detail)
        for part in self._slices(by_topic[INBOUND_TRANSACTIONS]):
            refused = self._desk.decide_messages(
                _values(part),
                keys=[message.key() for message in part],
                headers=[message.headers() for message in part],
                arrived_s=arrived_s,
            )
            for position, refusal in refused:
                self._refuse(part[position], refusal.refusal, refusal.detail)

    def _slices(self, messages: list[Message]) -> Iterator[list[Message]]:
        """Cut messages into what holds the engine no longer than a request may wait."""
        at = 0
        while at < len(messages):
            size = self._desk.lanes.slice_events()
            yield messages[at : at + size]
            at += size

    def _refuse(self, message: Message, reason: str, detail: str) -> None:
        kit_kafka.refuse(self._producer, message, topic=message.topic(), reason=reason, detail=detail)
        get_logger().warning("message refused", topic=message.topic(), offset=message.offset(), reason=reason, detail=detail)

    def _write(self) -> None:
        waiting = self._desk.pending()
        if self._desk.failure is not None:
            raise self._desk.failure
        if not waiting:
            return
        self._begin()
        produce = self._producer.produce
        first = next((entries for entries in waiting if entries.topic == DECISIONS), None)
        for entries in waiting:
            name = kit_kafka.topic_name(self._kafka, entries.topic)
            told = self._delivered if entries is first else None
            for key, value, headers in zip(entries.keys, entries.values, entries.headers, strict=True):
                try:
                    produce(name, value, key, headers=headers, on_delivery=told)
                except BufferError:
                    self._producer.flush(_TIMEOUT_S)
                    produce(name, value, key, headers=headers, on_delivery=told)
                told = None
        self._producer.poll(0)

    def _delivered(self, problem: KafkaError | None, message: Message) -> None:
        """Keep where the log has the first record of the latest write; without an offset the commit fails too."""
        if problem is None:
            self._in_log = Record(message.offset(), message.value())

    def _commit(self) -> None:
        if self._began_s is None:
            return
        started_s = time.perf_counter()
        with self._deadline:
            if self._moved:
                offsets, group = self._positions(), self._consumer.consumer_group_metadata()
                self._patiently(lambda: self._producer.send_offsets_to_transaction(offsets, group, _TIMEOUT_S))
            self._patiently(lambda: self._producer.commit_transaction(_TIMEOUT_S))
        self._began_s, self._moved = None, False
        self._events = 0
        metrics.commit_seconds.observe(time.perf_counter() - started_s)
        metrics.show_state(self._desk.engine)
        self._show_lag()

    def _positions(self) -> list[TopicPartition]:
        """The offset after the last message taken of each partition, all of which are decided: else where it was joined."""
        now: list[TopicPartition] = self._consumer.position(self._joined)
        for place, joined in zip(now, self._joined, strict=True):
            if place.error is not None:
                raise KafkaException(place.error)
            if place.offset < 0:
                place.offset = joined.offset
        return now

    @staticmethod
    def _patiently(step: Callable[[], None]) -> None:
        """Repeat what the broker calls retriable; anything else goes up and ends the process."""
        for attempt in range(1, _COMMIT_ATTEMPTS + 1):
            try:
                step()
            except KafkaException as problem:
                if attempt == _COMMIT_ATTEMPTS or not problem.args[0].retriable():
                    raise
            else:
                return

    def _show_lag(self) -> None:
        if time.monotonic() - self._lag_shown_s < _LAG_EVERY_S:
            return
        self._lag_shown_s = time.monotonic()
        waiting = dict.fromkeys(SOURCES, 0)
        for place in self._consumer.position(self._consumer.assignment()):
            low, high = self._consumer.get_watermark_offsets(place, cached=True)
            if high >= 0:
                waiting[self._names[place.topic]] += high - max(place.offset, low, 0)
        for topic, count in waiting.items():
            metrics.lag.labels(topic).set(count)


def _values(messages: Sequence[Message]) -> list[bytes]:
    return [message.value() or b"" for message in messages]
