"""The relay's life: wait for its turn, fence the predecessor, find where the topics end, stream, produce, confirm."""

import time

from prometheus_client import Counter, Gauge
from psycopg import Connection

from kit.clock import Clock
from kit.kafka import topic_name
from kit.log import get_logger
from kit.outbox import Position
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from streams.relay.bootstrap import bootstrap, open_line
from streams.relay.decoding import Committed, Decoder, OutboxEvent
from streams.relay.housekeeping import Housekeeping
from streams.relay.replication import SlotStream
from streams.relay.sink import TRANSACTIONAL_ID, TransactionalSink
from streams.relay.tail import fed_by_the_outbox

PROCESS = "relay"
ROLE = "relay"
DEFAULT_SLOT = "baas_relay"
LOCK_NAMESPACE = 7_264_914
LOCK_RETRY_S = 0.5
MAX_BATCH_ROWS = 4_096
IDLE_WAIT_S = 0.2
IDLE_CONFIRM_S = 1.0
STATEMENT_TIMEOUT_MS = 120_000

RELAYED = Counter("baas_relay_events", "Events put on their topic", ["topic"])
SKIPPED = Counter("baas_relay_skipped", "Events met again after a restart, already on their topic")
LAG = Gauge("baas_relay_lag_seconds", "Age of the newest commit dealt with, while more is waiting; 0 when there is none")

log = get_logger()


class Relay:
    """One relay of one slot. `run` returns when asked to stop and raises when a server is lost: start it again."""

    def __init__(
        self, settings: Settings, lifecycle: Lifecycle, clock: Clock, *, slot: str = DEFAULT_SLOT, keep_rows_ms: int
    ) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._clock = clock
        self._slot = slot
        self._keep_rows_ms = keep_rows_ms
        self._batch: list[OutboxEvent] = []
        self._last: Position | None = None
        self._committed: Committed | None = None
        self._lag_ms = 0
        self._relayed = 0

    def facts(self) -> dict[str, object]:
        """Return what `/readyz` shows beside readiness."""
        return {
            "slot": self._slot,
            "position": self._last.encode().decode() if self._last else None,
            "lag_ms": self._lag_ms,
            "relayed": self._relayed,
        }

    def run(self) -> None:
        """Relay until asked to stop."""
        dsn = self._settings.core.dsn(ROLE)
        with connect(dsn, application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
            if not self._take_turn(connection):
                return
            kafka = self._settings.kafka
            sink = TransactionalSink(kafka, topics=fed_by_the_outbox(), transactional_id=self._transactional_id())
            stream = SlotStream(dsn, slot=self._slot)
            try:
                found = open_line(connection, kafka=kafka, slot=self._slot)
                if found is not None:
                    line, self._last = found
                else:
                    line, carried = bootstrap(connection, stream, sink, kafka=kafka, slot=self._slot, clock=self._clock)
                    log.info("relay_bootstrapped", slot=self._slot, line=line, carried=carried)
                stream.start()
                log.info("relay_started", **self.facts(), prefix=topic_name(kafka, ""))
                self._lifecycle.ready()
                self._relay(stream, Decoder(line=line), sink, self._housekeeping(connection))
            finally:
                stream.close()

    def _transactional_id(self) -> str:
        return TRANSACTIONAL_ID if self._slot == DEFAULT_SLOT else f"{TRANSACTIONAL_ID}-{self._slot}"

    def _housekeeping(self, connection: Connection) -> Housekeeping:
        return Housekeeping(connection, self._clock, slot=self._slot, keep_rows_ms=self._keep_rows_ms)

    def _take_turn(self, connection: Connection) -> bool:
        """Wait until no other relay of this slot works; False when asked to stop first."""
        waited = False
        while self._lifecycle.running:
            row = connection.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (LOCK_NAMESPACE, self._slot)).fetchone()
            if row and row[0] and not self._slot_is_streamed(connection):
                return True
            if not waited:
                log.info("relay_waits_for_its_turn", slot=self._slot)
                self._lifecycle.not_ready("another relay works")
                waited = True
            self._lifecycle.wait(LOCK_RETRY_S)
        return False

    def _slot_is_streamed(self, connection: Connection) -> bool:
        """Whether the server still serves a relay that is gone; it notices within wal_sender_timeout."""
        row = connection.execute("select active from pg_replication_slots where slot_name = %s", (self._slot,)).fetchone()
        return bool(row and row[0])

    def _relay(self, stream: SlotStream, decoder: Decoder, sink: TransactionalSink, housekeeping: Housekeeping) -> None:
        confirmed_idle_s = time.monotonic()
        while self._lifecycle.running:
            message = stream.read(wait_s=0.0 if self._batch else IDLE_WAIT_S)
            if message is not None:
                self._take(decoder.decode(message))
            if self._batch and (message is None or len(self._batch) >= MAX_BATCH_ROWS):
                self._flush(stream, sink)
            elif message is None:
                self._lag_ms = 0
                LAG.set(0)
                if time.monotonic() - confirmed_idle_s > IDLE_CONFIRM_S and not decoder.in_transaction:
                    # Other tables write too: without this the slot would hold their log for as long as no event comes.
                    stream.confirm(stream.sent_up_to())
                    self._committed = None
                    confirmed_idle_s = time.monotonic()
            housekeeping.turn()
        self._flush(stream, sink)

    def _take(self, found: OutboxEvent | Committed | None) -> None:
        if isinstance(found, Committed):
            self._committed = found
        elif found is not None:
            if self._last is not None and found.position <= self._last:
                SKIPPED.inc()
                return
            self._batch.append(found)

    def _flush(self, stream: SlotStream, sink: TransactionalSink) -> None:
        """Put the batch on Kafka and, after Kafka has it, confirm the transactions that are complete in it."""
        if self._batch:
            sink.write(self._batch)
            for event in self._batch:
                RELAYED.labels(event.topic).inc()
            self._last = self._batch[-1].position
            self._relayed += len(self._batch)
            self._batch = []
        if self._committed is not None:
            stream.confirm(self._committed.end_lsn)
            self._lag_ms = max(0, self._clock.now_ms() - self._committed.commit_time_ms)
            LAG.set(self._lag_ms / 1000)
            self._committed = None
