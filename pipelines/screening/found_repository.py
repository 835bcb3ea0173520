"""The SQL of what screening finds of customers and of those whom they pay, as `screener`: hits that come, and hits that go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from cases import hit_repository
from cases.hit_repository import FoundHit
from pipelines.screening.repository import Row

_OUTDATED = """
h.status = 'open' and h.party_id is not null and not exists (
    select from screening.entry e
    where e.list_id = h.list_id and e.entry_id = h.entry_id and e.until_version is null and e.digest = h.digest)
"""
_ANY_OUTDATED = "select exists (select from screening.hit h where" + _OUTDATED + ")"
_PARTIES = (
    """
select y.party_id, y.customer_id, y.payer_id, y.kind, y.country, y.sealed from screening.party y
where y.tenant_id = %(tenant_id)s and (%(after)s::uuid is null or y.party_id > %(after)s)
  and exists (select from screening.hit h where h.tenant_id = y.tenant_id and h.party_id = y.party_id and"""
    + _OUTDATED
    + """)
order by y.party_id limit %(limit)s
"""
)
# A payment that is being held keeps its hits from going until it has said so.
_GOING = """
select h.hit_id from screening.hit h
join unnest(%(looked_at)s::text[], %(looked_parties)s::uuid[]) l (customer_id, party_id)
    on coalesce(l.customer_id, '') = coalesce(h.customer_id, '') and l.party_id is not distinct from h.party_id
where h.tenant_id = %(tenant_id)s and h.status = 'open' and not exists (
    select from unnest(%(customer_ids)s::text[], %(party_ids)s::uuid[], %(list_ids)s::text[], %(entry_ids)s::text[])
        f (customer_id, party_id, list_id, entry_id)
    where coalesce(f.customer_id, '') = coalesce(h.customer_id, '') and f.party_id is not distinct from h.party_id
      and f.list_id = h.list_id and f.entry_id = h.entry_id)
order by h.hit_id for update of h
"""
_LET_GO = """
insert into screening.let_go (tenant_id, transfer_id, hit_id, list_id, entry_id, at)
select p.tenant_id, p.transfer_id, h.hit_id, h.list_id, h.entry_id, %(now)s
from screening.payment p join screening.hit h using (tenant_id, hit_id)
where p.tenant_id = %(tenant_id)s and p.hit_id = any(%(going)s) and p.became = 'held' and p.goes_on
on conflict do nothing
"""
_OVER = "delete from screening.hit where tenant_id = %(tenant_id)s and hit_id = any(%(going)s)"
_SCREENED = """
insert into screening.screened (tenant_id, customer_id, customer_version, lists, screened_at)
select %(tenant_id)s, f.customer_id, f.version, %(lists)s, %(now)s
from unnest(%(looked_at)s::text[], %(versions)s::integer[]) f (customer_id, version)
on conflict (tenant_id, customer_id) do update set
    customer_version = excluded.customer_version, lists = excluded.lists, screened_at = excluded.screened_at
"""


def any_outdated(connection: Connection) -> bool:
    """Return whether somebody whom a customer pays, or a payer from outside, met what their list does not say any more."""
    row = connection.execute(_ANY_OUTDATED).fetchone()
    return bool(row and row[0])


def outdated_parties(connection: Connection, *, tenant_id: str, after: UUID | None, limit: int) -> list[Row]:
    """Return parties whose open hits are of what their list does not say any more, by id."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_PARTIES, {"tenant_id": tenant_id, "after": after, "limit": limit}).fetchall()


def keep_found(
    connection: Connection, *, tenant_id: str, lists: bytes, looked_at: Sequence[tuple[str, int]], hits: Sequence[FoundHit],
    now: datetime,
) -> int:  # fmt: skip
    """Keep what a batch of customers met, let open hits go that are not met any more; return how many are new or open again."""
    customers = [customer_id for customer_id, _ in looked_at]
    with connection.transaction():
        fresh = _replace(connection, tenant_id, [(each, None) for each in customers], hits, now)
        values = {"looked_at": customers, "versions": [version for _, version in looked_at], "lists": lists}
        connection.execute(_SCREENED, values | {"tenant_id": tenant_id, "now": now})
    return fresh


def keep_found_of_parties(
    connection: Connection, *, tenant_id: str, looked_at: Sequence[tuple[str | None, UUID]], hits: Sequence[FoundHit],
    now: datetime,
) -> int:  # fmt: skip
    """Keep what those whom customers pay met, as `keep_found` does; `looked_at` are (customer, party)."""
    with connection.transaction():
        return _replace(connection, tenant_id, looked_at, hits, now)


def _replace(
    connection: Connection,
    tenant_id: str,
    looked_at: Sequence[tuple[str | None, UUID | None]],
    hits: Sequence[FoundHit],
    now: datetime,
) -> int:
    """Let open hits go that are not among what was found, say which payments they held, and keep what was found."""
    values = hit_repository.bound(tenant_id, hits, now=now) | {
        "tenant_id": tenant_id, "now": now,
        "looked_at": [customer_id for customer_id, _ in looked_at], "looked_parties": [party for _, party in looked_at],
    }  # fmt: skip
    going = [hit for (hit,) in connection.execute(_GOING, values).fetchall()]
    if going:
        connection.execute(_LET_GO, values | {"going": going})
        connection.execute(_OVER, values | {"going": going})
    return connection.execute(hit_repository.KEEP, values).rowcount
