"""What the relay does between batches: watch what the slot holds back, and trim rows that are old and on their topics."""

import time

from prometheus_client import Gauge
from psycopg import Connection

from kit.clock import Clock
from kit.log import get_logger

WATCH_EVERY_S = 5.0
TRIM_EVERY_S = 30.0
MAX_TRIMMED_ROWS = 20_000
ALARM_RETAINED_BYTES = 1 << 30
HOUR_MS = 3_600_000
DEFAULT_KEEP_MS = 24 * HOUR_MS
# No transaction may stay open so long: a row older than this beside an up-to-date slot has been relayed.
LONGEST_TRANSACTION_MS = HOUR_MS

log = get_logger()

RETAINED = Gauge("baas_relay_slot_retained_bytes", "Write-ahead log that the slot keeps the server from forgetting")

_RETAINED = "select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) from pg_replication_slots where slot_name = %s"
_TRIM = """
delete from outbox.event where id in (
    select id from outbox.event where created_at < to_timestamp(%s / 1000.0) order by id limit %s
)
"""


class Housekeeping:
    """Bounded chores on the relay's SQL connection; `turn` is cheap when nothing is due."""

    def __init__(self, connection: Connection, clock: Clock, *, slot: str, keep_rows_ms: int) -> None:
        self._connection = connection
        self._clock = clock
        self._slot = slot
        self._keep_rows_ms = max(keep_rows_ms, LONGEST_TRANSACTION_MS)
        self._watch_due_s = 0.0
        self._trim_due_s = time.monotonic() + TRIM_EVERY_S
        self._retained_bytes = 0

    def turn(self) -> None:
        """Do what is due. Raises psycopg.OperationalError when the server is gone."""
        now_s = time.monotonic()
        if now_s < self._watch_due_s:
            return
        self._watch_due_s = now_s + WATCH_EVERY_S
        self.watch()
        if now_s >= self._trim_due_s:
            self._trim_due_s = now_s + TRIM_EVERY_S
            self.trim()

    def watch(self) -> int:
        """Measure what the slot holds back, and say so when it is too much."""
        row = self._connection.execute(_RETAINED, (self._slot,)).fetchone()
        self._retained_bytes = int(row[0]) if row and row[0] is not None else 0
        RETAINED.set(self._retained_bytes)
        if self._retained_bytes > ALARM_RETAINED_BYTES:
            log.warning("relay_slot_retains_much", slot=self._slot, retained_bytes=self._retained_bytes)
        return self._retained_bytes

    def trim(self) -> int:
        """Delete rows past their age, a bounded number; none while the slot is far behind. Returns how many."""
        if self._retained_bytes > ALARM_RETAINED_BYTES:
            return 0
        before_ms = self._clock.now_ms() - self._keep_rows_ms
        return self._connection.execute(_TRIM, (before_ms, MAX_TRIMMED_ROWS)).rowcount
