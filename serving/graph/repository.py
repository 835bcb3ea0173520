"""The SQL of what was found in the graph at night."""

from psycopg import AsyncConnection
from psycopg.rows import dict_row

_STRUCTURE = """
select a.account_id::text as account_id, m.as_of, m.made_at, m.accounts, m.payments, a.component, a.component_accounts,
  a.community, a.community_accounts, a.pagerank, a.pagerank_share_above, a.payers, a.payees
from graph.account_structure a join graph.made m on m.tenant_id = a.tenant_id
where a.tenant_id = %(tenant_id)s and a.account_id = %(account_id)s
"""


async def structure(connection: AsyncConnection, *, tenant_id: str, account_id: str) -> dict[str, object] | None:
    """Return an account's place among all; None where nothing was found of it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_STRUCTURE, {"tenant_id": tenant_id, "account_id": account_id})
        return await cursor.fetchone()
