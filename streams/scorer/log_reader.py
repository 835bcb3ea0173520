"""Reads `risk.decisions.v1`: from the broker, and from the lake where the broker has forgotten its beginning."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaError, TopicPartition

from contracts.topics import DECISIONS
from kit.errors import DomainError
from kit.kafka import consumer, raise_on_error, topic_name
from kit.log import get_logger
from kit.settings import Kafka
from scoring.engine import Engine
from scoring.fold import Proof, rebuild

FETCH_MESSAGES = 10_000
_WAIT_S = 0.1
_TIMEOUT_S = 10.0


class LogBeginningGone(DomainError):
    """The broker has forgotten records that the state depends on, and neither a snapshot nor the lake makes up for them."""

    code = "log-beginning-gone"
    title = "The decision log does not begin with its first record"
    remedy = (
        "Put back what is missing: the files of risk.decisions.v1 in the lake from offset 0 on (a backup of var/lake), or a "
        "snapshot whose position the broker still has. Then set the topic's retention.ms to -1, as `baas up` does: the log is "
        "the state. Without any of them this shard can only begin anew, on an empty topic."
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """The offsets that the broker has: from `first` up to, not including, `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """One shard's log. Without a `lake` only the broker is read."""

    kafka: Kafka
    lake: Path | None = None

    def extent(self) -> Extent:
        """Ask the broker."""
        source = consumer(self.kafka, group="scorer.fold", client="scorer.extent")
        try:
            return Extent(
                *source.get_watermark_offsets(TopicPartition(topic_name(self.kafka, DECISIONS), 0), timeout=_TIMEOUT_S)
            )
        finally:
            source.close()

    def records(self, *, offset: int = 0) -> Iterator[list[bytes]]:
        """Yield batches of the committed records from `offset` to the last one there is when the end is reached.

        What the broker has forgotten comes from the lake. Raises LogBeginningGone where that does not have it.
        """
        first = self.extent().first
        if offset < first:
            offset = yield from self._from_lake(offset, first)
        yield from self._from_broker(offset)

    def _from_broker(self, offset: int) -> Iterator[list[bytes]]:
        more = {"enable.partition.eof": True, "fetch.message.max.bytes": 8_388_608}
        source = consumer(self.kafka, group="scorer.fold", client="scorer.fold", **more)
        try:
            source.assign([TopicPartition(topic_name(self.kafka, DECISIONS), 0, offset)])
            ended = False
            while not ended:
                records = []
                for message in source.consume(FETCH_MESSAGES, _WAIT_S):
                    error = message.error()
                    if error is not None and error.code() == KafkaError._PARTITION_EOF:
                        ended = True
                        continue
                    raise_on_error(message)
                    records.append(message.value())
                yield records
        finally:
            source.close()

    def _from_lake(self, offset: int, first: int) -> Generator[list[bytes], None, int]:
        """Yield what the lake has from `offset` on; return the offset after it."""
        from streams.scorer.lake_log import covered_until, records_from  # a start that needs no lake loads no Arrow

        until = covered_until(self.lake) if self.lake else 0
        if self.lake is None or until < first:
            missing = f"offsets {until} to {first - 1} are neither there nor in {self.lake or 'a lake'}"
            raise LogBeginningGone(f"the broker begins {DECISIONS} at offset {first}; {missing}")
        get_logger().warning("the broker has forgotten the log's beginning; the lake has it", first_offset=first, until=until)
        yield from records_from(self.lake, offset=offset)
        return until


def committed_records(kafka: Kafka) -> Iterator[list[bytes]]:
    """Yield batches of the log's committed records, from the first to the last one there is when the end is reached."""
    return DecisionLog(kafka).records()


def fold_log(kafka: Kafka, engine: Engine, *, check: bool = False) -> Proof:
    """Bring a fresh engine to where the log ends; `check` decides everything again and compares."""
    return rebuild(engine, committed_records(kafka), check=check)
