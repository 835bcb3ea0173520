"""Refusing a message: to `<topic>.dlq` with the reason, counted, and durable before anybody's offset moves past it."""

from confluent_kafka import KafkaError, KafkaException, Message
from prometheus_client import Counter

from kit import kafka as kit_kafka
from kit.log import get_logger
from kit.settings import Kafka

DELIVERY_TIMEOUT_S = 30.0
_refused = Counter("baas_refused_messages_total", "Messages sent to a dlq", ["process", "topic", "reason"])


class Refusals:
    """The refused messages of one process. `settle` before committing an offset that lies behind one of them.

    A process that dies between the two refuses the message again when it comes back: the dlq is at least once, and the
    headers `source_partition` and `source_offset` tell a repetition.
    """

    def __init__(self, kafka: Kafka, *, process: str) -> None:
        self._process = process
        self._failed: KafkaError | None = None
        self._pending = False
        self._producer = kit_kafka.producer(kafka, client=f"{process}.dlq", on_delivery=self._on_delivery)

    def refuse(self, message: Message, *, topic: str, reason: str, detail: str) -> None:
        """Queue the message for the dlq of `topic` (the contract's name; the broker's is the message's own)."""
        kit_kafka.refuse(self._producer, message, topic=message.topic(), reason=reason, detail=f"{self._process}: {detail}")
        self._pending = True
        _refused.labels(self._process, topic, reason).inc()
        get_logger().warning(
            "message refused", topic=topic, partition=message.partition(), offset=message.offset(), reason=reason, detail=detail
        )

    def settle(self) -> None:
        """Wait until the broker has all of them. Raises KafkaException when it does not take one."""
        if not self._pending:
            return
        left = self._producer.flush(DELIVERY_TIMEOUT_S)
        if self._failed is not None:
            raise KafkaException(self._failed)
        if left:
            raise TimeoutError(f"{left} refused messages were not delivered within {DELIVERY_TIMEOUT_S} s")
        self._pending = False

    def _on_delivery(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self._failed = error
