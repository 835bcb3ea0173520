"""The SQL of screened payments, under the payer's tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases import hit_repository
from cases.hit_repository import FoundHit
from risk.screening.verdicts import HitStatus, Judged

Row = dict[str, object]
MOST_ENDED = 500
"""Payments that one verdict ends; of more the rest wait for people."""

_LOCK_VERDICTS = "select pg_advisory_xact_lock(hashtextextended('screening.verdict/' || %s, 0))"
_UNSETTLED = """
select hit_id from screening.hit
where tenant_id = %s and customer_id = %s and party_id is null and status in ('open', 'proposed', 'confirmed')
"""
_KEPT = "select hit_id, status, digest, name_index from screening.hit where tenant_id = %s and hit_id = any(%s)"
_LOCKED = "select hit_id, status from screening.hit where tenant_id = %s and hit_id = any(%s) order by hit_id for share"
_PERSON = """
select c.kind, p.birth_year, p.sealed from bank.customer c join bank.person p using (tenant_id, customer_id)
where c.tenant_id = %s and c.customer_id = %s and c.restricted_at is null
"""
_CUSTOMER = "select from bank.customer where tenant_id = %s and customer_id = %s and restricted_at is null"
_PAYEE = """
select 'beneficiary' as kind, sealed from bank.beneficiary
where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s and beneficiary_id = %(payee_id)s
union all
select 'external-account', sealed from bank.external_account
where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s and external_account_id = %(payee_id)s
limit 1
"""
_INSERT_PARTY = """
insert into screening.party (tenant_id, party_id, customer_id, country, sealed, met_at)
values (%(tenant_id)s, %(party_id)s, %(customer_id)s, %(country)s, %(sealed)s, %(now)s) on conflict do nothing
"""
_INSERT_PAYMENT = """
insert into screening.payment (tenant_id, transfer_id, hit_id, side, became, goes_on, at)
select %(tenant_id)s, %(transfer_id)s, f.hit_id, f.side, %(became)s, %(goes_on)s, %(now)s
from unnest(%(hit_ids)s::uuid[], %(sides)s::text[]) f (hit_id, side)
join screening.hit h on h.tenant_id = %(tenant_id)s and h.hit_id = f.hit_id
on conflict do nothing
"""
_PAYMENTS = """
select p.transfer_id, p.side, p.became, p.at, t.status
from screening.payment p join ledger.transfer t on t.tenant_id = p.tenant_id and t.id = p.transfer_id
where p.tenant_id = %(tenant_id)s and p.hit_id = %(hit_id)s order by p.at desc, p.transfer_id limit %(limit)s
"""
_DECIDED = """
with held as (
    select p.transfer_id from screening.payment p join ledger.transfer t on t.tenant_id = p.tenant_id and t.id = p.transfer_id
    where p.tenant_id = %(tenant_id)s and p.hit_id = %(hit_id)s and p.became = 'held' and t.status = 'held'
    order by p.at limit %(limit)s
)
select p.transfer_id, bool_or(h.status = 'confirmed') as confirmed, bool_and(h.status = 'cleared' and p.goes_on) as goes_on
from held join screening.payment p using (transfer_id) join screening.hit h on h.tenant_id = p.tenant_id and h.hit_id = p.hit_id
where p.tenant_id = %(tenant_id)s group by p.transfer_id
"""
_WAITS = """
select exists (
    select from screening.payment p join screening.hit h on h.tenant_id = p.tenant_id and h.hit_id = p.hit_id
    where p.tenant_id = %s and p.transfer_id = %s and h.status <> 'cleared')
"""
_LISTED = """
select hit_id from screening.hit
where tenant_id = %s and party_id = %s and customer_id is null and status <> 'cleared' order by hit_id for share
"""
_LOOKED_AT = "select lists from screening.party where tenant_id = %s and party_id = %s"
_LET_GO = "select tenant_id, transfer_id from screening.let_go_payments(%s)"
_FORGET_LET_GO = """
delete from screening.let_go where tenant_id = %s and transfer_id = %s returning hit_id::text, list_id, entry_id
"""


class Person(NamedTuple):
    """What a customer is screened by; who they are is sealed."""

    kind: str
    birth_year: int | None
    sealed: bytes


async def lock_verdicts(connection: AsyncConnection, tenant_id: str) -> None:
    """Be the only one who judges this tenant's hits until the transaction ends: a payment may wait for several."""
    await connection.execute(_LOCK_VERDICTS, (tenant_id,))


async def unsettled(connection: AsyncConnection, tenant_id: str, customer_id: str) -> list[UUID]:
    """Return a customer's own hits that are not cleared."""
    found = await connection.execute(_UNSETTLED, (tenant_id, customer_id))
    return [row[0] for row in await found.fetchall()]


async def kept(connection: AsyncConnection, tenant_id: str, hit_ids: Sequence[UUID]) -> dict[UUID, Judged]:
    """Return how those of the hits stand that are kept, and what was judged of each."""
    found = await connection.execute(_KEPT, (tenant_id, list(hit_ids)))
    return {row[0]: Judged(HitStatus(row[1]), row[2], row[3]) for row in await found.fetchall()}


async def locked(connection: AsyncConnection, tenant_id: str, hit_ids: Sequence[UUID]) -> dict[UUID, HitStatus]:
    """Return how hits stand, and keep others from judging them until the transaction ends."""
    found = await connection.execute(_LOCKED, (tenant_id, list(hit_ids)))
    return {row[0]: HitStatus(row[1]) for row in await found.fetchall()}


async def keep(connection: AsyncConnection, tenant_id: str, hits: Sequence[FoundHit], *, now: datetime) -> None:
    """Keep hits, each once."""
    if hits:
        await connection.execute(hit_repository.KEEP, hit_repository.bound(tenant_id, hits, now=now))


async def person(connection: AsyncConnection, tenant_id: str, customer_id: str) -> Person | None:
    """Return what a customer is screened by; None where nothing is known of them, or they were erased."""
    found = await (await connection.execute(_PERSON, (tenant_id, customer_id))).fetchone()
    return None if found is None else Person(*found)


async def is_customer(connection: AsyncConnection, tenant_id: str, customer_id: str) -> bool:
    """Whether there is such a customer, who is not erased."""
    return await (await connection.execute(_CUSTOMER, (tenant_id, customer_id))).fetchone() is not None


async def saved_payee(
    connection: AsyncConnection, *, tenant_id: str, customer_id: str, payee_id: UUID
) -> tuple[str, bytes] | None:
    """Return the kind and the sealed record of a customer's saved payee, or of their account at another bank."""
    bound = {"tenant_id": tenant_id, "customer_id": customer_id, "payee_id": payee_id}
    found = await (await connection.execute(_PAYEE, bound)).fetchone()
    return None if found is None else (str(found[0]), bytes(found[1]))


async def insert_party(connection: AsyncConnection, **values: object) -> None:
    """Keep whom a customer pays, once."""
    await connection.execute(_INSERT_PARTY, values)


async def insert_payment(
    connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID, hits: Sequence[tuple[UUID, str]], became: str,
    goes_on: bool, now: datetime,
) -> None:  # fmt: skip
    """Keep which hits held a payment back, or had it refused."""
    values: Mapping[str, object] = {
        "tenant_id": tenant_id, "transfer_id": transfer_id, "became": became, "goes_on": goes_on, "now": now,
        "hit_ids": [hit for hit, _ in hits], "sides": [str(side) for _, side in hits],
    }  # fmt: skip
    await connection.execute(_INSERT_PAYMENT, values)


async def payments(connection: AsyncConnection, *, tenant_id: str, hit_id: UUID, limit: int) -> list[Row]:
    """Return the newest payments that a hit held back or had refused, and how they stand in the ledger now."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_PAYMENTS, {"tenant_id": tenant_id, "hit_id": hit_id, "limit": limit})
        return await cursor.fetchall()


async def decided(connection: AsyncConnection, *, tenant_id: str, hit_id: UUID) -> list[tuple[UUID, bool, bool]]:
    """Return (transfer, confirmed, goes on) of the payments still held by a hit; neither means that it goes on waiting."""
    found = await connection.execute(_DECIDED, {"tenant_id": tenant_id, "hit_id": hit_id, "limit": MOST_ENDED})
    return [(row[0], bool(row[1]), bool(row[2])) for row in await found.fetchall()]


async def waits(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> bool:
    """Whether a payment is held by a hit that nobody has cleared."""
    row = await (await connection.execute(_WAITS, (tenant_id, transfer_id))).fetchone()
    return bool(row and row[0])


async def is_listed(connection: AsyncConnection, tenant_id: str, party_id: UUID) -> bool:
    """Whether a payer from outside has a hit that nobody has cleared; it is not judged until the transaction ends."""
    return await (await connection.execute(_LISTED, (tenant_id, party_id))).fetchone() is not None


async def looked_at(connection: AsyncConnection, tenant_id: str, party_id: UUID) -> bytes | None:
    """Return which lists, in their versions, a payer from outside was held against last, under the name they have."""
    row = await (await connection.execute(_LOOKED_AT, (tenant_id, party_id))).fetchone()
    return None if row is None else row[0]


async def let_go(connection: AsyncConnection, *, limit: int) -> list[tuple[str, UUID]]:
    """Return (tenant, transfer) of payments whose hits have gone or are cleared, and of those that have ended otherwise."""
    found = await connection.execute(_LET_GO, (limit,))
    return [(str(tenant_id), transfer_id) for tenant_id, transfer_id in await found.fetchall()]


async def forget_let_go(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> list[dict[str, str]]:
    """Take away that a payment waits to be ended; return the hits that have gone, none where another has been first."""
    found = await connection.execute(_FORGET_LET_GO, (tenant_id, transfer_id))
    return [{"hit_id": hit, "list_id": of, "entry_id": entry} for hit, of, entry in await found.fetchall()]
