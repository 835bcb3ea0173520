"""Making the slot without losing what was in the outbox before it.

A new slot streams what commits after its consistent point; the snapshot that comes with it shows everything before. Rows of
the snapshot that are not on their topics yet are carried first, then the bootstrap is written down. A relay killed before
that starts the bootstrap again; a slot that was dropped or gave up its log is replaced in the same way.
"""

from collections.abc import Iterator

from psycopg import Connection, sql

from kit.log import get_logger
from kit.outbox import Position
from kit.settings import Kafka
from streams.relay.decoding import OutboxEvent, event
from streams.relay.replication import SlotStream, format_lsn
from streams.relay.sink import TransactionalSink
from streams.relay.tail import ids_present

CARRY_ROWS = 2_000

log = get_logger()


def needs_bootstrap(connection: Connection, *, slot: str) -> bool:
    """Whether the slot is missing, gave up its log, or was made by a relay that did not finish; drops it where it stands."""
    row = connection.execute("select wal_status from pg_replication_slots where slot_name = %s", (slot,)).fetchone()
    finished = connection.execute("select 1 from outbox.bootstrap where slot = %s", (slot,)).fetchone()
    if row is not None and row[0] != "lost" and finished:
        return False
    log.warning("relay_bootstrap", slot=slot, slot_state=row[0] if row else "missing", finished_before=bool(finished))
    connection.execute("delete from outbox.bootstrap where slot = %s", (slot,))
    if row is not None:
        connection.execute("select pg_drop_replication_slot(%s)", (slot,))
    return True


def bootstrap(connection: Connection, stream: SlotStream, sink: TransactionalSink, *, kafka: Kafka, slot: str) -> int:
    """Make the slot and carry what was in the outbox before it; returns how many events that were."""
    made = stream.create()
    carried = 0
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(made.snapshot)))
        [first_id] = connection.execute("select min(id) from outbox.event").fetchone() or (None,)
        if first_id is not None:
            present = ids_present(kafka, at_least=first_id)
            for batch in _missing(connection, present=present, commit_lsn=made.consistent_point - 1):
                sink.write(batch)
                carried += len(batch)
    connection.execute(
        "insert into outbox.bootstrap (slot, consistent_point) values (%s, %s::pg_lsn)",
        (slot, format_lsn(made.consistent_point)),
    )
    return carried


def _missing(connection: Connection, *, present: set[int], commit_lsn: int) -> Iterator[list[OutboxEvent]]:
    number = 0
    with connection.cursor(name="outbox_before_slot", binary=True) as cursor:
        cursor.execute("select id, topic, key, payload, headers::text from outbox.event order by id")
        while rows := cursor.fetchmany(CARRY_ROWS):
            batch = []
            for outbox_id, topic, key, payload, headers in rows:
                if outbox_id in present:
                    continue
                number += 1
                batch.append(
                    event(
                        Position(commit_lsn, number, outbox_id),
                        topic=topic,
                        key=key.encode(),
                        payload=bytes(payload),
                        headers=None if headers is None else headers.encode(),
                    )
                )
            if batch:
                yield batch
