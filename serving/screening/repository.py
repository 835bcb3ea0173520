"""The SQL of screening, under the reader's tenant: the shared lists, the tenant's own, and its customers' hits."""

from collections.abc import AsyncGenerator
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases import list_repository

Row = dict[str, object]

_LISTS = """
select l.list_id, l.tenant_id is not null as own, l.format, l.source, l.licence, v.version, v.entries, v.added, v.removed,
       v.changed, v.loaded_at, encode(v.sha256, 'hex') as sha256
from screening.list l join lateral (
    select * from screening.version v where v.list_id = l.list_id order by v.version desc limit 1
) v on true
where l.tenant_id is null or l.tenant_id = %(tenant_id)s order by l.list_id
"""
_LIST_VERSIONS = """
select version, entries, added, removed, changed, forced, loaded_by, loaded_at, encode(sha256, 'hex') as sha256
from screening.version
where list_id = %(list_id)s and (tenant_id is null or tenant_id = %(tenant_id)s)
  and (%(before)s::integer is null or version < %(before)s)
order by version desc limit %(limit)s
"""
_HIT = """
select h.hit_id, h.customer_id,
       case when h.party_id is null then 'customer' when h.customer_id is null then 'payer' else 'payee' end as about,
       (select y.payer_id from screening.party y where y.tenant_id = h.tenant_id and y.party_id = h.party_id) as payer_id,
       h.list_id, h.entry_id,
       h.score::float8 as score, h.status, h.found_at, h.verdict, h.note,
       h.proposed_by, h.proposed_at, h.judged_by, h.judged_at, h.digest
from screening.hit h where h.tenant_id = %(tenant_id)s
"""
_OF_HIT = """
select e.document, p.sealed, p.birth_year, c.kind, y.sealed as party, y.country, y.kind as party_kind
from screening.hit h
left join bank.customer c using (tenant_id, customer_id)
left join bank.person p using (tenant_id, customer_id)
left join screening.party y on y.tenant_id = h.tenant_id and y.party_id = h.party_id
left join lateral (
    select e.document from screening.entry e
    where e.list_id = h.list_id and e.entry_id = h.entry_id and e.digest = h.digest order by e.since_version desc limit 1
) e on true
where h.tenant_id = %(tenant_id)s and h.hit_id = %(hit_id)s
"""


async def versions(connection: AsyncConnection, *, tenant_id: str, own: bool) -> list[tuple[str, int]]:
    """Return the newest version of each shared list, or of each of the tenant's own."""
    found = await connection.execute(list_repository.VERSIONS, list_repository.bound(tenant_id, own=own))
    return [(str(list_id), int(version)) for list_id, version in await found.fetchall()]


async def entries(connection: AsyncConnection, *, tenant_id: str, own: bool) -> AsyncGenerator[tuple[str, bytes, object]]:
    """Yield (list, digest, document) of who is on the shared lists now, or on the tenant's own."""
    async with connection.cursor(name="entries") as cursor:
        cursor.itersize = list_repository.READ_AT_ONCE
        await cursor.execute(list_repository.ENTRIES, list_repository.bound(tenant_id, own=own))
        async for row in cursor:
            yield row


async def lists(connection: AsyncConnection, *, tenant_id: str) -> list[Row]:
    """Return the lists that the tenant's customers are held against, with their newest versions."""
    return await _all(connection, _LISTS, {"tenant_id": tenant_id})


async def list_versions(
    connection: AsyncConnection, *, tenant_id: str, list_id: str, before: int | None, limit: int
) -> list[Row]:
    """Return a list's versions before a number, newest first."""
    return await _all(
        connection, _LIST_VERSIONS, {"tenant_id": tenant_id, "list_id": list_id, "before": before, "limit": limit}
    )


async def hits(
    connection: AsyncConnection, *, tenant_id: str, statuses: list[str], customer_id: str | None,
    after: tuple[datetime, str] | None, limit: int,
) -> list[Row]:  # fmt: skip
    """Return hits after a moment and id, oldest first."""
    return await _all(
        connection,
        _HIT + "and h.status = any(%(statuses)s) and (%(customer_id)s::text is null or h.customer_id = %(customer_id)s) "
        "and (%(at)s::timestamptz is null or (h.found_at, h.hit_id) > (%(at)s::timestamptz, %(id)s::uuid)) "
        "order by h.found_at, h.hit_id limit %(limit)s",
        {
            "tenant_id": tenant_id, "statuses": statuses, "customer_id": customer_id, "limit": limit,
            "at": after[0] if after else None, "id": after[1] if after else None,
        },
    )  # fmt: skip


async def find_hit(connection: AsyncConnection, *, tenant_id: str, hit_id: UUID, lock: bool = False) -> Row | None:
    """Return one hit."""
    found = await _all(
        connection,
        _HIT + "and h.hit_id = %(hit_id)s" + (" for update" if lock else ""),
        {"tenant_id": tenant_id, "hit_id": hit_id},
    )
    return found[0] if found else None


async def of_hit(connection: AsyncConnection, *, tenant_id: str, hit_id: UUID) -> Row | None:
    """Return what a hit is between: the entry as it was met, and who the customer is, sealed."""
    found = await _all(connection, _OF_HIT, {"tenant_id": tenant_id, "hit_id": hit_id})
    return found[0] if found else None


async def propose(
    connection: AsyncConnection, *, tenant_id: str, hit_id: UUID, verdict: str | None, note: str | None, by: str | None,
    now: datetime,
) -> None:  # fmt: skip
    """Keep a proposal in the place of another, or with None take it away."""
    await connection.execute(
        "update screening.hit set status = case when %(verdict)s::text is null then 'open' else 'proposed' end, "
        "verdict = %(verdict)s, note = %(note)s, proposed_by = %(by)s, "
        "proposed_at = case when %(by)s::text is not null then %(now)s::timestamptz end "
        "where tenant_id = %(tenant_id)s and hit_id = %(hit_id)s",
        {"tenant_id": tenant_id, "hit_id": hit_id, "verdict": verdict, "note": note, "by": by, "now": now},
    )


async def judge(connection: AsyncConnection, *, tenant_id: str, hit_id: UUID, by: str, now: datetime) -> None:
    """Let what is proposed be the verdict."""
    await connection.execute(
        "update screening.hit set status = verdict, judged_by = %s, judged_at = %s where tenant_id = %s and hit_id = %s",
        (by, now, tenant_id, hit_id),
    )


async def _all(connection: AsyncConnection, text: str, bound: dict[str, object]) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(text, bound)
        return await cursor.fetchall()
