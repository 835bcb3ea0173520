"""The proof that money is neither made nor lost: totals by currency, and every account against its own entries.

Run as `audit` for all tenants, or inside a tenant's transaction for one.
"""

import uuid
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import class_row

_TOTALS = """
select
    tenant_id, currency, count(*) as accounts,
    sum(debits_posted_minor)::numeric::text as debits_posted, sum(credits_posted_minor)::numeric::text as credits_posted,
    sum(debits_pending_minor)::numeric::text as debits_pending, sum(credits_pending_minor)::numeric::text as credits_pending
from ledger.account
group by tenant_id, currency
order by tenant_id, currency
"""
_ACCOUNTS = """
with counted as (
    select
        account_id, count(*) as entries, min(version) as first, max(version) as last, sum(delta_minor) as total,
        sum(delta_minor) filter (where delta_minor > 0) as credits
    from ledger.entry
    group by account_id
)
select coalesce(a.id, c.account_id)
from ledger.account a
full join counted c on c.account_id = a.id
where a.id is null
    or a.version <> coalesce(c.entries, 0)
    or coalesce(c.first, 1) <> 1
    or coalesce(c.last, 0) <> a.version
    or coalesce(c.total, 0) <> a.credits_posted_minor - a.debits_posted_minor
    or coalesce(c.credits, 0) <> a.credits_posted_minor
order by 1
limit %s
"""
_ENTRIES = """
select e.account_id, e.version
from (
    select
        account_id, version, balance_after_minor, booked_at,
        sum(delta_minor) over (partition by account_id order by version) as recounted,
        lag(booked_at) over (partition by account_id order by version) as before
    from ledger.entry
) e
where e.balance_after_minor <> e.recounted or e.booked_at < e.before
order by e.account_id, e.version
limit %s
"""
_TRANSFERS = """
select coalesce(t.id, e.transfer_id)
from (select * from ledger.transfer where posted_minor > 0) t
full join (
    select
        transfer_id, coalesce(sum(delta_minor) filter (where delta_minor > 0), 0) as credits,
        coalesce(-sum(delta_minor) filter (where delta_minor < 0), 0) as debits
    from ledger.entry
    group by transfer_id
) e on e.transfer_id = t.id
where (e.credits, e.debits) is distinct from (t.posted_minor::numeric, t.posted_minor::numeric)
order by 1
limit %s
"""
HOLDS = """
select a.id
from ledger.account a
left join (
    select x.account_id, sum(x.debits) as debits, sum(x.credits) as credits
    from (
        select debit_account_id as account_id, amount_minor as debits, 0 as credits from ledger.transfer where status = 'held'
        union all
        select credit_account_id, 0, amount_minor from ledger.transfer where status = 'held'
    ) x
    group by x.account_id
) h on h.account_id = a.id
where a.debits_pending_minor <> coalesce(h.debits, 0) or a.credits_pending_minor <> coalesce(h.credits, 0)
order by a.id
limit %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One currency of one tenant."""

    tenant_id: str
    currency: str
    accounts: int
    debits_posted_minor: int
    credits_posted_minor: int
    debits_pending_minor: int
    credits_pending_minor: int

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits, posted and pending."""
        return (self.debits_posted_minor, self.debits_pending_minor) == (
            self.credits_posted_minor,
            self.credits_pending_minor,
        )


@dataclass(frozen=True, slots=True)
class _TotalRow:
    tenant_id: str
    currency: str
    accounts: int
    debits_posted: str
    credits_posted: str
    debits_pending: str
    credits_pending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What does not agree; all empty when the books are right. At most `limit` of each kind."""

    unbalanced: list[Total]
    accounts: list[uuid.UUID]
    entries: list[tuple[uuid.UUID, int]]
    transfers: list[uuid.UUID]
    holds: list[uuid.UUID]

    @property
    def none(self) -> bool:
        """Whether everything agrees."""
        return not (self.unbalanced or self.accounts or self.entries or self.transfers or self.holds)


def trial_balance(connection: Connection) -> list[Total]:
    """Return the totals by tenant and currency; one index-free pass over the accounts."""
    with connection.cursor(row_factory=class_row(_TotalRow)) as cursor:
        rows = cursor.execute(_TOTALS).fetchall()
    return [
        Total(
            tenant_id=row.tenant_id,
            currency=row.currency,
            accounts=row.accounts,
            debits_posted_minor=int(row.debits_posted),
            credits_posted_minor=int(row.credits_posted),
            debits_pending_minor=int(row.debits_pending),
            credits_pending_minor=int(row.credits_pending),
        )
        for row in rows
    ]


def differences(connection: Connection, *, limit: int = 20) -> Differences:
    """Recount every account, balance, version, transfer and hold from the entries. Reads everything: for audits."""
    return Differences(
        unbalanced=[total for total in trial_balance(connection) if not total.balanced][:limit],
        accounts=[row[0] for row in connection.execute(_ACCOUNTS, (limit,))],
        entries=[(row[0], row[1]) for row in connection.execute(_ENTRIES, (limit,))],
        transfers=[row[0] for row in connection.execute(_TRANSFERS, (limit,))],
        holds=[row[0] for row in connection.execute(HOLDS, (limit,))],
    )
