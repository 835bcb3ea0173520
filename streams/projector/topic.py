"""Reading the ledger's events from a given offset on, and knowing when the topic has no more."""

from confluent_kafka import KafkaError, Message, TopicPartition

from contracts.topics import BANKING_TRANSACTIONS
from kit import kafka as kit_kafka
from kit.settings import Kafka

PARTITION = 0
METADATA_TIMEOUT_S = 20.0
QUEUE_KBYTES = 16_384


class EventTopic:
    """The one partition of `banking.transactions.v1`, committed messages only.

    An offset that the broker no longer has raises KafkaException from `take`.
    """

    def __init__(self, kafka: Kafka, *, client: str) -> None:
        self._partition = TopicPartition(kit_kafka.topic_name(kafka, BANKING_TRANSACTIONS), PARTITION)
        self._consumer = kit_kafka.consumer(
            kafka,
            group=client,
            client=client,
            **{
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "queued.max.messages.kbytes": QUEUE_KBYTES,
            },
        )
        self.caught_up = False

    def first_offset(self) -> int:
        """Return where the broker's memory begins."""
        return int(self._consumer.get_watermark_offsets(self._partition, timeout=METADATA_TIMEOUT_S)[0])

    def end_offset(self) -> int:
        """Return the offset after the last message that has been committed."""
        return int(self._consumer.get_watermark_offsets(self._partition, timeout=METADATA_TIMEOUT_S, cached=False)[1])

    def read_from(self, offset: int) -> None:
        """Go on at `offset`."""
        self._consumer.assign([TopicPartition(self._partition.topic, PARTITION, offset)])
        self.caught_up = False

    def take(self, *, at_most: int, linger_s: float) -> list[Message]:
        """Return up to `at_most` messages, waiting up to `linger_s` for that many.

        Afterwards `caught_up` says whether the broker had no more. Raises KafkaException for anything else that it reports.
        """
        messages: list[Message] = []
        for message in self._consumer.consume(at_most, linger_s):
            if message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
                self.caught_up = True
                continue
            kit_kafka.raise_on_error(message)
            self.caught_up = False
            messages.append(message)
        return messages

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()
