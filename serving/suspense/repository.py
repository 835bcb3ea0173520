"""The SQL of suspense, under the reader's tenant."""

from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.payers import NOT_NAMED, RESOLVED_BY

Row = dict[str, object]

_ITEM = (
    "select item_id, rail, currency, amount_minor, problem, note, status, opened_by, opened_at, resolution, proposed_by, "
    "proposed_at, resolved_by, resolved_at, transfer_id, account_id, party_id, goes_on, "
    "coalesce(i.payer_id, "
    "(select y.payer_id from screening.party y where y.tenant_id = i.tenant_id and y.party_id = i.party_id)) as payer_id, "
    "exists (select from screening.party y "
    "where y.tenant_id = i.tenant_id and y.payer_id = i.payer_id and y.sealed <> %(not_named)s) as payer_named, "
    "greatest(0, floor(extract(epoch from ledger.at(%(now_ms)s) - opened_at) / 86400))::integer as age_days "
    "from bank.suspense_item i where i.tenant_id = %(tenant_id)s "
)
# What came with a hit is kept by its payer alone.
_LOOK_AGAIN = """
update bank.suspense_item i set problem = %s, payer_id = coalesce(i.payer_id, y.payer_id) from screening.party y
where i.item_id = %s and y.tenant_id = i.tenant_id and y.party_id = i.party_id
"""
_BALANCES = """
with aged as (
    select i.rail, i.currency, i.amount_minor, ledger.at(%(now_ms)s) - i.opened_at as age
    from bank.suspense_item i where i.tenant_id = %(tenant_id)s and i.status <> 'resolved'
),
summed as (
    select
        rail, currency, count(*) as items, sum(amount_minor) as total,
        coalesce(sum(amount_minor) filter (where age <= interval '1 day'), 0) as day,
        coalesce(sum(amount_minor) filter (where age > interval '1 day' and age <= interval '5 days'), 0) as days,
        coalesce(sum(amount_minor) filter (where age > interval '5 days' and age <= interval '30 days'), 0) as month,
        coalesce(sum(amount_minor) filter (where age > interval '30 days'), 0) as older
    from aged group by rail, currency
)
select
    substr(a.code, 10) as rail, a.currency, a.credits_posted_minor - a.debits_posted_minor as balance_minor,
    a.credits_posted_minor - a.debits_posted_minor - coalesce(s.total, 0)::bigint as unexplained_minor,
    coalesce(s.items, 0) as items, coalesce(s.day, 0)::bigint as up_to_1_day_minor,
    coalesce(s.days, 0)::bigint as up_to_5_days_minor, coalesce(s.month, 0)::bigint as up_to_30_days_minor,
    coalesce(s.older, 0)::bigint as older_minor
from ledger.account a
left join summed s on a.code = 'suspense:' || s.rail and a.currency = s.currency
where a.tenant_id = %(tenant_id)s and a.code like 'suspense:%%'
order by a.code, a.currency
"""


async def insert_item(
    connection: AsyncConnection,
    *,
    item_id: UUID,
    tenant_id: str,
    rail: str,
    currency: str,
    amount_minor: int,
    problem: str,
    note: str | None,
    opened_by: str,
    now_ms: int,
) -> None:
    """Keep what money in suspense is."""
    await connection.execute(
        "insert into bank.suspense_item "
        "(item_id, tenant_id, rail, currency, amount_minor, problem, note, opened_by, opened_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, ledger.at(%s))",
        (item_id, tenant_id, rail, currency, amount_minor, problem, note, opened_by, now_ms),
    )


async def find_item(
    connection: AsyncConnection, *, tenant_id: str, item_id: UUID, now_ms: int, lock: bool = False
) -> Row | None:
    """Return one item."""
    bound = {"tenant_id": tenant_id, "item_id": item_id, "now_ms": now_ms, "not_named": NOT_NAMED}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ITEM + "and item_id = %(item_id)s" + (" for update" if lock else ""), bound)
        return await cursor.fetchone()


async def list_items(
    connection: AsyncConnection, *, tenant_id: str, everything: bool, after: tuple[str, str] | None, limit: int, now_ms: int
) -> list[Row]:
    """Return items after a moment and id, oldest first; those that are resolved only when everything is asked for."""
    bound = {
        "tenant_id": tenant_id,
        "now_ms": now_ms,
        "not_named": NOT_NAMED,
        "everything": everything,
        "at": after[0] if after else None,
        "id": after[1] if after else None,
        "limit": limit,
    }
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _ITEM + "and (%(everything)s or status <> 'resolved') and (%(at)s::timestamptz is null "
            "or (opened_at, item_id) > (%(at)s::timestamptz, %(id)s::uuid)) order by opened_at, item_id limit %(limit)s",
            bound,
        )
        return await cursor.fetchall()


async def propose(
    connection: AsyncConnection, *, item_id: UUID, resolution: dict[str, object] | None, actor: str | None, now_ms: int
) -> None:
    """Keep a proposal, or with None take it away."""
    await connection.execute(
        "update bank.suspense_item set status = case when %(actor)s::text is null then 'open' else 'proposed' end, "
        "resolution = %(resolution)s::jsonb, proposed_by = %(actor)s, "
        "proposed_at = case when %(actor)s::text is not null then ledger.at(%(now_ms)s) end where item_id = %(item_id)s",
        {
            "item_id": item_id,
            "resolution": orjson.dumps(resolution).decode() if resolution else None,
            "actor": actor,
            "now_ms": now_ms,
        },
    )


async def resolve(connection: AsyncConnection, *, item_id: UUID, transfer_id: UUID, actor: str, now_ms: int) -> None:
    """Say by which transfer the money left suspense, and who approved it."""
    await connection.execute(
        "update bank.suspense_item set status = 'resolved', transfer_id = %s, resolved_by = %s, resolved_at = ledger.at(%s), "
        "if_listed = null where item_id = %s",
        (transfer_id, actor, now_ms, item_id),
    )


async def resolve_cleared(connection: AsyncConnection, *, item_id: UUID, transfer_id: UUID, now_ms: int) -> None:
    """Say by which transfer the money was credited by itself; nobody proposed it."""
    await resolve(connection, item_id=item_id, transfer_id=transfer_id, actor=RESOLVED_BY, now_ms=now_ms)


async def rename_problem(connection: AsyncConnection, *, item_id: UUID, problem: str) -> None:
    """Say what keeps money in suspense now, whose payer is not looked at again."""
    await connection.execute(
        "update bank.suspense_item set problem = %s, if_listed = null where item_id = %s", (problem, item_id)
    )


async def look_again(connection: AsyncConnection, *, item_id: UUID, problem: str) -> None:
    """Say that the payer of money in suspense is to be looked at again, whom it names."""
    await connection.execute(_LOOK_AGAIN, (problem, item_id))


async def cleared(connection: AsyncConnection, *, limit: int) -> list[tuple[str, UUID]]:
    """Return (tenant, item) of money that may be credited by itself, of every tenant, oldest first."""
    found = await connection.execute("select tenant_id, item_id from screening.cleared_items(%s)", (limit,))
    return [(str(tenant_id), item_id) for tenant_id, item_id in await found.fetchall()]


async def balances(connection: AsyncConnection, *, tenant_id: str, now_ms: int) -> list[Row]:
    """Return each suspense account's balance beside its open items by age."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_BALANCES, {"tenant_id": tenant_id, "now_ms": now_ms})
        return await cursor.fetchall()
