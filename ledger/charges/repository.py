"""The SQL of charges. Inside a tenant's transaction (`tenant_block`)."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from psycopg import Connection

from ledger.charges.charges import Charge, ChargeKind
from ledger.interest.accrual import Side

# The accounts' totals of what was charged, which interest goes on from, are locked in the order of everybody who does.
_INSERT = """
with made as (
    insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, due_at)
    select n.charge_id, n.tenant_id, n.account_id, n.kind, n.period, n.amount_minor, n.currency, n.value_day,
        ledger.at(n.due_at_ms)
    from unnest(
        %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::date[], %s::bigint[]
    ) as n (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, due_at_ms)
    on conflict do nothing
    returning account_id, kind, amount_minor
),
charged as (
    select account_id,
        coalesce(sum(amount_minor) filter (where kind = 'credit-interest'), 0) as credit_minor,
        coalesce(sum(amount_minor) filter (where kind = 'debit-interest'), 0) as debit_minor
    from made
    where kind in ('credit-interest', 'debit-interest')
    group by account_id
),
held as materialized (
    select s.account_id from bank.accrual_state s where s.account_id in (select account_id from charged)
    order by s.account_id
    for update
),
added as (
    update bank.accrual_state s
    set credit_charged_minor = s.credit_charged_minor + c.credit_minor,
        debit_charged_minor = s.debit_charged_minor + c.debit_minor
    from held h
    join charged c on c.account_id = h.account_id
    where s.account_id = h.account_id
)
select count(*) from made
"""
# All that has accrued and was charged, less what came after the day: nothing, but where the account is accrued past it already.
_OUTSTANDING = """
with page as (
    select s.account_id, k.kind, k.parts, k.charged_minor, s.through_day
    from (
        select * from bank.accrual_state
        where tenant_id = %(tenant_id)s and account_id > %(after)s and through_day >= %(day)s
        order by account_id limit %(limit)s
    ) s
    cross join lateral (values
        ('credit-interest', s.credit_parts, s.credit_charged_minor), ('debit-interest', s.debit_parts, s.debit_charged_minor)
    ) as k (kind, parts, charged_minor)
)
select p.account_id, b.currency, p.kind,
    p.parts - coalesce(r.parts, 0) - (p.charged_minor - coalesce(c.amount, 0)) * %(parts_per_minor)s
from page p
join bank.account b on b.account_id = p.account_id
left join lateral (
    select sum(a.parts) as parts from bank.accrual a
    where p.through_day > %(day)s and a.account_id = p.account_id and a.kind = p.kind and a.accrued_on > %(day)s
) r on true
left join lateral (
    select sum(c.amount_minor) as amount from bank.charge c
    where c.account_id = p.account_id and c.kind = p.kind and c.period >= to_char(%(day)s::date, 'YYYY-MM')
        and c.value_day > %(day)s
) c on true
order by p.account_id
"""
_MONTHLY = """
select b.account_id, b.currency, p.monthly_fee_minor
from bank.account b
join bank.product p on p.tenant_id = b.tenant_id and p.code = b.product and p.currency = b.currency
where b.tenant_id = %(tenant_id)s and b.account_id > %(after)s and b.status <> 'closed'
    and p.monthly_fee_minor > 0 and b.opened_at < ledger.at(%(ends_ms)s)
order by b.account_id
limit %(limit)s
"""
_DUE = """
select charge_id, account_id, kind, amount_minor, currency, value_day, attempts
from bank.charge
where tenant_id = %(tenant_id)s and status = 'due' and charge_id > %(after)s and (attempts = 0 or not %(untried)s)
order by charge_id
limit %(limit)s
for update skip locked
"""
_POSTED = """
update bank.charge c
set status = 'posted', transfer_id = n.transfer_id, settled_at = ledger.at(%(now_ms)s), problem = null
from unnest(%(ids)s::uuid[], %(transfers)s::uuid[]) as n (charge_id, transfer_id)
where c.charge_id = n.charge_id
"""
_REFUSED = """
update bank.charge c
set attempts = c.attempts + 1, problem = n.problem
from unnest(%(ids)s::uuid[], %(problems)s::text[]) as n (charge_id, problem)
where c.charge_id = n.charge_id
"""


class NewCharge(NamedTuple):
    """A row of bank.charge."""

    charge_id: uuid.UUID
    tenant_id: str
    account_id: uuid.UUID
    kind: str
    period: str
    amount_minor: int
    currency: str
    value_day: date
    due_at_ms: int


class Outstanding(NamedTuple):
    """What has accrued on one side of an account and is not charged, in parts."""

    account_id: uuid.UUID
    currency: str
    side: Side
    parts: int


def insert(connection: Connection, charges: Sequence[NewCharge]) -> int:
    """Make charges; one that is there stays as it is. Returns how many were made."""
    if not charges:
        return 0
    row = connection.execute(_INSERT, [list(column) for column in zip(*charges, strict=True)]).fetchone()
    return int(row[0]) if row else 0


def outstanding(
    connection: Connection, *, tenant_id: str, day: date, after: uuid.UUID, limit: int, parts_per_minor: int
) -> list[Outstanding]:
    """Return what had accrued by `day` and was not charged before it, of the next `limit` accounts."""
    bound = {"tenant_id": tenant_id, "day": day, "after": after, "limit": limit, "parts_per_minor": parts_per_minor}
    return [
        Outstanding(account_id, currency, Side(kind), int(parts))
        for account_id, currency, kind, parts in connection.execute(_OUTSTANDING, bound)
    ]


def monthly_fees(
    connection: Connection, *, tenant_id: str, ends_ms: int, after: uuid.UUID, limit: int
) -> list[tuple[uuid.UUID, str, int]]:
    """Return the next open accounts that were there before `ends_ms` and pay a fee a month: account, currency, fee."""
    bound = {"tenant_id": tenant_id, "ends_ms": ends_ms, "after": after, "limit": limit}
    return [(row[0], row[1], row[2]) for row in connection.execute(_MONTHLY, bound)]


def lock_due(connection: Connection, *, tenant_id: str, untried: bool, after: uuid.UUID, limit: int) -> list[Charge]:
    """Return the next charges that are due (`untried`: that were never refused), locked; what another holds is passed over."""
    rows = connection.execute(_DUE, {"tenant_id": tenant_id, "untried": untried, "after": after, "limit": limit})
    return [Charge(row[0], row[1], ChargeKind(row[2]), *row[3:]) for row in rows]


def mark_posted(connection: Connection, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now_ms: int) -> None:
    """Say by which transfer each charge was posted."""
    connection.execute(
        _POSTED, {"ids": [pair[0] for pair in pairs], "transfers": [pair[1] for pair in pairs], "now_ms": now_ms}
    )


def mark_refused(connection: Connection, problems: Sequence[tuple[uuid.UUID, str]]) -> None:
    """Say why the ledger refused each charge; it stays due, and its next attempt has an id of its own."""
    connection.execute(_REFUSED, {"ids": [pair[0] for pair in problems], "problems": [pair[1] for pair in problems]})
