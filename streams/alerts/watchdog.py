"""Ends the process when messages wait and nothing moves: Faust's consumers are known to stall without an error.

It looks with a client of its own, because a stalled consumer does not know that it is behind.
"""

import threading
import uuid
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaException, TopicPartition

from kit import kafka as kit_kafka
from kit.clock import Clock
from kit.log import get_logger
from kit.settings import Kafka

CHECK_S = 5.0
STALL_AFTER_MS = 60_000
PROBE_S = 2.0
METADATA_TIMEOUT_S = 10.0


class StallDetector:
    """Says when something has waited and nothing was done for too long. Pure but for the clock."""

    def __init__(self, clock: Clock, *, stall_after_ms: int = STALL_AFTER_MS) -> None:
        self._clock = clock
        self._stall_after_ms = stall_after_ms
        self._done = 0
        self._quiet_since_ms = clock.now_ms()

    def stalled(self, *, done: int, waiting: Callable[[], bool]) -> bool:
        """Tell whether nothing has moved for too long; `done` counts the work so far, `waiting` is asked only then."""
        if done != self._done:
            self._done = done
            self._quiet_since_ms = self._clock.now_ms()
            return False
        if self._clock.now_ms() - self._quiet_since_ms < self._stall_after_ms:
            return False
        if waiting():
            return True
        self._quiet_since_ms = self._clock.now_ms()
        return False


class Backlog:
    """What a consumer group has not committed yet, seen from outside of it."""

    def __init__(self, kafka: Kafka, *, group: str, topic: str) -> None:
        self._kafka = kafka
        self._topic = kit_kafka.topic_name(kafka, topic)
        self._group = kit_kafka.consumer(kafka, group=group, client=f"{group}.watchdog")

    def behind(self) -> list[tuple[TopicPartition, int]]:
        """Return the committed positions before their partition's end, and how many offsets lie between (markers included)."""
        partitions = self._group.list_topics(self._topic, timeout=METADATA_TIMEOUT_S).topics[self._topic].partitions
        committed = self._group.committed([TopicPartition(self._topic, p) for p in partitions], timeout=METADATA_TIMEOUT_S)
        found = []
        for position in committed:
            low, high = self._group.get_watermark_offsets(position, timeout=METADATA_TIMEOUT_S, cached=False)
            start = max(position.offset, low)
            if start < high:
                found.append((TopicPartition(self._topic, position.partition, start), high - start))
        return found

    def waiting(self) -> bool:
        """Tell whether a committed message waits: markers and aborted messages lie past a position too and mean nothing."""
        behind = self.behind()
        if not behind:
            return False
        probe: Consumer = kit_kafka.consumer(self._kafka, group=f"probe-{uuid.uuid4().hex}", client="watchdog")
        try:
            probe.assign([position for position, _ in behind])
            message = probe.poll(PROBE_S)
            return message is not None and message.error() is None
        finally:
            probe.close()

    def lag(self) -> int:
        """Count the offsets between the committed positions and the ends."""
        return sum(distance for _, distance in self.behind())


def watch(
    detector: StallDetector, backlog: Backlog, *, done: Callable[[], int], end: Callable[[], None], stopping: threading.Event
) -> threading.Thread:
    """Look every `CHECK_S` from a daemon thread, and call `end` once on a stall."""

    def _look() -> None:
        while not stopping.wait(CHECK_S):
            try:
                stalled = detector.stalled(done=done(), waiting=backlog.waiting)
            except KafkaException as problem:
                get_logger().warning("the watchdog cannot see the broker", problem=str(problem))
                continue
            if stalled:
                get_logger().error("messages wait and nothing moves; ending the process", done=done())
                end()
                return

    thread = threading.Thread(target=_look, name="watchdog", daemon=True)
    thread.start()
    return thread
