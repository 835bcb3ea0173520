"""The SQL of requests, as `eraser`: under a tenant but for the look for what is due."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]

_TAKE = """
update bank.erasure
set status = 'running', taken_until = clock_timestamp() + %(lease_s)s * interval '1 second', attempts = attempts + 1
where tenant_id = %(tenant_id)s and erasure_id = %(erasure_id)s and status <> 'done'
    and (taken_until is null or taken_until <= clock_timestamp())
returning customer_id, memory, replacement, attempts, requested_by, requested_at, holds
"""
_KEEP = """
update bank.erasure set taken_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where tenant_id = %(tenant_id)s and erasure_id = %(erasure_id)s and status = 'running' and attempts = %(attempts)s
returning 1
"""


def due(connection: Connection, *, now_ms: int, limit: int) -> list[tuple[str, UUID]]:
    """Return (tenant, erasure) of what may be worked on now."""
    return connection.execute("select tenant_id, erasure_id from bank.due_erasures(%s, %s)", (now_ms, limit)).fetchall()


def take(connection: Connection, *, tenant_id: str, erasure_id: UUID, lease_s: int) -> Row | None:
    """Take a request for `lease_s`; None when it is done or another's."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_TAKE, {"tenant_id": tenant_id, "erasure_id": erasure_id, "lease_s": lease_s}).fetchone()


def keep(connection: Connection, *, tenant_id: str, erasure_id: UUID, attempts: int, lease_s: int) -> bool:
    """Hold a request for longer; False when another has it by now."""
    values = {"tenant_id": tenant_id, "erasure_id": erasure_id, "attempts": attempts, "lease_s": lease_s}
    return connection.execute(_KEEP, values).fetchone() is not None


def put_back(
    connection: Connection, *, tenant_id: str, erasure_id: UUID, holds: list[dict[str, object]], due_at: datetime | None
) -> None:
    """Say what holds a request that was taken."""
    connection.execute(
        "update bank.erasure set status = 'held', holds = %s, due_at = %s, taken_until = null "
        "where tenant_id = %s and erasure_id = %s",
        (Jsonb(holds), due_at, tenant_id, erasure_id),
    )


def note_problem(
    connection: Connection, *, tenant_id: str, erasure_id: UUID, attempts: int, problem: str, retry_s: int
) -> None:
    """Say why an attempt could not go on, and when another is made."""
    connection.execute(
        "update bank.erasure set problem = %s, taken_until = clock_timestamp() + %s * interval '1 second' "
        "where tenant_id = %s and erasure_id = %s and status = 'running' and attempts = %s",
        (problem[:2_000], retry_s, tenant_id, erasure_id, attempts),
    )


def remember(connection: Connection, *, tenant_id: str, erasure_id: UUID, memory: bytes, replacement: str) -> None:
    """Keep what is looked for, sealed."""
    connection.execute(
        "update bank.erasure set memory = %s, replacement = %s, problem = null where tenant_id = %s and erasure_id = %s",
        (memory, replacement, tenant_id, erasure_id),
    )


def end(connection: Connection, *, tenant_id: str, erasure_id: UUID, now: datetime, proof: dict[str, object]) -> None:
    """Keep the proof, and forget what was looked for."""
    connection.execute(
        "update bank.erasure set status = 'done', memory = null, proof = %s, ended_at = %s, taken_until = null, problem = null "
        "where tenant_id = %s and erasure_id = %s",
        (Jsonb(proof), now, tenant_id, erasure_id),
    )


def begin_step(
    connection: Connection, *, tenant_id: str, erasure_id: UUID, store: str, position: int, rows_before: int
) -> None:
    """Note what a store has before it is erased; what an earlier attempt noted stays."""
    connection.execute(
        "insert into bank.erasure_step (erasure_id, tenant_id, position, store, rows_before) values (%s, %s, %s, %s, %s) "
        "on conflict do nothing",
        (erasure_id, tenant_id, position, store, rows_before),
    )


def end_step(
    connection: Connection, *, tenant_id: str, erasure_id: UUID, store: str, rows_after: int, note: str | None, now: datetime
) -> None:
    """Note what is left in a store."""
    connection.execute(
        "update bank.erasure_step set rows_after = %s, note = %s, ended_at = %s "
        "where tenant_id = %s and erasure_id = %s and store = %s",
        (rows_after, note, now, tenant_id, erasure_id, store),
    )


def ended_steps(connection: Connection, *, tenant_id: str, erasure_id: UUID) -> set[str]:
    """Return the stores that are erased already."""
    rows = connection.execute(
        "select store from bank.erasure_step where tenant_id = %s and erasure_id = %s and ended_at is not null",
        (tenant_id, erasure_id),
    )
    return {store for (store,) in rows}
