"""The SQL of policies and lists. Every function runs in a transaction that carries the tenant (`kit.postgres`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from contracts.topics import CONTROLS
from governance.lists import Entry, List, ListKind
from governance.policies import Move, PolicyVersion, Status, decode
from kit.outbox import publish_async

_LOCK = "select pg_advisory_xact_lock(hashtextextended('governance/' || %s, 0))"
_POLICY = (
    "version, status, document, note, based_on, author, written_at, judged_by, judged_at, activated_by, activated_at, "
    "retired_at"
)
_INSERT_POLICY = """
    insert into governance.policy (tenant_id, version, document, document_sha256, based_on, note, status, author, written_at)
    select %(tenant_id)s, coalesce(max(version), 0) + 1, %(document)s::jsonb, %(sha256)s, %(based_on)s, %(note)s, 'draft',
           %(author)s, %(now)s
      from governance.policy where tenant_id = %(tenant_id)s
    returning version
"""
_INSERT_MOVE = """
    insert into governance.policy_move (tenant_id, version, action, actor, note, moved_at) values (%s, %s, %s, %s, %s, %s)
"""
_JUDGE = """
    update governance.policy set status = %(to)s, judged_by = %(by)s, judged_at = %(now)s
     where tenant_id = %(tenant_id)s and version = %(version)s
"""
_RETIRE = """
    update governance.policy set status = 'retired', retired_at = %(now)s
     where tenant_id = %(tenant_id)s and status = 'active' returning version
"""
_ACTIVATE = """
    update governance.policy set status = 'active', activated_by = %(by)s, activated_at = %(now)s, retired_at = null
     where tenant_id = %(tenant_id)s and version = %(version)s
"""
_TRIED = """
    select exists (select from governance.simulation where tenant_id = %s and policy_version = %s and status = 'done')
"""
_LISTS = """
    select l.list_id, l.kind, l.field, l.sentence, l.made_by, l.made_at,
           (select count(*) from governance.list_entry e
             where e.tenant_id = l.tenant_id and e.list_id = l.list_id and e.removed_at is null) as entries
      from governance.list l where l.tenant_id = %(tenant_id)s and (%(list_id)s::text is null or l.list_id = %(list_id)s)
     order by l.list_id
"""
_ENTRIES = """
    select entry_id, value, reason, expires_at, added_by, added_at, removed_by, removed_at from governance.list_entry
     where tenant_id = %(tenant_id)s and list_id = %(list_id)s and (%(before)s::bigint is null or entry_id < %(before)s)
       and (%(removed)s or removed_at is null)
     order by entry_id desc limit %(limit)s
"""
_ADD = """
    insert into governance.list_entry (tenant_id, list_id, value, reason, expires_at, added_by, added_at)
    values (%(tenant_id)s, %(list_id)s, %(value)s, %(reason)s, %(expires_at)s, %(by)s, %(now)s)
    on conflict (tenant_id, list_id, value) where removed_at is null do nothing
    returning entry_id
"""
_REMOVE = """
    update governance.list_entry set removed_by = %(by)s, removed_at = %(now)s
     where tenant_id = %(tenant_id)s and list_id = %(list_id)s and value = %(value)s and removed_at is null
    returning entry_id
"""

Connection = psycopg.AsyncConnection


async def lock(connection: Connection, tenant_id: str) -> None:
    """Be the only one who changes this tenant's policies and lists until the transaction ends: controls keep that order."""
    await connection.execute(_LOCK, (tenant_id,))


async def insert_policy(
    connection: Connection, *, tenant_id: str, document: bytes, sha256: bytes, based_on: int | None, note: str, author: str,
    now: datetime,
) -> int:  # fmt: skip
    """Keep a document as the tenant's next version; return its number."""
    found = await connection.execute(
        _INSERT_POLICY,
        {
            "tenant_id": tenant_id, "document": document.decode(), "sha256": sha256, "based_on": based_on, "note": note,
            "author": author, "now": now,
        },
    )  # fmt: skip
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def insert_move(
    connection: Connection, *, tenant_id: str, version: int, action: str, actor: str, note: str | None, now: datetime
) -> None:
    """Keep what was done with a version."""
    await connection.execute(_INSERT_MOVE, (tenant_id, version, action, actor, note, now))


async def find_policy(connection: Connection, *, tenant_id: str, version: int) -> PolicyVersion | None:
    """Return one version."""
    rows = await _rows(
        connection, f"select {_POLICY} from governance.policy where tenant_id = %s and version = %s", (tenant_id, version)
    )
    return _version(rows[0]) if rows else None


async def active_policy(connection: Connection, *, tenant_id: str) -> PolicyVersion | None:
    """Return the version that decides now."""
    rows = await _rows(
        connection, f"select {_POLICY} from governance.policy where tenant_id = %s and status = 'active'", (tenant_id,)
    )
    return _version(rows[0]) if rows else None


async def list_policies(connection: Connection, *, tenant_id: str, before: int | None, limit: int) -> list[PolicyVersion]:
    """Return versions before a number, newest first."""
    rows = await _rows(
        connection,
        f"select {_POLICY} from governance.policy where tenant_id = %s and (%s::integer is null or version < %s) "
        "order by version desc limit %s",
        (tenant_id, before, before, limit),
    )
    return [_version(row) for row in rows]


async def list_moves(connection: Connection, *, tenant_id: str, version: int) -> list[dict[str, Any]]:
    """Return what was done with a version, in order."""
    return await _rows(
        connection,
        "select action, actor, note, moved_at from governance.policy_move where tenant_id = %s and version = %s "
        "order by move_id",
        (tenant_id, version),
    )


async def judge(connection: Connection, *, tenant_id: str, version: int, move: Move, by: str, now: datetime) -> None:
    """Approve or reject."""
    to = Status.APPROVED if move is Move.APPROVE else Status.REJECTED
    await connection.execute(_JUDGE, {"tenant_id": tenant_id, "version": version, "to": to.value, "by": by, "now": now})


async def activate(connection: Connection, *, tenant_id: str, version: int, by: str, now: datetime) -> int | None:
    """Make a version the active one; return the one that it takes over from."""
    found = await connection.execute(_RETIRE, {"tenant_id": tenant_id, "now": now})
    retired = await found.fetchone()
    await connection.execute(_ACTIVATE, {"tenant_id": tenant_id, "version": version, "by": by, "now": now})
    return int(retired[0]) if retired else None


async def was_tried(connection: Connection, *, tenant_id: str, version: int) -> bool:
    """Whether a simulation of the version came to its end."""
    found = await connection.execute(_TRIED, (tenant_id, version))
    row = await found.fetchone()
    return bool(row and row[0])


async def publish_control(connection: Connection, *, tenant_id: str, payload: bytes) -> None:
    """Have a control leave with this transaction."""
    await publish_async(connection, topic=CONTROLS, key=tenant_id, payload=payload)


async def insert_list(
    connection: Connection, *, tenant_id: str, list_id: str, kind: ListKind, field: str, sentence: str, by: str, now: datetime
) -> bool:
    """Make a list; False when there is one of that name."""
    found = await connection.execute(
        "insert into governance.list (tenant_id, list_id, kind, field, sentence, made_by, made_at) "
        "values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning list_id",
        (tenant_id, list_id, kind.value, field, sentence, by, now),
    )
    return await found.fetchone() is not None


async def lists(connection: Connection, *, tenant_id: str, list_id: str | None = None) -> list[List]:
    """Return the tenant's lists, or one of them."""
    rows = await _rows(connection, _LISTS, {"tenant_id": tenant_id, "list_id": list_id})
    return [List(**(row | {"kind": ListKind(row["kind"])})) for row in rows]


async def entries(
    connection: Connection, *, tenant_id: str, list_id: str, before: int | None, removed: bool, limit: int
) -> list[Entry]:
    """Return entries before a number, newest first; `removed` ones too when asked for."""
    asked = {"tenant_id": tenant_id, "list_id": list_id, "before": before, "removed": removed, "limit": limit}
    return [Entry(**row) for row in await _rows(connection, _ENTRIES, asked)]


async def add_entry(
    connection: Connection, *, tenant_id: str, list_id: str, value: str, reason: str, expires_at: datetime | None, by: str,
    now: datetime,
) -> int | None:  # fmt: skip
    """Put a value on a list; None when it is there."""
    found = await connection.execute(
        _ADD,
        {
            "tenant_id": tenant_id, "list_id": list_id, "value": value, "reason": reason, "expires_at": expires_at, "by": by,
            "now": now,
        },
    )  # fmt: skip
    row = await found.fetchone()
    return int(row[0]) if row else None


async def remove_entry(connection: Connection, *, tenant_id: str, list_id: str, value: str, by: str, now: datetime) -> bool:
    """Take a value off a list; False when it is not there."""
    asked = {"tenant_id": tenant_id, "list_id": list_id, "value": value, "by": by, "now": now}
    found = await connection.execute(_REMOVE, asked)
    return await found.fetchone() is not None


async def _rows(connection: Connection, query: str, values: Sequence[Any] | dict[str, Any]) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)  # type: ignore[arg-type]
        return await cursor.fetchall()


def _version(row: dict[str, Any]) -> PolicyVersion:
    return PolicyVersion(**(row | {"status": Status(row["status"]), "document": decode(row["document"])}))
