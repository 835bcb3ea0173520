"""The SQL of charges. Inside a tenant's transaction (`tenant_block`)."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from psycopg import Connection

from ledger.charges.charges import Charge, ChargeKind

_INSERT = """
insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, due_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, ledger.at(%s))
on conflict do nothing
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


def insert(connection: Connection, charges: Sequence[NewCharge]) -> int:
    """Make charges; one that is there stays as it is. Returns how many were made."""
    if not charges:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, charges)
        return cursor.rowcount


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
