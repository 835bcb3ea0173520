"""The SQL of payers from outside and of the lists that they are held against, under a tenant, as `intake`."""

import uuid
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from cases import hit_repository, list_repository
from cases.hit_repository import FoundHit
from cases.payer_repository import CHOICE
from cases.payers import NOT_NAMED, UnnamedPayers
from kit.postgres import tenant_block

Versions = tuple[tuple[str, int], ...]

_PAYERS = """
select payer_id, party_id, kind, country, sealed, lists from screening.party
where tenant_id = %s and payer_id = any(%s) and sealed <> %s
"""
# Who has got another name meanwhile was not looked at under that one, and who was forgotten meets nobody.
_LOOKED_AT = """
update screening.party p set lists = %(lists)s
from unnest(%(party_ids)s::uuid[], %(sealed)s::bytea[]) f (party_id, sealed)
where p.tenant_id = %(tenant_id)s and p.party_id = f.party_id and p.sealed = f.sealed
returning p.party_id
"""
_UNCLEARED = """
select party_id, hit_id from screening.hit
where tenant_id = %s and party_id = any(%s) and customer_id is null and status <> 'cleared'
"""
_UNCLEARED_LOCKED = _UNCLEARED + " order by hit_id for share"
_NOTE = """
insert into screening.payment (tenant_id, transfer_id, hit_id, side, became, goes_on, at)
select %(tenant_id)s, f.transfer_id, f.hit_id, 'payer', f.became, false, %(now)s
from unnest(%(transfer_ids)s::uuid[], %(hit_ids)s::uuid[], %(became)s::text[]) f (transfer_id, hit_id, became)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody outside who pays into the bank; `lists` is against which they were held last, as they are."""

    party_id: uuid.UUID
    payer_id: str
    kind: str | None
    country: str | None
    sealed: bytes
    lists: bytes | None


@dataclass(frozen=True, slots=True)
class Tie:
    """That a payment waits for the verdict on a hit."""

    transfer_id: uuid.UUID
    hit_id: uuid.UUID
    became: str


def versions(connection: psycopg.Connection, *, tenant_id: str, own: bool) -> Versions:
    """Return the newest version of each shared list, or of each of the tenant's own."""
    with tenant_block(connection, tenant_id):
        rows = connection.execute(list_repository.VERSIONS, list_repository.bound(tenant_id, own=own)).fetchall()
    return tuple(sorted((str(list_id), int(version)) for list_id, version in rows))


def are_names_wanted(connection: psycopg.Connection, *, tenant_id: str) -> bool:
    """Return whether the tenant has chosen that payments wait whose payer nobody has named."""
    with tenant_block(connection, tenant_id):
        row = connection.execute(CHOICE, (tenant_id,)).fetchone()
    return row is not None and row[0] == UnnamedPayers.HOLD


def entries(connection: psycopg.Connection, *, tenant_id: str, own: bool) -> Generator[tuple[str, bytes, object], None, None]:
    """Yield (list, digest, document) of who is on the shared lists now, or on the tenant's own."""
    with tenant_block(connection, tenant_id), connection.cursor(name="entries") as cursor:
        cursor.itersize = list_repository.READ_AT_ONCE
        cursor.execute(list_repository.ENTRIES, list_repository.bound(tenant_id, own=own))
        yield from cursor


def payers(connection: psycopg.Connection, *, tenant_id: str, payer_ids: Collection[str]) -> list[Payer]:
    """Return those of the payers whom somebody has named."""
    with tenant_block(connection, tenant_id):
        rows = connection.execute(_PAYERS, (tenant_id, list(payer_ids), NOT_NAMED)).fetchall()
    return [
        Payer(party_id, payer_id, kind, country, sealed, lists) for payer_id, party_id, kind, country, sealed, lists in rows
    ]


def keep_looked_at(
    connection: psycopg.Connection, *, tenant_id: str, lists: bytes, payers: Sequence[Payer], hits: Sequence[FoundHit],
    now: datetime,
) -> None:  # fmt: skip
    """Keep what payers met and against what they were held, in one transaction: of those who are named as they were."""
    looked_at = {
        "tenant_id": tenant_id, "lists": lists, "party_ids": [each.party_id for each in payers],
        "sealed": [each.sealed for each in payers],
    }  # fmt: skip
    with tenant_block(connection, tenant_id):
        same = {party_id for (party_id,) in connection.execute(_LOOKED_AT, looked_at).fetchall()}
        kept = [hit for hit in hits if hit.party_id in same]
        if kept:
            connection.execute(hit_repository.KEEP, hit_repository.bound(tenant_id, kept, now=now))


def uncleared(
    connection: psycopg.Connection, *, tenant_id: str, party_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return the hits of payers that nobody has cleared, by payer."""
    with tenant_block(connection, tenant_id):
        return _by_party(connection.execute(_UNCLEARED, (tenant_id, list(party_ids))).fetchall())


def uncleared_locked(
    connection: psycopg.Connection, *, tenant_id: str, party_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Do the same inside a tenant's transaction, and keep others from judging them until it ends."""
    return _by_party(connection.execute(_UNCLEARED_LOCKED, (tenant_id, list(party_ids))).fetchall())


def note(connection: psycopg.Connection, *, tenant_id: str, ties: Sequence[Tie], now: datetime) -> None:
    """Keep which payments wait for which hits, once. Inside a tenant's transaction."""
    values = {
        "tenant_id": tenant_id, "now": now, "transfer_ids": [each.transfer_id for each in ties],
        "hit_ids": [each.hit_id for each in ties], "became": [each.became for each in ties],
    }  # fmt: skip
    connection.execute(_NOTE, values)


def _by_party(rows: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for party_id, hit_id in rows:
        found.setdefault(party_id, []).append(hit_id)
    return found
