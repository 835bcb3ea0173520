"""Sending many messages to one topic in order, and finding how far an earlier run came."""

from collections.abc import Callable, Iterable

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from kit.kafka import consumer, end_offsets, producer, take
from kit.settings import Kafka

FLUSH_TIMEOUT_S = 60.0
POLL_EVERY = 2_048
LOOK_BACK_MESSAGES = 5_000
READ_WAIT_S = 10.0


class NotDelivered(RuntimeError):
    """The broker did not take every message; sending again from `resume` is safe."""


class Publisher:
    """An idempotent producer with one topic and one key: order is kept, and nothing is sent twice by a retry."""

    def __init__(self, kafka: Kafka, *, topic: str, key: str, client: str, tell_deliveries: bool = False) -> None:
        """`tell_deliveries`: also hear of what was delivered, which costs a call a message."""
        self._topic = topic
        self._key = key.encode()
        self._failed: list[str] = []
        settings = {"linger.ms": 20, "delivery.report.only.error": not tell_deliveries}
        self._producer: Producer = producer(kafka, client=client, transactional_id=None, **settings)

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_problem: object) -> None:
        """Leave nothing in the queue: what was sent before a problem lies on the topic before anybody looks how far it came."""
        self.flush()

    def send(self, values: Iterable[str]) -> None:
        """Queue the messages; waits while the queue is full. Raises NotDelivered once the broker has refused one."""
        for number, value in enumerate(values):
            self._queue(value, self._report)
            if number % POLL_EVERY == 0:
                self._producer.poll(0)
                self._raise_on_failure()

    def send_one(self, value: str, *, delivered: Callable[[], None]) -> None:
        """Queue a message; `delivered` is called, in a later `send` or `flush`, if and when the broker has it.

        Only for a publisher that tells deliveries. Raises NotDelivered once the broker has refused one.
        """

        def report(error: object, message: object) -> None:
            self._report(error, message)
            if error is None:
                delivered()

        self._queue(value, report)
        self._producer.poll(0)
        self._raise_on_failure()

    def flush(self) -> None:
        """Wait until the broker has everything. Raises NotDelivered."""
        left = self._producer.flush(FLUSH_TIMEOUT_S)
        self._raise_on_failure()
        if left:
            raise NotDelivered(f"{left} messages to {self._topic} are not acknowledged after {FLUSH_TIMEOUT_S} s")

    def _queue(self, value: str, report: Callable[[object, object], None]) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value=value, key=self._key, on_delivery=report)
            except BufferError:
                self._producer.poll(0.05)
            else:
                return

    def _report(self, error: object, _message: object) -> None:
        if error is not None:
            self._failed.append(str(error))

    def _raise_on_failure(self) -> None:
        if self._failed:
            failed, self._failed = self._failed, []
            raise NotDelivered(f"{len(failed)} messages to {self._topic} were refused: {failed[0]}")


def last_message(kafka: Kafka, *, topic: str, wanted: Callable[[bytes], bool]) -> bytes | None:
    """Return the newest message of a topic that is wanted, looking back from the end; None when there is none.

    One key lies in one partition and its order is kept, so the newest message tells how far a run has come.
    """
    reader = consumer(kafka, group="look-back", client="look-back")
    try:
        described = reader.list_topics(topic, timeout=READ_WAIT_S).topics[topic]
        for partition in sorted(described.partitions):
            found = _newest(reader, TopicPartition(topic, partition), wanted)
            if found is not None:
                return found
        return None
    finally:
        reader.close()


def _newest(reader: Consumer, partition: TopicPartition, wanted: Callable[[bytes], bool]) -> bytes | None:
    end = end_offsets(reader, [partition])[partition.topic, partition.partition]
    first, _ = reader.get_watermark_offsets(partition, timeout=READ_WAIT_S, cached=False)
    while end > first:
        begin = max(first, end - LOOK_BACK_MESSAGES)
        reader.assign([TopicPartition(partition.topic, partition.partition, begin)])
        found = None
        position = begin
        while position < end:
            messages = take(reader, at_most=LOOK_BACK_MESSAGES, wait_s=READ_WAIT_S)
            if not messages:
                raise KafkaException(f"{partition.topic} [{partition.partition}] stands still at {position} of {end}")
            for message in messages:
                value = message.value()
                if message.offset() < end and value is not None and wanted(value):
                    found = value
            position = messages[-1].offset() + 1
        if found is not None:
            return bytes(found)
        end = begin
    return None
