"""Where the topics end: the last outbox position on each, read back from the newest messages.

The relay writes all topics in one Kafka transaction in position order, so the highest position found anywhere is where the
whole stream stands.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from contracts.topics import topics
from kit.kafka import ADMIN_TIMEOUT_S, consumer, raise_on_error, topic_name
from kit.outbox import POSITION_HEADER, Position
from kit.settings import Kafka

FIRST_LOOK_BACK = 512
FINGERPRINT_BYTES = 16


def fed_by_the_outbox() -> frozenset[str]:
    """The topics whose contract declares the position header."""
    return frozenset(name for name, topic in topics().items() if POSITION_HEADER in topic.headers)


def last_position(kafka: Kafka, *, line: int) -> Position | None:
    """Return the highest last position of `line` on the topics that the outbox feeds; None while there is none.

    A partition that ends in another line has nothing of this one, which began after it.
    """
    source = _reader(kafka)
    try:
        found = [position for partition in _partitions(source, kafka) if (position := _last_in(source, partition))]
    finally:
        source.close()
    return max((position for position in found if position.line == line), default=None)


def fingerprint(topic: str, *, outbox_id: int, payload: bytes) -> bytes:
    """Return what tells an outbox row from every other, one that had its id in a history that a restore gave up included.

    `topic` is the name without prefix.
    """
    whole = b"\0".join((topic.encode(), str(outbox_id).encode(), payload))
    return hashlib.blake2b(whole, digest_size=FINGERPRINT_BYTES).digest()


def fingerprints_present(kafka: Kafka, *, at_least: int) -> set[bytes]:
    """Return the fingerprints of what is on the topics with outbox ids from `at_least` on.

    Reads the topics whole, for a slot that is made again.
    """
    names = {topic_name(kafka, name): name for name in fed_by_the_outbox()}
    present: set[bytes] = set()
    source = _reader(kafka)
    try:
        for partition in _partitions(source, kafka):
            low, high = source.get_watermark_offsets(partition, timeout=ADMIN_TIMEOUT_S, cached=False)
            for message in _read(source, partition, low, high):
                position = position_of(message)
                if position is not None and position.outbox_id >= at_least:
                    topic = names[partition.topic]
                    present.add(fingerprint(topic, outbox_id=position.outbox_id, payload=message.value() or b""))
    finally:
        source.close()
    return present


def position_of(message: Message) -> Position | None:
    """Return the position that the relay put on a message; None for one that came another way."""
    for name, value in message.headers() or ():
        if name == POSITION_HEADER:
            return Position.parse(value)
    return None


def _reader(kafka: Kafka) -> Consumer:
    # Offsets are never stored: the group exists in name only.
    return consumer(kafka, group="relay-tail", client="relay-tail", **{"enable.partition.eof": True})


def _partitions(source: Consumer, kafka: Kafka) -> Iterable[TopicPartition]:
    known = source.list_topics(timeout=ADMIN_TIMEOUT_S).topics
    for name in sorted(fed_by_the_outbox()):
        on_broker = topic_name(kafka, name)
        for partition in known[on_broker].partitions if on_broker in known else ():
            yield TopicPartition(on_broker, partition)


def _last_in(source: Consumer, partition: TopicPartition) -> Position | None:
    low, high = source.get_watermark_offsets(partition, timeout=ADMIN_TIMEOUT_S, cached=False)
    look_back = FIRST_LOOK_BACK
    end = high
    # Transaction markers take offsets, and some topics have other writers too: look further back until one is found.
    while end > low:
        start = max(low, end - look_back)
        found = [position for message in _read(source, partition, start, end) if (position := position_of(message))]
        if found:
            return found[-1]
        end, look_back = start, look_back * 4
    return None


def _read(source: Consumer, partition: TopicPartition, start: int, end: int) -> Iterator[Message]:
    """Yield the committed messages with offsets in [start, end)."""
    source.assign([TopicPartition(partition.topic, partition.partition, start)])
    deadline = time.monotonic() + ADMIN_TIMEOUT_S
    try:
        while True:
            messages = source.consume(2_000, 0.2)
            for message in messages:
                if message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
                    return
                raise_on_error(message)
                if message.offset() >= end:
                    return
                yield message
            if messages:
                deadline = time.monotonic() + ADMIN_TIMEOUT_S
            elif source.position([partition])[0].offset >= end:
                return
            elif time.monotonic() > deadline:
                raise TimeoutError(f"{partition.topic} could not be read up to its end in {ADMIN_TIMEOUT_S} s")
    finally:
        source.unassign()
