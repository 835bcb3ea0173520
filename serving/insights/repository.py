"""The SQL of insights: a customer's own accounts in the core and their movements in the read model, under the tenant."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from insight.own_money import MOST_MOVEMENTS, Budget

Row = dict[str, object]
# Transfer, account, day, amount, currency, category, other side, text, balance after, sequence.
MovementRow = tuple[UUID, UUID, date, int, str, str, str, str | None, int, int]

# The accounts that a customer opened. What is set aside under one is the customer's, and is no part of its balance.
_ACCOUNTS = """
select a.account_id, l.credits_posted_minor - l.debits_posted_minor - l.debits_pending_minor as available_minor,
    greatest(0, -coalesce(l.min_balance_minor, 0)) as overdraft_limit_minor,
    coalesce(p.kind, a.product) = 'savings' as is_savings,
    coalesce((
        select sum(s.credits_posted_minor - s.debits_posted_minor)
        from bank.goal g join ledger.account s on s.id = g.goal_id where g.parent_account_id = a.account_id
    ), 0)::bigint as set_aside_minor
from bank.account a
join ledger.account l on l.id = a.account_id
left join bank.product p on p.tenant_id = a.tenant_id and p.code = a.product and p.currency = a.currency
where a.tenant_id = %(tenant_id)s and a.customer_id = %(customer_id)s and a.currency = %(currency)s
order by a.account_id
"""
_BUDGETS = """
select budget_id, category, version, limit_minor from bank.budget
where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s and currency = %(currency)s order by budget_id
"""
_MOVEMENTS = """
select m.transfer_id, m.account_id, (m.booked_at at time zone %(zone)s::text)::date as booked_day, m.amount_minor, m.currency,
    m.category,
    case when m.counterparty_kind in ('customer', 'self') then coalesce(m.counterparty_owner, m.counterparty_account_id::text)
        else coalesce(m.counterparty_name, '') end as counterparty,
    m.description, m.balance_after_minor, m.sequence
from read_model.movement m
where m.generation = (select generation from read_model.serving) and m.tenant_id = %(tenant_id)s
    and m.account_id = any(%(account_ids)s) and m.booked_at >= %(start)s and m.booked_at < %(past)s
order by m.booked_at desc, m.account_id, m.sequence desc
limit %(limit)s
"""


async def accounts(connection: AsyncConnection, *, tenant_id: str, customer_id: str, currency: str) -> list[Row]:
    """Return the accounts in a currency that a customer opened, by id, with what is there."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ACCOUNTS, {"tenant_id": tenant_id, "customer_id": customer_id, "currency": currency})
        return await cursor.fetchall()


async def budgets(connection: AsyncConnection, *, tenant_id: str, customer_id: str, currency: str) -> list[Budget]:
    """Return a customer's budgets in a currency, by id."""
    async with connection.cursor(row_factory=class_row(Budget)) as cursor:
        await cursor.execute(_BUDGETS, {"tenant_id": tenant_id, "customer_id": customer_id, "currency": currency})
        return await cursor.fetchall()


async def movements(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    account_ids: Sequence[UUID],
    start: datetime,
    past: datetime,
    zone: str,
) -> list[MovementRow]:
    """Return the movements booked in [start, past), newest first, at most MOST_MOVEMENTS; days are those of `zone`."""
    cursor = await connection.execute(
        _MOVEMENTS,
        {
            "tenant_id": tenant_id, "account_ids": list(account_ids), "start": start, "past": past, "zone": zone,
            "limit": MOST_MOVEMENTS,
        },
    )  # fmt: skip
    return await cursor.fetchall()
