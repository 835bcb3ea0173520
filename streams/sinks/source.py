"""Reading topics from offsets that the sink itself keeps, never from Kafka's group offsets."""

from collections.abc import Iterable, Mapping

from confluent_kafka import Message, TopicPartition

from kit import kafka as kit_kafka
from kit.settings import Kafka

METADATA_TIMEOUT_S = 20.0
QUEUE_KBYTES = 16_384
Partition = tuple[str, int]


class Source:
    """Every partition of some topics, from given offsets on, committed messages only.

    An offset that the broker no longer has (retention went past it, the topic was made anew) raises KafkaException from
    `take`: going on somewhere else would be silence about what is missing.
    """

    def __init__(self, kafka: Kafka, *, client: str, topics: Iterable[str], starts: Mapping[Partition, int]) -> None:
        self._kafka = kafka
        self._consumer = kit_kafka.consumer(
            kafka, group=client, client=client, **{"auto.offset.reset": "error", "queued.max.messages.kbytes": QUEUE_KBYTES}
        )
        self._contract_names = {kit_kafka.topic_name(kafka, topic): topic for topic in topics}
        self._positions: dict[Partition, int] = {}
        assignment = []
        for name, topic in self._contract_names.items():
            for partition in self._consumer.list_topics(name, timeout=METADATA_TIMEOUT_S).topics[name].partitions:
                start = starts.get((topic, partition))
                if start is None:  # where the broker begins, so that a sink never says that it has what was gone before it came
                    start = self._consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=METADATA_TIMEOUT_S)[0]
                self._positions[topic, partition] = start
                assignment.append(TopicPartition(name, partition, start))
        if len({topic for topic, _ in self._positions}) < len(self._contract_names):
            raise RuntimeError(f"a topic has no partitions yet: {sorted(self._contract_names)}")
        self._consumer.assign(assignment)

    def take(self, *, at_most: int, linger_s: float) -> list[Message]:
        """Return up to `at_most` messages, waiting up to `linger_s` for that many: a fuller batch costs less than latency.

        Raises KafkaException for anything that the broker reports.
        """
        messages: list[Message] = self._consumer.consume(at_most, linger_s)
        for message in messages:
            kit_kafka.raise_on_error(message)
            self._positions[self._contract_names[message.topic()], message.partition()] = message.offset() + 1
        return messages

    def contract_name(self, message: Message) -> str:
        """Return the topic's name in the contracts."""
        return self._contract_names[message.topic()]

    @property
    def positions(self) -> dict[Partition, int]:
        """The offset after the last message taken, a partition."""
        return dict(self._positions)

    def lag(self) -> int:
        """How far the broker's last known ends are ahead; transaction markers count, so that it need not reach zero."""
        behind = 0
        for (topic, partition), position in self.positions.items():
            ends = self._consumer.get_watermark_offsets(
                TopicPartition(kit_kafka.topic_name(self._kafka, topic), partition), cached=True
            )
            behind += max(0, ends[1] - position) if ends else 0
        return behind

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()
