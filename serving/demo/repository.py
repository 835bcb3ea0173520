"""SQL of what a demo's bank was told: which of its customers and accounts nothing was kept of yet."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection

# Whoever leaves or is erased meanwhile is told of no more.
_UNTOLD_CUSTOMERS = """
select c.customer_id,
       not exists (select 1 from bank.declared_income i where i.tenant_id = c.tenant_id and i.customer_id = c.customer_id),
       not exists (select 1 from bank.device d where d.tenant_id = c.tenant_id and d.customer_id = c.customer_id)
from bank.customer c
where c.tenant_id = %s and c.customer_id = any(%s::text[]) and c.status = 'active' and c.restricted_at is null
for update of c
"""
_UNTOLD_ACCOUNTS = """
select a.account_id from bank.account a
where a.tenant_id = %s and a.account_id = any(%s::uuid[])
and not exists (select 1 from bank.withdrawal_notice n where n.tenant_id = a.tenant_id and n.account_id = a.account_id)
for update of a
"""


async def untold_customers(
    connection: AsyncConnection, *, tenant_id: str, customer_ids: Sequence[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return which active customers have declared no income, and which never had a device; nobody changes them meanwhile."""
    rows = await (await connection.execute(_UNTOLD_CUSTOMERS, (tenant_id, list(customer_ids)))).fetchall()
    return frozenset(row[0] for row in rows if row[1]), frozenset(row[0] for row in rows if row[2])


async def untold_accounts(connection: AsyncConnection, *, tenant_id: str, account_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return of which accounts no notice was given; nobody changes them meanwhile."""
    rows = await (await connection.execute(_UNTOLD_ACCOUNTS, (tenant_id, list(account_ids)))).fetchall()
    return frozenset(row[0] for row in rows)
