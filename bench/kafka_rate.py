"""How fast a process fills a topic, by the broker's clock, and what of the processor it takes for that."""

import time
from collections.abc import Iterator
from contextlib import closing

import psutil
from confluent_kafka import Message, TopicPartition

from bench.scorer_place import wait_until
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka

_QUIET_S = 3.0
_LOOK_S = 10


def cpu_us_each(kafka: Kafka, topic: str, *, pid: int, first: int, until: int, within_s: float) -> float:
    """Microseconds of a process's processor time a message that it writes, its threads for the broker included.

    Watched from when message `first` of its topic is there until message `until` is, committed or not. Raises TimeoutError.
    """
    process = psutil.Process(pid)
    partition = TopicPartition(topic_name(kafka, topic), 0)
    seeing_all = {"isolation.level": "read_uncommitted"}
    with closing(consumer(kafka, group="bench.rate", client="bench", **seeing_all)) as source:

        def written() -> int:
            return int(source.get_watermark_offsets(partition, timeout=_LOOK_S)[1])

        wait_until(lambda: written() >= first, f"message {first} of {topic}", within_s=within_s)
        begins, before = written(), process.cpu_times()
        wait_until(lambda: written() >= until, f"message {until} of {topic}", within_s=within_s)
        after, ends = process.cpu_times(), written()
    busy_s = float(after.user + after.system - before.user - before.system)
    return busy_s / (ends - begins) * 1e6


def committed(kafka: Kafka, topic: str, count: int) -> list[Message]:
    """The first `count` committed messages of a topic's only partition. Raises TimeoutError when there are fewer."""
    found = list(_read(kafka, topic, count))
    if len(found) < count:
        raise TimeoutError(f"{topic} holds {len(found)} committed messages of {count}")
    return found[:count]


def _read(kafka: Kafka, topic: str, count: int) -> Iterator[Message]:
    with closing(consumer(kafka, group="bench.rate", client="bench")) as source:
        source.assign([TopicPartition(topic_name(kafka, topic), 0, 0)])
        read, heard_s = 0, time.monotonic()
        while read < count and time.monotonic() - heard_s < _QUIET_S:
            batch = take(source, at_most=10_000, wait_s=0.5)
            if batch:
                read, heard_s = read + len(batch), time.monotonic()
            yield from batch


def rate_per_s(messages: list[Message], *, first: int) -> float:
    """Messages a second from the one numbered `first` on, by the times at which the broker appended them."""
    stamps: list[int] = [message.timestamp()[1] for message in messages[first:]]
    return (len(stamps) - 1) / max((stamps[-1] - stamps[0]) / 1_000, 0.001)
