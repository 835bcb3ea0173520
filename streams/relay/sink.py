"""The Kafka side: events leave in transactions over all topics, under one transactional id that fences a lost twin."""

from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException, Message

from kit.kafka import producer, topic_name
from kit.outbox import POSITION_HEADER
from kit.settings import Kafka
from streams.relay.decoding import OutboxEvent

TRANSACTIONAL_ID = "relay"
# A relay that dies inside a transaction holds back read_committed readers until its successor starts, or at most so long.
TRANSACTION_TIMEOUT_MS = 10_000
KAFKA_TIMEOUT_S = 10.0
MAX_COMMIT_ATTEMPTS = 5


class UnknownTopic(ValueError):
    """An outbox row names a topic whose contract does not say that the outbox feeds it: a gap is not an answer, so we stop."""


class TransactionalSink:
    """Produces batches, each all or nothing. Making one aborts what a predecessor left open and shuts the predecessor out."""

    def __init__(self, kafka: Kafka, *, topics: frozenset[str], transactional_id: str = TRANSACTIONAL_ID) -> None:
        self._names = {topic: topic_name(kafka, topic) for topic in topics}
        self._producer = producer(
            kafka,
            client="relay",
            transactional_id=transactional_id,
            **{"transaction.timeout.ms": TRANSACTION_TIMEOUT_MS, "linger.ms": 1},
        )
        self._producer.init_transactions(KAFKA_TIMEOUT_S)

    def write(self, events: Sequence[OutboxEvent]) -> None:
        """Put the events on their topics, in order, and return once that is durable. Raises KafkaException, UnknownTopic."""
        unknown = {event.topic for event in events} - self._names.keys()
        if unknown:
            raise UnknownTopic(f"{sorted(unknown)} are not fed by the outbox")
        self._producer.begin_transaction()
        for event in events:
            self._producer.produce(
                self._names[event.topic],
                key=event.key,
                value=event.payload,
                headers=[(POSITION_HEADER, event.position.encode()), *event.headers],
                on_delivery=_raise_on_failure,
            )
        for attempt in range(1, MAX_COMMIT_ATTEMPTS + 1):
            try:
                self._producer.commit_transaction(KAFKA_TIMEOUT_S)
            except KafkaException as problem:
                # Whether it committed is not known yet; asking again is what the protocol wants.
                if not problem.args[0].retriable() or attempt == MAX_COMMIT_ATTEMPTS:
                    raise
            else:
                return


def _raise_on_failure(problem: KafkaError | None, _message: Message) -> None:
    if problem is not None:
        raise KafkaException(problem)
