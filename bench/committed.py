"""What is committed in a topic, for whoever measures or tests what writes it in transactions."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec
from confluent_kafka import TopicPartition

from kit.kafka import ADMIN_TIMEOUT_S, consumer, take, topic_name
from kit.localset.readiness import NotReady
from kit.settings import Kafka

READ_S, WAIT_S = 180.0, 0.2
TAKEN_AT_ONCE = 10_000
Message = TypeVar("Message")


class CommittedReader(Generic[Message]):
    """Reads committed messages of one topic from the beginning, into `found`. Close it."""

    def __init__(self, kafka: Kafka, topic: str, kind: type[Message], *, group: str) -> None:
        self.found: list[Message] = []
        self._decode = msgspec.json.Decoder(kind).decode
        self._source = consumer(kafka, group=group, client=group, **{"enable.partition.eof": True})
        self._name = topic_name(kafka, topic)
        partitions = self._source.list_topics(self._name, timeout=ADMIN_TIMEOUT_S).topics[self._name].partitions
        self._next = dict.fromkeys(partitions, 0)
        self._behind: set[int] = set()
        self._assign()

    def _assign(self) -> None:
        """Read from where we are; the end of each partition is told anew, and not only after something new."""
        self._source.assign([TopicPartition(self._name, number, offset) for number, offset in self._next.items()])
        self._behind = set(self._next)

    def read_until(self, reached: Callable[[], bool], *, within_s: float = READ_S) -> None:
        """Read on until `reached`. Raises NotReady after `within_s`."""
        deadline = time.monotonic() + within_s
        while not reached():
            if time.monotonic() > deadline:
                raise NotReady(f"{len(self.found)} messages after {within_s:.0f} s are not what was waited for")
            for message in take(self._source, at_most=TAKEN_AT_ONCE, wait_s=WAIT_S):
                number, offset = message.partition(), message.offset()
                if number is None or offset is None:
                    continue
                if message.error() is not None:  # the end of what is committed
                    self._behind.discard(number)
                    continue
                self._next[number] = offset + 1
                self._behind.add(number)
                self.found.append(self._decode(message.value() or b""))

    def read_to_the_end(self) -> list[Message]:
        """Read whatever is committed and return all messages so far. Raises NotReady."""
        self._assign()
        self.read_until(lambda: not self._behind)
        return self.found

    def close(self) -> None:
        """Let go of the broker."""
        self._source.close()
