"""Making the slot without losing what was in the outbox before it.

A new slot streams what commits after its consistent point; the snapshot that comes with it shows everything before. Rows of
the snapshot that are not on their topics yet are carried first, then the bootstrap is written down. A relay killed before
that starts the bootstrap again; a slot that was dropped or gave up its log is replaced in the same way.

Each bootstrap begins a line of positions, because it is never known that a slot is missing for a harmless reason. A core that
was restored from a backup has none either, and both its log and its ids go once more over what the topics hold from before:
a row counts as carried only when its topic holds the same id with the same content, and a place only within its own line.
"""

from collections.abc import Iterator

from psycopg import Connection, sql

from kit.clock import Clock
from kit.log import get_logger
from kit.outbox import Position
from kit.settings import Kafka
from streams.relay.decoding import OutboxEvent, event
from streams.relay.replication import SlotStream, format_lsn, parse_lsn
from streams.relay.sink import TransactionalSink
from streams.relay.tail import fingerprint, fingerprints_present, last_position

CARRY_ROWS = 2_000

log = get_logger()


def open_line(connection: Connection, *, kafka: Kafka, slot: str) -> tuple[int, Position | None] | None:
    """Return the line that the slot streams and the last position of it on the topics; None where a bootstrap must begin one.

    That is where the slot is missing, gave up its log, was made by a relay that did not finish, or belongs to an older copy of
    the core (the topics hold a place of its line that its log has not reached).
    """
    row = connection.execute("select wal_status from pg_replication_slots where slot_name = %s", (slot,)).fetchone()
    begun = connection.execute("select line from outbox.bootstrap where slot = %s", (slot,)).fetchone()
    if row is None or row[0] == "lost" or begun is None:
        log.warning("relay_bootstrap", slot=slot, slot_state=row[0] if row else "missing", finished_before=bool(begun))
        return None
    line = int(begun[0])
    last = last_position(kafka, line=line)
    if last is not None and last.commit_lsn > (end := _end_of_log(connection)):
        log.warning("relay_bootstrap", slot=slot, slot_state="older than the topics", end=format_lsn(end), topics=str(last))
        return None
    return line, last


def bootstrap(
    connection: Connection, stream: SlotStream, sink: TransactionalSink, *, kafka: Kafka, slot: str, clock: Clock
) -> tuple[int, int]:
    """Make the slot anew, carry what was in the outbox before it; returns the line and how many events that were."""
    connection.execute("delete from outbox.bootstrap where slot = %s", (slot,))
    connection.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s", (slot,))
    line = clock.now_ms()
    made = stream.create()
    carried = 0
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(made.snapshot)))
        [first_id] = connection.execute("select min(id) from outbox.event").fetchone() or (None,)
        if first_id is not None:
            present = fingerprints_present(kafka, at_least=first_id)
            for batch in _missing(connection, present=present, line=line, commit_lsn=made.consistent_point - 1):
                sink.write(batch)
                carried += len(batch)
    connection.execute(
        "insert into outbox.bootstrap (slot, consistent_point, line) values (%s, %s::pg_lsn, %s)",
        (slot, format_lsn(made.consistent_point), line),
    )
    return line, carried


def _missing(connection: Connection, *, present: set[bytes], line: int, commit_lsn: int) -> Iterator[list[OutboxEvent]]:
    number = 0
    with connection.cursor(name="outbox_before_slot", binary=True) as cursor:
        cursor.execute("select id, topic, key, payload, headers::text from outbox.event order by id")
        while rows := cursor.fetchmany(CARRY_ROWS):
            batch = []
            for outbox_id, topic, key, payload, headers in rows:
                if fingerprint(topic, outbox_id=outbox_id, payload=payload) in present:
                    continue
                number += 1
                batch.append(
                    event(
                        Position(line, commit_lsn, number, outbox_id),
                        topic=topic,
                        key=key.encode(),
                        payload=bytes(payload),
                        headers=None if headers is None else headers.encode(),
                    )
                )
            if batch:
                yield batch


def _end_of_log(connection: Connection) -> int:
    [text] = connection.execute("select pg_current_wal_insert_lsn()::text").fetchone() or ("0/0",)
    return parse_lsn(text)
