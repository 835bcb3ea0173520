"""The SQL of history: the read model in the warehouse, and holders' own words in the core; both under the reader's tenant."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

Row = dict[str, object]

_COLUMNS = (
    "m.sequence, m.transfer_id, m.amount_minor, m.balance_after_minor, m.currency, m.purpose, m.channel, m.category, "
    "m.category_by, m.description, m.note, m.counterparty_account_id, m.counterparty_kind, m.counterparty_name, m.value_at, "
    "m.booked_at"
)
_SERVING = "(select generation from read_model.serving)"
_OWN = f"m.generation = {_SERVING} and m.tenant_id = %(tenant_id)s and m.account_id = %(account_id)s"
# Booking times never go back within an account: a period is a range of sequences, found by two index reads.
_BEFORE = (
    f"coalesce((select e.sequence from read_model.movement e where e.generation = {_SERVING} "
    "and e.account_id = %(account_id)s and e.booked_at < "
)
_NEWEST = " order by e.booked_at desc, e.sequence desc limit 1), 0)"
# Each filter with its condition.
_CONDITIONS = {
    "words": "m.words @@ to_tsquery('portuguese', %(words)s)",
    "way_in": "m.amount_minor > 0",
    "way_out": "m.amount_minor < 0",
    "at_least_minor": "abs(m.amount_minor) >= %(at_least_minor)s",
    "at_most_minor": "abs(m.amount_minor) <= %(at_most_minor)s",
    "counterparty_account_id": "m.counterparty_account_id = %(counterparty_account_id)s",
    "category": "m.category = %(category)s",
    "channel": "m.channel = %(channel)s",
    "start": "m.sequence > " + _BEFORE + "%(start)s" + _NEWEST,
    "past": "m.sequence <= " + _BEFORE + "%(past)s" + _NEWEST,
    "before": "m.sequence < %(before)s",
}
_AS_OF = "select p.as_of from read_model.position p join read_model.serving s on s.generation = p.generation"
_SPENDING = """
select s.month, s.category, s.currency, s.spent_minor, s.spent_count, s.received_minor, s.received_count
from read_model.spending s join read_model.serving v on v.generation = s.generation
where s.tenant_id = %s and s.account_id = %s and s.month >= %s and s.month < %s and s.spent_count + s.received_count > 0
order by s.month, s.category
"""
_MOVED = """
select true from ledger.transfer t
where t.tenant_id = %(tenant_id)s and t.id = %(transfer_id)s and t.status = 'posted'
    and %(account_id)s in (t.debit_account_id, t.credit_account_id)
"""
_PUT = """
insert into bank.transaction_mark as m (tenant_id, account_id, transfer_id, category, note)
values (%(tenant_id)s, %(account_id)s, %(transfer_id)s, %(category)s, %(note)s)
on conflict (tenant_id, account_id, transfer_id)
do update set category = excluded.category, note = excluded.note, marked_at = clock_timestamp()
where (m.category, m.note) is distinct from (excluded.category, excluded.note)
"""


async def movements(
    connection: AsyncConnection, *, tenant_id: str, account_id: UUID, filters: Mapping[str, object | None], limit: int
) -> list[Row]:
    """Return the account's movements that pass `filters` (by the names of `_CONDITIONS`), newest first."""
    asked = {name: value for name, value in filters.items() if value is not None}
    conditions = " and ".join([_OWN, *(_CONDITIONS[name] for name in asked)])
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {_COLUMNS} from read_model.movement m where {conditions} order by m.sequence desc limit %(limit)s",
            asked | {"tenant_id": tenant_id, "account_id": account_id, "limit": limit},
        )
        return await cursor.fetchall()


async def as_of(connection: AsyncConnection) -> datetime | None:
    """Return the moment up to which the read model has everything; None before it has begun."""
    row = await (await connection.execute(_AS_OF)).fetchone()
    return row[0] if row else None


async def spending(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, first: date, past: date) -> list[Row]:
    """Return a row a category of each month that begins in [first, past)."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SPENDING, (tenant_id, account_id, first, past))
        return await cursor.fetchall()


async def has_moved(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, transfer_id: UUID) -> bool:
    """Whether the transfer moved money of the account."""
    cursor = await connection.execute(_MOVED, {"tenant_id": tenant_id, "account_id": account_id, "transfer_id": transfer_id})
    return await cursor.fetchone() is not None


async def find_mark(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, transfer_id: UUID) -> Row | None:
    """Return what the holder calls a movement, kept from changing until the transaction ends; None where they said nothing."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select category, note from bank.transaction_mark "
            "where tenant_id = %s and account_id = %s and transfer_id = %s for update",
            (tenant_id, account_id, transfer_id),
        )
        return await cursor.fetchone()


async def put_mark(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, transfer_id: UUID, mark: Row) -> None:
    """Keep what the holder calls a movement; a mark that says nothing goes."""
    named = {"tenant_id": tenant_id, "account_id": account_id, "transfer_id": transfer_id}
    if mark["category"] is None and mark["note"] is None:
        await connection.execute(
            "delete from bank.transaction_mark where tenant_id = %(tenant_id)s and account_id = %(account_id)s "
            "and transfer_id = %(transfer_id)s",
            named,
        )
        return
    await connection.execute(_PUT, named | mark)
