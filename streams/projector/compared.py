"""The SQL of the comparison: read as `audit` on both sides."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from streams.projector.stored_repository import Stored

EntryKey = tuple[uuid.UUID, int]
# Transfer, signed amount, balance after it.
Said = tuple[uuid.UUID, int, int]

_VERSIONS = "select id, version from ledger.account where version > 0"
_CUSTOMER_ACCOUNTS = "select id from ledger.account where version > 0 and code is null"
_ENTRIES = """
select e.account_id, e.version, e.transfer_id, e.delta_minor, e.balance_after_minor
from unnest(%b::uuid[], %b::bigint[]) as asked (account_id, version)
join ledger.entry e on e.account_id = asked.account_id and e.version = asked.version
"""
_BALANCES = """
select b.account_id, b.sequence, b.balance_minor
from read_model.balance b join read_model.serving s on s.generation = b.generation
order by b.account_id
"""
_MOVEMENTS = """
select m.account_id, m.sequence, m.transfer_id, m.amount_minor, m.balance_after_minor
from read_model.movement m
where m.generation = (select generation from read_model.serving) and (m.account_id, m.sequence) > (%s, %s)
order by m.account_id, m.sequence limit %s
"""
_CATEGORISED = """
select m.tenant_id, m.account_id, m.sequence, m.transfer_id, m.counterparty_account_id, m.amount_minor, m.purpose, m.channel,
    m.mcc, m.decided, m.counterparty_kind, m.counterparty_id, m.description, m.category, m.category_by,
    p.generation, p.category_model, p.category_model_before,
    coalesce((m.account_id, m.sequence) > (p.swept_account, p.swept_sequence), false)
from read_model.movement m join read_model.position p on p.generation = m.generation
where m.generation = (select generation from read_model.serving)
"""
_NEXT = _CATEGORISED + "and (m.account_id, m.sequence) > (%s, %s) order by m.account_id, m.sequence limit %s"
_AGAIN = _CATEGORISED + "and (m.account_id, m.sequence) in (select * from unnest(%s::uuid[], %s::bigint[]))"
_WRONG_SPENDING = """
with summed as (
    select
        m.account_id, date_trunc('month', m.booked_at at time zone 'America/Sao_Paulo')::date as month, m.category,
        coalesce(sum(-m.amount_minor) filter (where m.amount_minor < 0), 0) as spent,
        coalesce(sum(m.amount_minor) filter (where m.amount_minor > 0), 0) as received, count(*) as movements
    from read_model.movement m where m.generation = (select generation from read_model.serving)
    group by 1, 2, 3
),
kept as (
    select s.account_id, s.month, s.category, s.spent_minor as spent, s.received_minor as received,
        s.spent_count + s.received_count as movements
    from read_model.spending s
    where s.generation = (select generation from read_model.serving) and s.spent_count + s.received_count <> 0
)
select coalesce(a.account_id, b.account_id), coalesce(a.month, b.month), coalesce(a.category, b.category)
from summed a full join kept b on b.account_id = a.account_id and b.month = a.month and b.category = a.category
where (a.spent, a.received, a.movements) is distinct from (b.spent, b.received, b.movements)
limit 1
"""


def versions(core: psycopg.Connection) -> dict[uuid.UUID, int]:
    """Return how many entries each account of the ledger has."""
    return dict(core.execute(_VERSIONS).fetchall())


def customer_accounts(core: psycopg.Connection) -> set[uuid.UUID]:
    """Return the accounts whose movements the read model keeps: all but the bank's own."""
    return {account_id for (account_id,) in core.execute(_CUSTOMER_ACCOUNTS).fetchall()}


def entries(core: psycopg.Connection, asked: Sequence[EntryKey]) -> dict[EntryKey, Said]:
    """Return what the ledger says of entries; those that there are none of are absent."""
    rows = core.execute(_ENTRIES, ([account for account, _ in asked], [version for _, version in asked])).fetchall()
    return {(account_id, version): (transfer_id, delta, balance) for account_id, version, transfer_id, delta, balance in rows}


def balances(warehouse: psycopg.Connection) -> list[tuple[uuid.UUID, int, int]]:
    """Return every account's sequence and balance in the read model."""
    return warehouse.execute(_BALANCES).fetchall()


def movements(
    warehouse: psycopg.Connection, *, after: EntryKey, limit: int
) -> list[tuple[uuid.UUID, int, uuid.UUID, int, int]]:
    """Return the next movements of the read model, by account and sequence."""
    return warehouse.execute(_MOVEMENTS, (*after, limit)).fetchall()


@dataclass(frozen=True, slots=True)
class Categorised:
    """A movement, and by which model it is decided.

    While `waits`, the one before may have decided it; None: nobody knows which that was.
    """

    stored: Stored
    generation: int
    model: int
    before: int | None
    waits: bool


def categorised(warehouse: psycopg.Connection, *, after: EntryKey, limit: int) -> list[Categorised]:
    """Return the next movements of the read model, by account and sequence."""
    return [_categorised(row) for row in warehouse.execute(_NEXT, (*after, limit)).fetchall()]


def categorised_again(warehouse: psycopg.Connection, places: Sequence[EntryKey]) -> list[Categorised]:
    """Return movements as they are now."""
    rows = warehouse.execute(_AGAIN, ([account for account, _ in places], [sequence for _, sequence in places])).fetchall()
    return [_categorised(row) for row in rows]


def _categorised(row: tuple[Any, ...]) -> Categorised:
    return Categorised(Stored(*row[:-4]), *row[-4:])


def wrong_spending(warehouse: psycopg.Connection) -> tuple[uuid.UUID, datetime.date, str] | None:
    """Return an account, month and category whose spending is not the sum of its movements."""
    return warehouse.execute(_WRONG_SPENDING).fetchone()
