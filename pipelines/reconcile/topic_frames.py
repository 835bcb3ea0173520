"""What the topics hold, from their first message on, committed messages only. Reading again goes on where it was read to."""

import gc
from collections import defaultdict

import polars as pl
from confluent_kafka import Consumer, Message, TopicPartition

from contracts.topics import topics
from kit.kafka import consumer, dlq_name, end_offsets, raise_on_error, topic_name
from kit.outbox import POSITION_HEADER
from kit.settings import Kafka
from pipelines.reconcile.records import READERS, REFUSALS, SCHEMAS, UNREADABLE, Batch, Reader, refusals

BATCH = 4_096
SILENCE_S = 30.0

Place = tuple[str, int]
Cut = dict[Place, int]
"""(topic, partition) -> the offset before which everything is meant."""


class TopicStalled(RuntimeError):
    """The broker stopped answering in the middle of a topic."""


class TopicFrames:
    """Every topic and its dlq as frames, in the order of their partitions."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._readers: dict[str, Reader] = dict(READERS)
        self._readers |= {dlq_name(name): refusals for name, topic in topics().items() if topic.dlq}
        self._with_headers = {name for name, topic in topics().items() if POSITION_HEADER in topic.headers} | {
            dlq_name(name) for name in topics()
        }
        self._next: Cut = {}
        self._parts: dict[tuple[str, str], list[pl.DataFrame]] = defaultdict(list)

    def ends(self) -> Cut:
        """Return where the topics end now."""
        source = self._source()
        try:
            return self._ends(source)
        finally:
            source.close()

    def read_on(self) -> None:
        """Read up to the ends that are there when this begins. Raises TopicStalled."""
        source = self._source()
        # Millions of records come and go without a cycle among them: looking for one would take a third of the time.
        gc.disable()
        try:
            ends = self._ends(source)
            unread = {place for place, end in ends.items() if end > self._next.get(place, 0)}
            source.assign(
                [
                    TopicPartition(topic_name(self._kafka, topic), part, self._next.get((topic, part), 0))
                    for topic, part in unread
                ]
            )
            self._read(source, {place: ends[place] for place in unread})
            self._next |= ends
        finally:
            gc.enable()
            source.close()

    def frame(self, topic: str, kind: str, *, before: Cut | None = None) -> pl.DataFrame:
        """Return one kind of a topic's records, or only those before a cut."""
        parts = self._parts[topic, kind]
        if len(parts) > 1:
            parts[:] = [pl.concat(parts, rechunk=True)]
        whole = parts[0] if parts else pl.DataFrame(schema=SCHEMAS[kind])
        return whole if before is None else whole.filter(is_before(before, topic))

    def refused(self, topic: str, *, by: str | None = None) -> pl.DataFrame:
        """Return the places (`partition`, `offset`) of a topic that were refused, or those that one process refused."""
        found = self.frame(dlq_name(topic), REFUSALS)
        found = found if by is None else found.filter(pl.col("process") == by)
        return found.select(partition="source_partition", offset="source_offset").unique()

    def unreadable(self) -> pl.DataFrame:
        """Return the places of what no contract allows: `topic`, `partition`, `offset`."""
        found = [self.frame(topic, UNREADABLE).with_columns(topic=pl.lit(topic)) for topic in self._readers]
        return pl.concat(found).select("topic", "partition", "offset")

    def _source(self) -> Consumer:
        return consumer(self._kafka, group="reconcile", client="reconcile", **{"enable.partition.eof": True})

    def _ends(self, source: Consumer) -> Cut:
        known = source.list_topics(timeout=20).topics
        names = {topic_name(self._kafka, topic): topic for topic in self._readers}
        partitions = [TopicPartition(name, number) for name in names for number in known[name].partitions]
        return {(names[name], number): end for (name, number), end in end_offsets(source, partitions).items()}

    def _read(self, source: Consumer, unread: Cut) -> None:
        """Take each place's messages up to its end; what came after it is for the next reading."""
        contract_names = {topic_name(self._kafka, topic): topic for topic in self._readers}
        waiting: dict[Place, list[Message]] = defaultdict(list)
        while unread:
            first = source.poll(SILENCE_S)
            if first is None:
                raise TopicStalled(f"{sorted(unread)}: nothing for {SILENCE_S:.0f} s before the end")
            for message in (first, *source.consume(BATCH, 0)):
                place = contract_names[message.topic()], message.partition()
                if message.error() is not None:
                    raise_on_error(message)
                    unread.pop(place, None)
                elif place in unread:
                    if message.offset() < unread[place]:
                        waiting[place].append(message)
                    else:
                        del unread[place]
            for place, messages in waiting.items():
                if len(messages) >= BATCH:
                    self._take(place, messages)
        for place, messages in waiting.items():
            self._take(place, messages)

    def _take(self, place: Place, messages: list[Message]) -> None:
        topic, partition = place
        for start in range(0, len(messages), BATCH):
            taken = messages[start : start + BATCH]
            batch = Batch(
                partition,
                offsets=[message.offset() for message in taken],
                values=[message.value() or b"" for message in taken],
                headers=[message.headers() for message in taken] if topic in self._with_headers else (),
            )
            for kind, frame in self._readers[topic](batch).items():
                if len(frame):
                    self._parts[topic, kind].append(frame)
        messages.clear()


def is_before(cut: Cut, topic: str) -> pl.Expr:
    """Whether a row of the topic's frames is before the cut."""
    ends = [(partition, end) for (name, partition), end in cut.items() if name == topic]
    return pl.any_horizontal(
        pl.lit(value=False), *((pl.col("partition") == part) & (pl.col("offset") < end) for part, end in ends)
    )
