"""The SQL of models and their moves: the API's functions run in a tenant's transaction, the worker's on a role of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from governance.jobs import Held, Queue
from governance.models.model import ModelMove, ModelVersion, MoveKind, MoveStatus

_MODEL = "version, name, run_id, made_at, known_until, aliases, metrics, promoted_by, promoted_at, promoted_why, seen_at"
_MOVE = (
    "move_id::text, kind, version, dry_run, why, status, asked_by, asked_at, done_records, all_records, result, problem, "
    "ended_at"
)
_INSERT_MOVE = """
    insert into governance.model_move (tenant_id, move_id, kind, version, dry_run, why, status, asked_by, asked_at)
    values (%(tenant_id)s, %(move_id)s, %(kind)s, %(version)s, %(dry_run)s, %(why)s, 'queued', %(by)s, %(now)s)
    on conflict (tenant_id) where status in ('queued', 'running') do nothing
    returning move_id
"""
# Rewritten only where something changed, so that a copy that is made again and again leaves nothing for the vacuum.
_COPY = """
    insert into governance.model as m (tenant_id, version, name, run_id, made_at, known_until, aliases, metrics, promoted_by,
                                       promoted_at, promoted_why, card, seen_at)
    values (%(tenant_id)s, %(version)s, %(name)s, %(run_id)s, %(made_at)s, %(known_until)s, %(aliases)s, %(metrics)s,
            %(promoted_by)s, %(promoted_at)s, %(promoted_why)s, %(card)s, %(seen_at)s)
    on conflict (tenant_id, version) do update
       set run_id = excluded.run_id, aliases = excluded.aliases, metrics = excluded.metrics, promoted_by = excluded.promoted_by,
           promoted_at = excluded.promoted_at, promoted_why = excluded.promoted_why, card = coalesce(excluded.card, m.card),
           seen_at = excluded.seen_at
     where (m.run_id, m.aliases, m.metrics, m.promoted_at)
               is distinct from (excluded.run_id, excluded.aliases, excluded.metrics, excluded.promoted_at)
        or (m.card is null and excluded.card is not null)
"""

queue = Queue("model_move", key="move_id")


async def models(connection: psycopg.AsyncConnection, *, tenant_id: str, before: int | None, limit: int) -> list[ModelVersion]:
    """Return versions, newest first, without their cards."""
    query = (
        f"select {_MODEL} from governance.model where tenant_id = %s and (%s::integer is null or version < %s) "
        "order by version desc limit %s"
    )
    return [ModelVersion(**row) for row in await _rows(connection, query, (tenant_id, before, before, limit))]


async def find_model(connection: psycopg.AsyncConnection, *, tenant_id: str, version: int) -> ModelVersion | None:
    """Return one with its card."""
    query = f"select {_MODEL}, card from governance.model where tenant_id = %s and version = %s"
    rows = await _rows(connection, query, (tenant_id, version))
    return ModelVersion(**rows[0]) if rows else None


async def insert_move(
    connection: psycopg.AsyncConnection, *, tenant_id: str, move_id: str, kind: MoveKind, version: int | None, dry_run: bool,
    why: str, by: str, now: datetime,
) -> bool:  # fmt: skip
    """Queue a move; False while another one of the tenant's is open."""
    asked = {
        "tenant_id": tenant_id, "move_id": move_id, "kind": kind.value, "version": version, "dry_run": dry_run, "why": why,
        "by": by, "now": now,
    }  # fmt: skip
    return await (await connection.execute(_INSERT_MOVE, asked)).fetchone() is not None


async def find_move(connection: psycopg.AsyncConnection, *, tenant_id: str, move_id: str) -> ModelMove | None:
    """Return one."""
    query = f"select {_MOVE} from governance.model_move where tenant_id = %s and move_id = %s"
    rows = await _rows(connection, query, (tenant_id, move_id))
    return _move(rows[0]) if rows else None


async def moves(
    connection: psycopg.AsyncConnection, *, tenant_id: str, version: int | None, before: tuple[datetime, str] | None, limit: int
) -> list[ModelMove]:
    """Return moves, newest first, of one version or of all."""
    moment, move_id = before or (None, None)
    query = (
        f"select {_MOVE} from governance.model_move where tenant_id = %s and (%s::integer is null or version = %s) "
        "and (%s::timestamptz is null or (asked_at, move_id) < (%s, %s::uuid)) order by asked_at desc, move_id desc limit %s"
    )
    rows = await _rows(connection, query, (tenant_id, version, version, moment, moment, move_id, limit))
    return [_move(row) for row in rows]


def move(connection: psycopg.Connection, held: Held) -> ModelMove:
    """Return a move that the worker took."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            f"select {_MOVE} from governance.model_move where tenant_id = %s and move_id = %s", (held.tenant_id, held.key)
        ).fetchone()
    if row is None:
        raise LookupError(f"move {held.key} is gone")
    return _move(row)


def described(connection: psycopg.Connection) -> set[str]:
    """Return the runs of versions whose card is here."""
    rows = connection.execute("select run_id from governance.model where card is not null").fetchall()
    return {run_id for (run_id,) in rows}


def copy(connection: psycopg.Connection, *, tenant_id: str, model: ModelVersion) -> bool:
    """Have the registry's word of a version here; False when it was already."""
    values = {name: getattr(model, name) for name in ModelVersion.__slots__} | {"metrics": Jsonb(model.metrics)}
    return connection.execute(_COPY, values | {"tenant_id": tenant_id}).rowcount > 0


def _move(row: dict[str, Any]) -> ModelMove:
    return ModelMove(**(row | {"kind": MoveKind(row["kind"]), "status": MoveStatus(row["status"])}))


async def _rows(connection: psycopg.AsyncConnection, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)  # type: ignore[arg-type]
        return await cursor.fetchall()
