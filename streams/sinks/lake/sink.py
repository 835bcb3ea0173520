"""The lake sink: gather columns a partition, write a file when there are enough rows or the first has waited long enough."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from confluent_kafka import Message
from prometheus_client import Counter, Gauge

from kit.clock import Clock, SystemClock
from kit.lake.files import register, remove_leftovers, write_file
from kit.lake.lock import LakeBusy, only_writer
from kit.lake.manifest import ends_of, live_files
from kit.log import get_logger
from kit.process import Lifecycle
from kit.settings import Settings
from streams.refusals import Refusals
from streams.sinks.lake.columns import SCHEMAS, LakeRow, as_batch
from streams.sinks.messages import MALFORMED, SINK_TOPICS, KeptControl, Unreadable, control_facts, decode, duration_us
from streams.sinks.source import Partition, Source

PROCESS = "sink-lake"
TAKE_MESSAGES = 8_192
LINGER_S = 0.25
FLUSH_ROWS = 50_000
FLUSH_AFTER_S = 5.0
STANDBY_CHECK_S = 1.0

_files = Counter("baas_lake_files_total", "Parquet files written", ["topic"])
_rows = Counter("baas_lake_rows_total", "Rows written to the lake", ["topic"])
_lag = Gauge("baas_lake_lag_messages", "Messages between the sink and the topics' ends")


@dataclass(slots=True)
class _Gathered:
    """What a partition's next file will hold: it covers `first` up to, not including, `following`."""

    first: int
    following: int
    batches: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0
    since_s: float | None = None


class LakeSink:
    """One sink; at most one writes to a lake at a time, another waits for its turn.

    How far it has come is what the lake's files cover, and nothing else: a file and its offsets become visible by one rename.
    """

    def __init__(self, settings: Settings, lifecycle: Lifecycle, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._lake: Path = settings.lake
        self._lifecycle = lifecycle
        self._behind: int | None = None
        self._gathered: dict[Partition, _Gathered] = {}
        self._refusals = Refusals(settings.kafka, process=PROCESS)

    def facts(self) -> dict[str, object]:
        """Lag, and the offset up to which each partition is on disk, for the health port."""
        on_disk = {f"{topic}[{partition}]": each.first for (topic, partition), each in sorted(self._gathered.items())}
        return {"lag": self._behind, "positions": on_disk}

    def run(self) -> None:
        """Sink until asked to end, then write what was gathered."""
        while self._lifecycle.running:
            try:
                with only_writer(self._lake):
                    self._run_alone()
            except LakeBusy as busy:
                get_logger().info("waiting", reason=str(busy))
                self._lifecycle.not_ready(str(busy))
                self._lifecycle.wait(STANDBY_CHECK_S)

    def _run_alone(self) -> None:
        starts: dict[Partition, int] = {}
        for topic in SINK_TOPICS:
            folder = self._lake / topic
            folder.mkdir(exist_ok=True)
            remove_leftovers(folder)
            register(folder, now_ms=self._clock.now_ms())
            starts |= {(topic, partition): offset for partition, offset in ends_of(live_files(folder)).items()}
        source = Source(self._settings.kafka, client=PROCESS, topics=SINK_TOPICS, starts=starts)
        self._gathered = {key: _Gathered(first=at, following=at) for key, at in source.positions.items()}
        self._lifecycle.ready()
        try:
            while self._lifecycle.running:
                self._gather(source, source.take(at_most=TAKE_MESSAGES, linger_s=LINGER_S))
                self._flush(all_of_it=False)
                self._behind = source.lag()
                _lag.set(self._behind)
            self._flush(all_of_it=True)
        finally:
            source.close()

    def _gather(self, source: Source, messages: list[Message]) -> None:
        by_partition: dict[Partition, list[Message]] = {}
        for message in messages:
            by_partition.setdefault((source.contract_name(message), message.partition()), []).append(message)
        for key, own in by_partition.items():
            gathered = self._gathered[key]
            batch = self._columns(key[0], own)
            gathered.batches.append(batch)
            gathered.rows += batch.num_rows
            gathered.following = own[-1].offset() + 1
            if gathered.since_s is None:
                gathered.since_s = time.monotonic()

    def _columns(self, topic: str, messages: list[Message]) -> pa.RecordBatch:
        rows = [row for message in messages if (row := self._row(topic, message)) is not None]
        try:
            return as_batch(topic, rows)
        except (pa.ArrowInvalid, OverflowError):
            fitting = [row for row, message in self._with_messages(rows, messages) if self._fits(topic, row, message)]
            return as_batch(topic, fitting)

    def _row(self, topic: str, message: Message) -> LakeRow | None:
        try:
            kept = decode(topic, message.value())
            if isinstance(kept, KeptControl):
                control_facts(kept)
        except Unreadable as problem:
            self._refusals.refuse(message, topic=topic, reason=MALFORMED, detail=str(problem))
            return None
        return LakeRow(kept=kept, offset=message.offset(), duration_us=duration_us(message), payload=message.value())

    @staticmethod
    def _with_messages(rows: list[LakeRow], messages: list[Message]) -> list[tuple[LakeRow, Message]]:
        by_offset = {message.offset(): message for message in messages}
        return [(row, by_offset[row.offset]) for row in rows]

    def _fits(self, topic: str, row: LakeRow, message: Message) -> bool:
        try:
            as_batch(topic, [row])
        except (pa.ArrowInvalid, OverflowError) as problem:
            self._refusals.refuse(message, topic=topic, reason=MALFORMED, detail=str(problem))
            return False
        return True

    def _flush(self, *, all_of_it: bool) -> None:
        now_s = time.monotonic()
        for (topic, partition), gathered in self._gathered.items():
            if gathered.since_s is None:
                continue
            if all_of_it or gathered.rows >= FLUSH_ROWS or now_s - gathered.since_s >= FLUSH_AFTER_S:
                self._refusals.settle()
                table = pa.Table.from_batches(gathered.batches, schema=SCHEMAS[topic])
                write_file(
                    self._lake / topic, table, partition=partition, first=gathered.first, last=gathered.following - 1,
                    now_ms=self._clock.now_ms(),
                )  # fmt: skip
                _files.labels(topic).inc()
                _rows.labels(topic).inc(gathered.rows)
                self._gathered[topic, partition] = _Gathered(first=gathered.following, following=gathered.following)
