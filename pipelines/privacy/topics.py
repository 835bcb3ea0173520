"""What Kafka has of a person.

Refused messages may hold anything, and are written anew without it. Topics hold pseudonyms; an id that tells, from before such
ids were refused, is counted and said: a topic's records cannot be edited.
"""

from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from contracts.topics import topics
from governance.erasures.identifiers import Identifiers
from kit.kafka import ADMIN_TIMEOUT_S, Headers, admin, consumer, dlq_name, end_offsets, producer, take, topic_name
from kit.settings import Kafka
from pipelines.privacy.store import Alive

CLIENT = "privacy"
_AT_ONCE = 10_000
_WAIT_S = 1.0
_FLUSH_S = 60.0
# Beside a refused message: when it was refused first, which the broker's own time no longer says; and the hash of what it was.
REFUSED_AT = "refused_at_ms"
HASH = "value_sha256"


class RefusedMessages:
    """The dlq of every topic."""

    def __init__(self, kafka: Kafka, *, who: Identifiers) -> None:
        self._kafka = kafka
        self._who = who

    def count(self) -> int:
        """Messages that tell."""
        return sum(self._tells(message) for name in self._names() for message in records(self._kafka, name))

    def erase(self, alive: Alive) -> None:
        """Write a dlq that has some anew: copies first, then the old ones are deleted. A kill between leaves both."""
        for name in self._names():
            if any(self._tells(message) for message in records(self._kafka, name)):
                self._rewrite(name)
            alive()

    def note(self) -> str | None:
        """What the copies are."""
        return "a dlq with such a message is written anew; its copies say when each was refused first"

    def _names(self) -> list[str]:
        return [dlq_name(topic.name) for topic in topics().values() if topic.dlq] if self._who.needles else []

    def _tells(self, message: Message) -> bool:
        parts = [message.key() or b"", message.value() or b"", *(value or b"" for _, value in message.headers() or ())]
        return any(self._who.told_in(part.decode(errors="surrogateescape")) for part in parts)

    def _rewrite(self, name: str) -> None:
        sink = producer(self._kafka, client=CLIENT)
        problems: list[str] = []
        past: dict[int, int] = {}
        for message in records(self._kafka, name):
            past[message.partition()] = message.offset() + 1
            sink.produce(
                message.topic(),
                key=self._without(message.key()),
                value=self._without(message.value()),
                headers=self._headers(message),
                on_delivery=lambda error, _: problems.append(str(error)) if error else None,
            )
            sink.poll(0)
        if sink.flush(_FLUSH_S) or problems:
            raise KafkaException(f"{name}: not every copy was taken: {problems[:1]}")
        old = [TopicPartition(topic_name(self._kafka, name), partition, offset) for partition, offset in past.items()]
        client = admin(self._kafka)
        for deleted in client.delete_records(old).values():
            deleted.result(ADMIN_TIMEOUT_S)

    def _headers(self, message: Message) -> Headers:
        tells = self._tells(message)
        found: Headers = [
            (name, self._without(value) or b"") for name, value in message.headers() or () if not (tells and name == HASH)
        ]
        if all(name != REFUSED_AT for name, _ in found):
            found.append((REFUSED_AT, str(message.timestamp()[1]).encode()))
        return found

    def _without(self, content: bytes | None) -> bytes | None:
        return None if content is None else self._who.redacted_bytes(content)


class Topics:
    """The topics of the contracts."""

    def __init__(self, kafka: Kafka, *, who: Identifiers) -> None:
        self._kafka = kafka
        self._ids = who.quoted
        self._left: list[str] = []

    def count(self) -> int:
        """Records with an id that tells."""
        self._left = []
        total = 0
        for name, topic in topics().items() if self._ids else ():
            found = sum(any(value in (message.value() or b"") for value in self._ids) for message in records(self._kafka, name))
            if found:
                total += found
                kept = "for ever" if topic.retention_days is None else f"for {topic.retention_days} days after it was written"
                self._left.append(f"{name} keeps each of {found} {kept}")
        return total

    def erase(self, alive: Alive) -> None:
        """Nothing can be changed; nothing new comes, because the customer has left."""
        alive()

    def note(self) -> str | None:
        """How long what is left is kept."""
        return "; ".join(self._left)[:500] or "records hold pseudonyms; nothing in them told who this was"


def records(kafka: Kafka, name: str) -> Iterator[Message]:
    """Yield every record that a topic has now, partition by partition, oldest first."""
    source = consumer(kafka, group=CLIENT, client=CLIENT)
    try:
        topic = topic_name(kafka, name)
        there = source.list_topics(topic, timeout=ADMIN_TIMEOUT_S).topics[topic]
        for partition in sorted(there.partitions) if there.error is None else ():
            yield from _of_partition(source, TopicPartition(topic, partition))
    finally:
        source.close()


def _of_partition(source: Consumer, place: TopicPartition) -> Iterator[Message]:
    [end] = end_offsets(source, [place]).values()
    first, _ = source.get_watermark_offsets(place, timeout=ADMIN_TIMEOUT_S, cached=False)
    source.assign([TopicPartition(place.topic, place.partition, first)])
    following = first
    while following < end:
        for message in take(source, at_most=_AT_ONCE, wait_s=_WAIT_S):
            if message.offset() < end:
                yield message
        [position] = source.position([place])
        following = max(following, position.offset)
