"""Folds `risk.decisions.v1` from its beginning into a fresh engine."""

from collections.abc import Iterator

from confluent_kafka import KafkaError, TopicPartition

from contracts.topics import DECISIONS
from kit.kafka import consumer, raise_on_error, topic_name
from kit.settings import Kafka
from scoring.engine import Engine
from scoring.fold import Proof, rebuild

FETCH_MESSAGES = 10_000
_WAIT_S = 0.1
_OFFSET_BEGINNING = -2


def committed_records(kafka: Kafka) -> Iterator[list[bytes]]:
    """Yield batches of the log's committed records, from the first to the last one there is when the end is reached."""
    source = consumer(
        kafka, group="scorer.fold", client="scorer.fold", **{"enable.partition.eof": True, "fetch.message.max.bytes": 8_388_608}
    )
    try:
        source.assign([TopicPartition(topic_name(kafka, DECISIONS), 0, _OFFSET_BEGINNING)])
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


def fold_log(kafka: Kafka, engine: Engine, *, check: bool = False) -> Proof:
    """Bring a fresh engine to where the log ends; `check` decides everything again and compares."""
    return rebuild(engine, committed_records(kafka), check=check)
