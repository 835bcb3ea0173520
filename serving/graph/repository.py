"""The SQL of what was found in the graph at night."""

from psycopg import AsyncConnection
from psycopg.rows import dict_row

_STRUCTURE = """
select a.account_id::text as account_id, m.as_of, m.made_at, m.accounts, m.payments, a.component, a.component_accounts,
  a.community, a.community_accounts, a.pagerank, a.pagerank_share_above, a.payers, a.payees
from graph.account_structure a join graph.made m on m.tenant_id = a.tenant_id
where a.tenant_id = %(tenant_id)s and a.account_id = %(account_id)s
"""
_SCORE = """
select a.account_id::text as account_id, m.as_of, m.made_at, m.model_version, m.accounts, a.score, a.score_share_above
from graph.account_score a join graph.scored m on m.tenant_id = a.tenant_id
where a.tenant_id = %(tenant_id)s and a.account_id = %(account_id)s
"""
# At most as many as a night keeps of an account.
_REASONS = """
select neighbour_account_id::text as account_id, effect, score_without, paid_payments, paid_minor, received_payments,
  received_minor, last_payment_at
from graph.score_reason where tenant_id = %(tenant_id)s and account_id = %(account_id)s order by place limit 50
"""


async def structure(connection: AsyncConnection, *, tenant_id: str, account_id: str) -> dict[str, object] | None:
    """Return an account's place among all; None where nothing was found of it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_STRUCTURE, {"tenant_id": tenant_id, "account_id": account_id})
        return await cursor.fetchone()


async def score(connection: AsyncConnection, *, tenant_id: str, account_id: str) -> dict[str, object] | None:
    """Return an account's score with the neighbours that made it; None where it has none."""
    asked = {"tenant_id": tenant_id, "account_id": account_id}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SCORE, asked)
        found = await cursor.fetchone()
        if found is None:
            return None
        await cursor.execute(_REASONS, asked)
        return found | {"neighbours": await cursor.fetchall()}
