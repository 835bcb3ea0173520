"""The SQL of money in suspense that waits for a look at its payer, as `intake`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from cases.payers import LOOKED_AT_AGAIN, NOT_NAMED, PAYER_LISTED, PAYER_SCREENED
from kit.postgres import tenant_block

Place = tuple[datetime, UUID]

_TENANTS = "select tenant_id, problem, items from screening.waiting_items()"
_NAMED = """
select i.item_id, i.payment_id, i.payer_id, y.party_id, i.goes_on, i.opened_at
from bank.suspense_item i
join screening.party y on y.tenant_id = i.tenant_id and y.payer_id = i.payer_id and y.sealed <> %(not_named)s
where i.tenant_id = %(tenant_id)s and i.status = 'open' and i.problem = any(%(problems)s)
  and (%(at)s::timestamptz is null or (i.opened_at, i.item_id) > (%(at)s::timestamptz, %(after)s::uuid))
order by i.opened_at, i.item_id limit %(limit)s
"""
# Who was told anew since was not looked at under that name. What compliance is told of a hit is told once, and kept as long as
# its payer may be looked at again.
_SAY = """
with said as (
    select i.item_id, i.if_listed, f.problem, f.party_id
    from unnest(%(items)s::uuid[], %(parties)s::uuid[], %(problems)s::text[]) f (item_id, party_id, problem)
    join bank.suspense_item i on i.tenant_id = %(tenant_id)s and i.item_id = f.item_id
    join screening.party y on y.tenant_id = %(tenant_id)s and y.party_id = f.party_id
    where i.status = 'open' and i.problem = any(%(before)s) and (%(lists)s::bytea is null or y.lists = %(lists)s)
    order by i.opened_at, i.item_id for update of i
)
update bank.suspense_item i set
    problem = s.problem, party_id = s.party_id, if_listed = case when s.problem = %(screened)s then i.if_listed end
from said s where i.tenant_id = %(tenant_id)s and i.item_id = s.item_id
returning i.item_id, case when s.problem = %(listed)s then s.if_listed end
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money whose payer is named and is to be looked at; without `goes_on` people say where it goes after that."""

    item_id: UUID
    payment_id: UUID | None
    payer_id: str
    party_id: UUID
    goes_on: bool
    opened_at: datetime

    @property
    def place(self) -> Place:
        """Where it stands among the others: oldest first."""
        return self.opened_at, self.item_id


@dataclass(frozen=True, slots=True)
class Said:
    """What keeps an item in suspense from now on."""

    item_id: UUID
    payment_id: UUID | None
    party_id: UUID
    problem: str


def tenants(connection: psycopg.Connection) -> list[tuple[str, str, int]]:
    """Return (tenant, problem, how many) of what waits, of every tenant."""
    rows = connection.execute(_TENANTS).fetchall()
    return [(str(tenant_id), str(problem), int(items)) for tenant_id, problem, items in rows]


def named(connection: psycopg.Connection, *, tenant_id: str, after: Place | None, limit: int) -> list[Waiting]:
    """Return what waits and whose payer is named, after a place, oldest first."""
    at, item_id = after or (None, None)
    bound = {
        "tenant_id": tenant_id, "problems": list(LOOKED_AT_AGAIN), "not_named": NOT_NAMED, "at": at, "after": item_id,
        "limit": limit,
    }  # fmt: skip
    with tenant_block(connection, tenant_id):
        return [Waiting(*row) for row in connection.execute(_NAMED, bound).fetchall()]


def say(
    connection: psycopg.Connection, *, tenant_id: str, said: Sequence[Said], lists: bytes | None
) -> dict[UUID, bytes | None]:
    """Keep what is said of items that wait still, inside a tenant's transaction.

    Returns those of which it was kept, with what compliance is to be told of a hit; None where there is nothing to tell.
    """
    bound = {
        "tenant_id": tenant_id, "items": [each.item_id for each in said], "parties": [each.party_id for each in said],
        "problems": [each.problem for each in said], "before": list(LOOKED_AT_AGAIN), "lists": lists,
        "listed": PAYER_LISTED, "screened": PAYER_SCREENED,
    }  # fmt: skip
    return dict(connection.execute(_SAY, bound).fetchall())
