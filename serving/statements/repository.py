"""The SQL of statements: the account's facts, a period's totals, and its lines by version; all of them index reads."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from serving.holders.repository import HELD_BY_CUSTOMER

Row = dict[str, object]

_ACCOUNT = (
    "select b.customer_id, b.product, b.currency, p.sealed from bank.account b "
    "left join bank.person p on p.tenant_id = b.tenant_id and p.customer_id = b.customer_id "
    "where b.tenant_id = %(tenant_id)s and b.account_id = %(account_id)s "
    "and (%(customer_id)s::text is null or b.account_id in (" + HELD_BY_CUSTOMER + "))"
)
_TOTALS = """
select
    coalesce(sum(delta_minor) filter (where delta_minor > 0), 0)::bigint as credits_minor,
    coalesce(-sum(delta_minor) filter (where delta_minor < 0), 0)::bigint as debits_minor,
    count(*) filter (where delta_minor > 0) as credits
from ledger.entry
where tenant_id = %(tenant_id)s and account_id = %(account_id)s and version > %(after)s and version <= %(until)s
"""
# The page is cut before anything is joined to it, so that each join is as many look-ups as the page has lines.
_LINES = """
select
    e.version, e.transfer_id, e.delta_minor, e.balance_after_minor,
    (extract(epoch from e.booked_at) * 1000)::bigint as booked_at_ms,
    (extract(epoch from e.value_at) * 1000)::bigint as value_at_ms,
    t.purpose, t.reverses_id, other.id as counterparty_account_id, other.code as counterparty_code,
    p.customer_id as counterparty_id, p.sealed as counterparty_sealed, n.description
from (
    select * from ledger.entry
    where tenant_id = %(tenant_id)s and account_id = %(account_id)s and version > %(after)s and version <= %(until)s
    order by version limit %(limit)s
) e
join ledger.transfer t on t.id = e.transfer_id
left join ledger.account other on other.id = case when e.delta_minor < 0 then t.credit_account_id else t.debit_account_id end
left join bank.person p on p.tenant_id = other.tenant_id and p.customer_id = other.owner_id
left join bank.transfer_note n on n.tenant_id = e.tenant_id and n.transfer_id = e.transfer_id
order by e.version
"""


async def find_account(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, customer_id: str | None) -> Row | None:
    """Return whose account it is and what it is; only one that the customer holds when a customer is given."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ACCOUNT, {"tenant_id": tenant_id, "account_id": account_id, "customer_id": customer_id})
        return await cursor.fetchone()


async def totals(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, after: int, until: int) -> Row:
    """Return what came in and what went out with the versions (after, until], and how many came in."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_TOTALS, {"tenant_id": tenant_id, "account_id": account_id, "after": after, "until": until})
        return await cursor.fetchone() or {}


async def lines(
    connection: AsyncConnection, *, tenant_id: str, account_id: UUID, after: int, until: int, limit: int
) -> list[Row]:
    """Return the first `limit` lines of the versions (after, until], oldest first; who is on the other side is sealed."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            _LINES, {"tenant_id": tenant_id, "account_id": account_id, "after": after, "until": until, "limit": limit}
        )
        return await cursor.fetchall()
