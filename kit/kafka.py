"""Kafka clients with the settings that our guarantees rest on, and the one way to refuse a message.

Topic names pass through `topic_name`, so that a prefix keeps deployments and test runs apart.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from kit.masking import mask_card_numbers, mask_card_numbers_in_text
from kit.settings import Kafka

Headers = list[tuple[str, bytes]]
ADMIN_TIMEOUT_S = 20.0
LEADER_RETRY_S = 0.1
NO_LEADER_YET = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
# A refused message may be as large as the broker lets anybody write, which is more than a producer of ours sends.
MAX_REFUSED_VALUE_BYTES = 65_536
MAX_REFUSED_KEY_BYTES = 256
MAX_DETAIL_CHARACTERS = 500
_FLUSH_TIMEOUT_S = 10.0


def topic_name(kafka: Kafka, topic: str) -> str:
    """Return the topic's name on the broker."""
    return kafka.prefix + topic


def dlq_name(topic: str) -> str:
    """Return where messages of `topic` that cannot be read go."""
    return f"{topic}.dlq"


def producer(kafka: Kafka, *, client: str, transactional_id: str | None = None, **overrides: object) -> Producer:
    """Return an idempotent producer: acks from all, order kept over retries, transactions when an id is given."""
    config: dict[str, object] = {
        **kafka.client(),
        "client.id": client,
        "enable.idempotence": True,
        "acks": "all",
        "linger.ms": 5,
        "compression.type": "lz4",
        "batch.num.messages": 10_000,
        "batch.size": 1_000_000,
        "queue.buffering.max.messages": 500_000,
        "message.max.bytes": 2_000_000,
    }
    if transactional_id:
        config["transactional.id"] = kafka.prefix + transactional_id
        config["transaction.timeout.ms"] = 60_000
    return Producer(config | overrides)


def consumer(kafka: Kafka, *, group: str, client: str, **overrides: object) -> Consumer:
    """Return a consumer that sees committed messages only and never commits offsets by itself."""
    config: dict[str, object] = {
        **kafka.client(),
        "group.id": kafka.prefix + group,
        "client.id": client,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        # A fetch is answered as soon as there is a message. An idle consumer asks again after this: at 10 ms that took the
        # broker 4% of a core for each.
        "fetch.wait.max.ms": 100,
        "queued.min.messages": 50_000,
        "queued.max.messages.kbytes": 65_536,
        # A partition with so many messages in hand is asked again after this; by the default of a second one partition gives no
        # more than those 50,000 messages a second, however fast its reader.
        "fetch.queue.backoff.ms": 10,
    }
    return Consumer(config | overrides)


def take(source: Consumer, *, at_most: int, wait_s: float) -> list[Message]:
    """Return what is there now, up to `at_most`; wait only while nothing is (`consume(n, t)` would wait for all n)."""
    first = source.poll(wait_s)
    if first is None:
        return []
    messages = [first, *source.consume(at_most - 1, 0)] if at_most > 1 else [first]
    for message in messages:
        if message.error() is not None:
            raise_on_error(message)
    return messages


def raise_on_error(message: Message) -> None:
    """Raise KafkaException for a broker-side error; pass over the end-of-partition notice."""
    error = message.error()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)


def refuse(sink: Producer, message: Message, *, topic: str, reason: str, detail: str) -> None:
    """Send a message that cannot be used to its dlq with the reason, whatever its size and content.

    Card numbers are masked in all of it. A value is cut after `MAX_REFUSED_VALUE_BYTES` (every message that a contract allows
    is shorter), a key after `MAX_REFUSED_KEY_BYTES`. Headers say what was there: `value_bytes` is the value's whole length,
    `value_sha256` the hash of all of it, absent where a number was masked, which its hash would give away. `source_topic`,
    `source_partition` and `source_offset` say where the message itself is, for as long as its topic keeps it.
    """
    value, key = message.value(), message.key()
    kept = None if value is None else value[:MAX_REFUSED_VALUE_BYTES]
    masked = None if kept is None else mask_card_numbers(kept)
    headers: Headers = [
        ("reason", reason.encode()),
        ("detail", mask_card_numbers_in_text(detail[:MAX_DETAIL_CHARACTERS]).encode(errors="replace")),
        ("source_topic", topic.encode()),
        ("source_partition", str(message.partition()).encode()),
        ("source_offset", str(message.offset()).encode()),
        ("value_bytes", str(len(value or b"")).encode()),
    ]
    if masked == kept:
        headers.append(("value_sha256", hashlib.sha256(value or b"").hexdigest().encode()))
    sent_key = None if key is None else mask_card_numbers(key[:MAX_REFUSED_KEY_BYTES])
    try:
        sink.produce(dlq_name(topic), value=masked, key=sent_key, headers=headers)
    except BufferError:
        sink.flush(_FLUSH_TIMEOUT_S)
        sink.produce(dlq_name(topic), value=masked, key=sent_key, headers=headers)


def admin(kafka: Kafka) -> AdminClient:
    """Return an admin client."""
    return AdminClient({**kafka.client()})


def ensure_topics(kafka: Kafka, topics: Mapping[str, tuple[int, Mapping[str, str]]]) -> None:
    """Create what is missing: name (without prefix) -> (partitions, configuration). Raises KafkaException otherwise.

    Each gets as many copies as the settings ask for, and a write is acknowledged once all but one of them have it.
    """
    insync = {"min.insync.replicas": str(max(1, kafka.replication - 1))}
    client = admin(kafka)
    present = client.list_topics(timeout=ADMIN_TIMEOUT_S).topics
    wanted = [
        NewTopic(
            topic_name(kafka, name),
            num_partitions=partitions,
            replication_factor=kafka.replication,
            config=insync | dict(config),
        )
        for name, (partitions, config) in topics.items()
        if topic_name(kafka, name) not in present
    ]
    if not wanted:
        return
    for name, created in client.create_topics(wanted, operation_timeout=ADMIN_TIMEOUT_S).items():
        try:
            created.result(ADMIN_TIMEOUT_S)
        except KafkaException as problem:
            if problem.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise KafkaException(f"{name}: {problem}") from problem
    _wait_until_visible(client, {topic.topic for topic in wanted})


def _wait_until_visible(client: AdminClient, names: set[str]) -> None:
    deadline = time.monotonic() + ADMIN_TIMEOUT_S
    while not names <= client.list_topics(timeout=ADMIN_TIMEOUT_S).topics.keys():
        if time.monotonic() > deadline:
            raise TimeoutError(f"topics not visible after {ADMIN_TIMEOUT_S} s: {sorted(names)}")


def end_offsets(source: Consumer, partitions: Iterable[TopicPartition]) -> dict[tuple[str, int], int]:
    """Return (topic, partition) -> the offset after the last committed message. Raises KafkaException."""
    return {(p.topic, p.partition): _end_offset(source, p) for p in partitions}


def _end_offset(source: Consumer, partition: TopicPartition) -> int:
    """A partition that was just made, or whose broker just came back, has no leader for a moment: ask again until it has."""
    deadline = time.monotonic() + ADMIN_TIMEOUT_S
    while True:
        try:
            return int(source.get_watermark_offsets(partition, timeout=ADMIN_TIMEOUT_S, cached=False)[1])
        except KafkaException as problem:
            if problem.args[0].code() not in NO_LEADER_YET or time.monotonic() > deadline:
                raise
        time.sleep(LEADER_RETRY_S)
