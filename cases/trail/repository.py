"""The SQL of the trail. Rows are only ever added; whoever adds one holds the tenant's lock until the transaction ends."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cases.trail.chain import Detail, Row, follow

READ_AT_ONCE = 2_000
_COLUMNS = "tenant_id, position, at_ms, actor, about, act, detail, previous, hash"
_LOCK = "select pg_advisory_xact_lock(hashtextextended('cases.trail/' || %s, 0))"
_LAST = f"select {_COLUMNS} from cases.trail where tenant_id = %s order by position desc limit 1"
_ADD = f"""
insert into cases.trail ({_COLUMNS})
values (%(tenant_id)s, %(position)s, %(at_ms)s, %(actor)s, %(about)s, %(act)s, %(detail)s, %(previous)s, %(hash)s)
"""
_OF = f"""
select {_COLUMNS} from cases.trail
where tenant_id = %(tenant_id)s and about = %(about)s and position > %(after)s order by position limit %(limit)s
"""
_ALL = f"select {_COLUMNS} from cases.trail where tenant_id = %s and position > %s order by position limit %s"
_TENANTS = """
select tenant_id from cases.trail where %(tenant_id)s::text is null or tenant_id = %(tenant_id)s
union select tenant_id from cases.case where %(tenant_id)s::text is null or tenant_id = %(tenant_id)s order by 1
"""
_UNEXPLAINED = """
select c.about, c.version, coalesce(t.rows, 0)
from (
    select tenant_id, 'case/' || case_id as about, version from cases.case
    union all select tenant_id, 'report/' || report_id, version from cases.report
    union all select tenant_id, 'freeze/' || freeze_id, version from cases.freeze
    union all select tenant_id, 'block/' || block_id, version from cases.block
    union all select tenant_id, 'dispute/' || dispute_id, version from cases.dispute
    union all select tenant_id, 'recovery/' || recovery_id, version from cases.recovery
) c
full join (select tenant_id, about, count(*) as rows from cases.trail group by tenant_id, about) t using (tenant_id, about)
where tenant_id = %s and c.version is distinct from coalesce(t.rows, 0)::integer
order by about limit 1
"""


async def append(
    connection: psycopg.AsyncConnection, *, tenant_id: str, at_ms: int, actor: str, about: str, act: str, detail: Detail
) -> None:
    """Add a row after the tenant's last."""
    await connection.execute(_LOCK, (tenant_id,))
    async with connection.cursor(row_factory=dict_row) as cursor:
        found = await (await cursor.execute(_LAST, (tenant_id,))).fetchone()
    row = follow(
        None if found is None else _row(found),
        tenant_id=tenant_id, at_ms=at_ms, actor=actor, about=about, act=act, detail=detail,
    )  # fmt: skip
    await connection.execute(_ADD, {name: getattr(row, name) for name in Row.__slots__})


async def of(
    connection: psycopg.AsyncConnection, *, tenant_id: str, about: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return the rows about something, oldest first, after a position."""
    parameters = {"tenant_id": tenant_id, "about": about, "after": after, "limit": limit}
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_OF, parameters)).fetchall()


def tenants(connection: psycopg.Connection, *, only: str | None) -> list[str]:
    """Return the tenants that have casework, or the one that is asked for."""
    return [row[0] for row in connection.execute(_TENANTS, {"tenant_id": only})]


def rows(connection: psycopg.Connection, *, tenant_id: str) -> Iterator[Row]:
    """Yield a tenant's trail in order."""
    after = 0
    while True:
        with connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(_ALL, (tenant_id, after, READ_AT_ONCE)).fetchall()
        yield from map(_row, found)
        if len(found) < READ_AT_ONCE:
            return
        after = found[-1]["position"]


def unexplained(connection: psycopg.Connection, *, tenant_id: str) -> tuple[str, int | None, int] | None:
    """Return the first thing that changed another number of times than the trail has rows about it: (it, its, the trail's)."""
    row = connection.execute(_UNEXPLAINED, (tenant_id,)).fetchone()
    return None if row is None else (str(row[0]), row[1], int(row[2]))


def _row(found: dict[str, Any]) -> Row:
    return Row(**found | {"previous": bytes(found["previous"]), "hash": bytes(found["hash"])})
