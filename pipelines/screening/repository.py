"""The SQL of lists, their versions, and what screening finds, as `screener`: every tenant's, and nothing but that."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

Row = dict[str, Any]
Bound = Sequence[object] | Mapping[str, object]

_LOCK = "select pg_advisory_xact_lock(hashtextextended('screening/' || %s, 0))"
_LIST = "select list_id, tenant_id, format, licence, source from screening.list where list_id = %s"
_KEEP_LIST = """
insert into screening.list (list_id, tenant_id, format, licence, source, made_at)
values (%(list_id)s, %(tenant_id)s, %(format)s, %(licence)s, %(source)s, %(now)s)
on conflict (list_id) do update set format = excluded.format, licence = excluded.licence, source = excluded.source
"""
_NEWEST = """
select version, sha256, entries from screening.version where list_id = %s order by version desc limit 1
"""
_INCOMING = """
create temporary table incoming (entry_id text primary key, digest bytea not null, document jsonb not null) on commit drop
"""
_COUNTS = """
select
    (select count(*) from incoming) as entries,
    (
        select count(*) from incoming i where not exists (
            select from screening.entry e where e.list_id = %(list_id)s and e.until_version is null and e.entry_id = i.entry_id)
    ) as added,
    (
        select count(*) from screening.entry e where e.list_id = %(list_id)s and e.until_version is null
        and not exists (select from incoming i where i.entry_id = e.entry_id)
    ) as removed,
    (
        select count(*) from incoming i join screening.entry e using (entry_id)
        where e.list_id = %(list_id)s and e.until_version is null and e.digest <> i.digest
    ) as changed
"""
_INSERT_VERSION = """
insert into screening.version
    (list_id, version, tenant_id, sha256, entries, added, removed, changed, forced, loaded_by, loaded_at)
values (%(list_id)s, %(version)s, %(tenant_id)s, %(sha256)s, %(entries)s, %(added)s, %(removed)s, %(changed)s, %(forced)s,
        %(by)s, %(now)s)
"""
_END = """
update screening.entry e set until_version = %(version)s
where e.list_id = %(list_id)s and e.until_version is null
  and not exists (select from incoming i where i.entry_id = e.entry_id and i.digest = e.digest)
"""
_BEGIN = """
insert into screening.entry (list_id, entry_id, since_version, tenant_id, digest, document)
select %(list_id)s, i.entry_id, %(version)s, %(tenant_id)s, i.digest, i.document from incoming i
where not exists (
    select from screening.entry e where e.list_id = %(list_id)s and e.until_version is null and e.entry_id = i.entry_id)
"""
_LISTS = """
select l.list_id, l.tenant_id, l.format, l.licence, l.source, v.version, v.entries, v.added, v.removed, v.changed, v.loaded_at,
       encode(v.sha256, 'hex') as sha256
from screening.list l join lateral (
    select * from screening.version v where v.list_id = l.list_id order by v.version desc limit 1
) v on true order by l.list_id
"""
_VERSIONS = """
select version, entries, added, removed, changed, forced, loaded_by, loaded_at, encode(sha256, 'hex') as sha256
from screening.version where list_id = %s order by version desc limit 1000
"""
_DIFFERENCE = """
select entry_id,
       bool_or(since_version <= %(before)s and (until_version is null or until_version > %(before)s)) as was,
       bool_or(since_version <= %(after)s and (until_version is null or until_version > %(after)s)) as is_now,
       max(document #>> '{names,0,text}') as name
from screening.entry
where list_id = %(list_id)s
  and (since_version > %(before)s and since_version <= %(after)s or until_version > %(before)s and until_version <= %(after)s)
group by entry_id order by entry_id limit %(limit)s
"""
_CURRENT = """
select list_id, digest, document from screening.entry
where until_version is null and tenant_id is not distinct from %s order by list_id, entry_id
"""
_CURRENT_VERSIONS = """
select list_id, max(version) from screening.version where tenant_id is not distinct from %s group by list_id
"""
_ANY_APPROVED = "select exists (select from screening.list_change where status = 'approved')"
_TAKE_APPROVED = """
select tenant_id, change_id, list_id, licence, based_on, entries, proposed_by, judged_by from screening.list_change
where status = 'approved' order by judged_at limit 1 for update skip locked
"""
_END_CHANGE = """
update screening.list_change
set status = case when %(problem)s::text is null then 'loaded' else 'refused' end, version = %(version)s,
    problem = %(problem)s, entries = null, ended_at = now()
where tenant_id = %(tenant_id)s and change_id = %(change_id)s
"""
_TENANTS = "select distinct tenant_id from bank.customer order by tenant_id"
_WAITING = """
select c.customer_id, c.version, c.kind, p.birth_year, p.sealed
from bank.customer c join bank.person p using (tenant_id, customer_id)
left join screening.screened s using (tenant_id, customer_id)
where c.tenant_id = %(tenant_id)s and c.restricted_at is null
  and (s.customer_id is null or s.lists <> %(lists)s or s.customer_version <> c.version)
  and (%(after)s::text is null or c.customer_id > %(after)s)
order by c.customer_id limit %(limit)s
"""


def lock(connection: Connection, list_id: str) -> None:
    """Be the only one who loads this list until the transaction ends."""
    connection.execute(_LOCK, (list_id,))


def find_list(connection: Connection, list_id: str) -> Row | None:
    """Return a list without its versions."""
    return _one(connection, _LIST, (list_id,))


def newest(connection: Connection, list_id: str) -> Row | None:
    """Return number, digest and count of a list's newest version."""
    return _one(connection, _NEWEST, (list_id,))


def keep_list(connection: Connection, **values: object) -> None:
    """Make a list, or say anew where it is from."""
    connection.execute(_KEEP_LIST, values)


def take_in(connection: Connection, entries: Iterable[tuple[str, bytes, bytes]]) -> None:
    """Stream (entry id, digest, JSON) into a table that lives until the transaction ends."""
    connection.execute(_INCOMING)
    with connection.cursor() as cursor, cursor.copy("copy incoming (entry_id, digest, document) from stdin") as copy:
        for entry_id, digest, document in entries:
            copy.write_row((entry_id, digest, document.decode()))
    connection.execute("analyze incoming")


def counts(connection: Connection, list_id: str) -> dict[str, int]:
    """Return how many entries came, and how many of them are new, gone and changed."""
    found = _one(connection, _COUNTS, {"list_id": list_id})
    return {name: int(value) for name, value in (found or {}).items()}


def keep_version(connection: Connection, **values: object) -> None:
    """Make what was taken in the list's newest version."""
    connection.execute(_INSERT_VERSION, values)
    connection.execute(_END, values)
    connection.execute(_BEGIN, values)


def lists(connection: Connection) -> list[Row]:
    """Return every list with its newest version."""
    return _all(connection, _LISTS, ())


def versions(connection: Connection, list_id: str) -> list[Row]:
    """Return a list's versions, newest first."""
    return _all(connection, _VERSIONS, (list_id,))


def difference(connection: Connection, *, list_id: str, before: int, after: int, limit: int) -> list[Row]:
    """Return what two versions say differently: entry, a name, whether it was there before and is there after."""
    return _all(connection, _DIFFERENCE, {"list_id": list_id, "before": before, "after": after, "limit": limit})


def any_approved(connection: Connection) -> bool:
    """Return whether a change of a list that two people made waits to be loaded."""
    row = connection.execute(_ANY_APPROVED).fetchone()
    return bool(row and row[0])


def take_approved(connection: Connection) -> Row | None:
    """Return the change that was approved first, and keep others from it until the transaction ends."""
    return _one(connection, _TAKE_APPROVED, ())


def end_change(connection: Connection, *, tenant_id: str, change_id: UUID, version: int | None, problem: str | None) -> None:
    """Say as which version a change was loaded, or why it was not; what it held goes."""
    connection.execute(_END_CHANGE, {"tenant_id": tenant_id, "change_id": change_id, "version": version, "problem": problem})


def current(connection: Connection, tenant_id: str | None) -> Generator[tuple[str, bytes, object]]:
    """Yield (list, digest, document) of every entry of the newest versions: the shared lists', or a tenant's own."""
    with connection.transaction(), connection.cursor(name="entries") as cursor:
        cursor.itersize = 5_000
        cursor.execute(_CURRENT, (tenant_id,))
        yield from cursor


def current_versions(connection: Connection, tenant_id: str | None) -> list[tuple[str, int]]:
    """Return each list's newest version: the shared lists', or a tenant's own."""
    return [(str(list_id), int(version)) for list_id, version in connection.execute(_CURRENT_VERSIONS, (tenant_id,)).fetchall()]


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have customers."""
    return [str(tenant_id) for (tenant_id,) in connection.execute(_TENANTS).fetchall()]


def waiting(connection: Connection, *, tenant_id: str, lists: bytes, after: str | None, limit: int) -> list[Row]:
    """Return customers that were not screened as they are now, or against these lists, by id."""
    return _all(connection, _WAITING, {"tenant_id": tenant_id, "lists": lists, "after": after, "limit": limit})


def _one(connection: Connection, text: str, bound: Bound) -> Row | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, bound).fetchone()


def _all(connection: Connection, text: str, bound: Bound) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, bound).fetchall()
