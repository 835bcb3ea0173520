"""The warehouse sink: take a batch, decode it, write rows and offsets in one transaction, again."""

import psycopg
from confluent_kafka import Message
from prometheus_client import Counter, Gauge

from kit.log import get_logger
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from streams.refusals import Refusals
from streams.sinks.messages import MALFORMED, SINK_TOPICS, Unreadable, decode, duration_us
from streams.sinks.source import Partition, Source
from streams.sinks.warehouse import repository
from streams.sinks.warehouse.rows import as_row

PROCESS = "sink-warehouse"
BATCH_MESSAGES = 8_192
LINGER_S = 0.1
STATEMENT_TIMEOUT_MS = 60_000
STANDBY_CHECK_S = 1.0

_written = Counter("baas_warehouse_rows_total", "Rows written to the warehouse", ["table"])
_repeated = Counter("baas_warehouse_repeated_rows_total", "Rows that the warehouse had already")
_contradicting = Counter(
    "baas_warehouse_contradicting_rows_total", "Rows that say something else than the one of their key, which stands", ["table"]
)
_lag = Gauge("baas_warehouse_lag_messages", "Messages between the sink and the topics' ends")


# A message, and the table and COPY line it became; None where it was refused or is not for the warehouse.
_Entry = tuple[Message, tuple[str, str] | None]


class WarehouseSink:
    """One sink; at most one writes to a warehouse at a time, another waits for its turn."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._behind: int | None = None
        self._written: dict[Partition, int] = {}
        self._refusals = Refusals(settings.kafka, process=PROCESS)

    def facts(self) -> dict[str, object]:
        """Lag and positions, for the health port."""
        positions = {f"{topic}[{partition}]": offset for (topic, partition), offset in sorted(self._written.items())}
        return {"lag": self._behind, "positions": positions}

    def run(self) -> None:
        """Sink until asked to end. Raises when the broker or the database does; the next start goes on from the offsets."""
        dsn = self._settings.warehouse.dsn("sinks")
        with connect(dsn, application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
            if not self._await_turn(connection):
                return
            repository.prepare(connection)
            starts = repository.offsets(connection)
            source = Source(self._settings.kafka, client=PROCESS, topics=SINK_TOPICS, starts=starts)
            self._written = source.positions
            self._lifecycle.ready()
            try:
                while self._lifecycle.running:
                    self._step(connection, source)
            finally:
                source.close()

    def _await_turn(self, connection: psycopg.Connection) -> bool:
        while not repository.take_lock(connection):
            self._lifecycle.not_ready("another warehouse sink is writing")
            if self._lifecycle.wait(STANDBY_CHECK_S):
                return False
        return True

    def _step(self, connection: psycopg.Connection, source: Source) -> None:
        """Write what is there now."""
        messages = source.take(at_most=BATCH_MESSAGES, linger_s=LINGER_S)
        if messages:
            self._write(connection, source, self._read(source, messages))
        self._behind = source.lag()
        _lag.set(self._behind)

    def _read(self, source: Source, messages: list[Message]) -> list[_Entry]:
        entries: list[_Entry] = []
        for message in messages:
            topic = source.contract_name(message)
            try:
                kept = decode(topic, message.value())
                entries.append((message, as_row(kept, offset=message.offset(), duration_us=duration_us(message))))
            except Unreadable as problem:
                self._refusals.refuse(message, topic=topic, reason=MALFORMED, detail=str(problem))
                entries.append((message, None))
        return entries

    def _write(self, connection: psycopg.Connection, source: Source, entries: list[_Entry]) -> None:
        """Write a batch; one that PostgreSQL refuses is halved until the message that it refuses stands alone."""
        rows: dict[str, list[str]] = {}
        for _, row in entries:
            if row is not None:
                rows.setdefault(row[0], []).append(row[1])
        self._refusals.settle()
        moves = self._moves(source, entries)
        try:
            written = repository.write(connection, rows, moves=moves)
        except (psycopg.DataError, psycopg.IntegrityError) as problem:
            get_logger().warning("PostgreSQL refuses a row of this batch", messages=len(entries), problem=str(problem))
            if len(entries) > 1:
                middle = len(entries) // 2
                self._write(connection, source, entries[:middle])
                self._write(connection, source, entries[middle:])
                return
            message = entries[0][0]
            self._refusals.refuse(message, topic=source.contract_name(message), reason=MALFORMED, detail=str(problem))
            self._write(connection, source, [(message, None)])
            return
        self._written.update({partition: offset for partition, (_, offset) in moves.items()})
        for table, lines in rows.items():
            _written.labels(table).inc(len(lines))
        _repeated.inc(written.already_there)
        for one in written.contradictions:
            _contradicting.labels(one.table).inc()
            get_logger().error(
                "a row contradicts the one of its key", table=one.table, key=one.key, offset=one.offset, first=one.first_offset
            )

    def _moves(self, source: Source, entries: list[_Entry]) -> dict[Partition, tuple[int, int]]:
        after = {(source.contract_name(message), message.partition()): message.offset() + 1 for message, _ in entries}
        return {partition: (self._written[partition], offset) for partition, offset in after.items()}
