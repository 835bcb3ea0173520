"""The SQL of changes of own lists, under the tenant."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, object]

_LOCK = "select pg_advisory_xact_lock(hashtextextended('screening.list_change/' || %s, 0))"
_LIST = """
select l.tenant_id is not null as own, l.format, coalesce(max(v.version), 0) as version
from screening.list l left join screening.version v using (list_id) where l.list_id = %(list_id)s
  and (l.tenant_id is null or l.tenant_id = %(tenant_id)s) group by 1, 2
"""
_CURRENT = """
select entry_id, digest, document from screening.entry
where list_id = %(list_id)s and tenant_id = %(tenant_id)s and until_version is null order by entry_id limit %(limit)s
"""
_COLUMNS = """
change_id, list_id, licence, why, based_on, entry_count, added, removed, changed, status, proposed_by, proposed_at, judged_by,
judged_at, note, version, problem, ended_at
"""
_INSERT = """
insert into screening.list_change (tenant_id, change_id, list_id, licence, why, based_on, entries, entry_count, added, removed,
                                   changed, status, proposed_by, proposed_at)
values (%(tenant_id)s, %(change_id)s, %(list_id)s, %(licence)s, %(why)s, %(based_on)s, %(entries)s, %(entry_count)s, %(added)s,
        %(removed)s, %(changed)s, 'proposed', %(by)s, %(now)s)
"""
_PAGE = f"""
select {_COLUMNS} from screening.list_change where tenant_id = %(tenant_id)s
  and (%(list_id)s::text is null or list_id = %(list_id)s)
  and (%(at)s::timestamptz is null or (proposed_at, change_id) < (%(at)s, %(id)s::uuid))
order by proposed_at desc, change_id desc limit %(limit)s
"""
_FIND = f"select {_COLUMNS}, entries from screening.list_change where tenant_id = %(tenant_id)s and change_id = %(change_id)s"
_JUDGE = """
update screening.list_change set status = %(status)s, judged_by = %(by)s, judged_at = %(now)s, note = %(note)s,
    entries = case when %(status)s = 'approved' then entries end,
    ended_at = case when %(status)s <> 'approved' then %(now)s::timestamptz end
where tenant_id = %(tenant_id)s and change_id = %(change_id)s
"""
_WITHDRAW = """
update screening.list_change set status = 'withdrawn', note = %(note)s, entries = null, ended_at = %(now)s
where tenant_id = %(tenant_id)s and change_id = %(change_id)s
"""
_APPROVED = """
select exists (
    select from screening.list_change where tenant_id = %(tenant_id)s and list_id = %(list_id)s and status = 'approved')
"""
_BETWEEN = """
select coalesce(after.entry_id, before.entry_id) as entry_id,
       case when before.entry_id is null then 'added' when after.entry_id is null then 'removed' else 'changed' end as change,
       before.document -> 'names' as before, after.document -> 'names' as after
from (select * from screening.entry where list_id = %(list_id)s and (tenant_id is null or tenant_id = %(tenant_id)s)
        and until_version = %(version)s) before
full join (select * from screening.entry where list_id = %(list_id)s and (tenant_id is null or tenant_id = %(tenant_id)s)
        and since_version = %(version)s) after using (entry_id)
order by 1 limit %(limit)s
"""
_VERSION = """
select exists (select from screening.version where list_id = %(list_id)s and version = %(version)s
               and (tenant_id is null or tenant_id = %(tenant_id)s))
"""


async def lock(connection: AsyncConnection, list_id: str) -> None:
    """Be the only one who changes this list until the transaction ends."""
    await connection.execute(_LOCK, (list_id,))


async def find_list(connection: AsyncConnection, *, tenant_id: str, list_id: str) -> Row | None:
    """Return whether a list that the tenant sees is its own, its format and its newest version."""
    return await _one(connection, _LIST, {"tenant_id": tenant_id, "list_id": list_id})


async def current(connection: AsyncConnection, *, tenant_id: str, list_id: str, limit: int) -> list[Row]:
    """Return entry id, digest and document of who is on a list of the tenant's own now."""
    return await _all(connection, _CURRENT, {"tenant_id": tenant_id, "list_id": list_id, "limit": limit})


async def insert(connection: AsyncConnection, *, entries: list[object], **values: object) -> None:
    """Keep a proposal."""
    await connection.execute(_INSERT, {"entries": Jsonb(entries)} | values)


async def page(
    connection: AsyncConnection, *, tenant_id: str, list_id: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Row]:
    """Return changes before a moment and id, newest first."""
    at, change_id = before or (None, None)
    return await _all(
        connection, _PAGE, {"tenant_id": tenant_id, "list_id": list_id, "at": at, "id": change_id, "limit": limit}
    )


async def find(connection: AsyncConnection, *, tenant_id: str, change_id: UUID) -> Row | None:
    """Return one change with what it holds while it waits."""
    return await _one(connection, _FIND, {"tenant_id": tenant_id, "change_id": change_id})


async def judge(
    connection: AsyncConnection, *, tenant_id: str, change_id: UUID, approve: bool, by: str, note: str | None, now: datetime
) -> None:
    """Keep what somebody else says; what a rejected one held goes."""
    status = "approved" if approve else "rejected"
    await connection.execute(
        _JUDGE, {"tenant_id": tenant_id, "change_id": change_id, "status": status, "by": by, "note": note, "now": now}
    )


async def withdraw(connection: AsyncConnection, *, tenant_id: str, change_id: UUID, note: str | None, now: datetime) -> None:
    """Take a proposal back; what it held goes."""
    await connection.execute(_WITHDRAW, {"tenant_id": tenant_id, "change_id": change_id, "note": note, "now": now})


async def waits_to_be_loaded(connection: AsyncConnection, *, tenant_id: str, list_id: str) -> bool:
    """Return whether an approved change of the list is not its newest version yet."""
    row = await _one(connection, _APPROVED, {"tenant_id": tenant_id, "list_id": list_id})
    return bool(row and row["exists"])


async def between(connection: AsyncConnection, *, tenant_id: str, list_id: str, version: int, limit: int) -> list[Row] | None:
    """Return how a version differs from the one before it; None where there is no such version."""
    asked = {"tenant_id": tenant_id, "list_id": list_id, "version": version, "limit": limit}
    row = await _one(connection, _VERSION, asked)
    return await _all(connection, _BETWEEN, asked) if row and row["exists"] else None


async def _one(connection: AsyncConnection, text: str, bound: dict[str, object]) -> Row | None:
    found = await _all(connection, text, bound)
    return found[0] if found else None


async def _all(connection: AsyncConnection, text: str, bound: dict[str, object]) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(text, bound)
        return await cursor.fetchall()
