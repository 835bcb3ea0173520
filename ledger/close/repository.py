"""The SQL of the close. All but the cut and the tenants run inside a tenant's transaction (`tenant_block`)."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import msgspec
from psycopg import Connection

from ledger.chart import line_of
from ledger.close.balances import Line, gathered, in_transit_lines, sums

_CUT = "select ledger.cut_bookings(%s, %s, %s, %s)"
_LINES = """
select
    a.code, b.product, a.currency, count(*), coalesce(sum(o.balance_after_minor), 0)::text,
    coalesce(sum(m.debits), 0)::text, coalesce(sum(m.credits), 0)::text,
    coalesce(sum(coalesce(o.version, 0) + m.entries), 0)::bigint
from ledger.account a
left join bank.account b on b.account_id = a.id
left join lateral (
    select e.balance_after_minor, e.version from ledger.entry e
    where e.account_id = a.id and e.booked_at < ledger.at(%(from_ms)s)
    order by e.booked_at desc, e.version desc limit 1
) o on true
cross join lateral (
    select
        coalesce(-sum(e.delta_minor) filter (where e.delta_minor < 0), 0) as debits,
        coalesce(sum(e.delta_minor) filter (where e.delta_minor > 0), 0) as credits, count(*) as entries
    from ledger.entry e
    where e.account_id = a.id and e.booked_at >= ledger.at(%(from_ms)s) and e.booked_at < ledger.at(%(to_ms)s)
) m
where a.tenant_id = %(tenant_id)s
group by a.code, b.product, a.currency
"""
# An entry is booked no earlier than its transfer: what was booked since the moment, of a transfer from before it, and the other
# half of those that was booked before it too. Neither reads what lies further back.
_IN_TRANSIT = """
with late as materialized (
    select
        a.currency, t.id, t.booked_at, e.delta_minor,
        case when e.account_id = t.debit_account_id then t.credit_account_id else t.debit_account_id end as other_id
    from ledger.account a
    join ledger.entry e on e.account_id = a.id and e.booked_at >= ledger.at(%(at_ms)s)
    join ledger.transfer t on t.id = e.transfer_id and t.booked_at < ledger.at(%(at_ms)s)
    where a.tenant_id = %(tenant_id)s
),
span as materialized (select other_id, min(booked_at) as from_at from late group by other_id)
select late.currency, sum(late.delta_minor)::bigint
from span
join ledger.entry early on early.account_id = span.other_id and early.booked_at >= span.from_at
    and early.booked_at < ledger.at(%(at_ms)s)
join late on late.id = early.transfer_id and late.other_id = early.account_id
group by late.currency
"""
_FIND = "select entries, totals, suspense, finished_at is not null from ledger.day_close where tenant_id = %s and day = %s"
_NEWEST = "select day, finished_at is not null from ledger.day_close where tenant_id = %s order by day desc limit 1"
_DAYS = "select day, totals from ledger.day_close where tenant_id = %s and day >= %s and day <= %s order by day"
_INSERT = """
insert into ledger.day_close (tenant_id, day, ends_at, entries, totals, suspense, closed_at)
values (%s, %s, ledger.at(%s), %s, %s::jsonb, %s::jsonb, ledger.at(%s))
on conflict do nothing
"""
_FINISH = """
update ledger.day_close set finished_at = ledger.at(%s) where tenant_id = %s and day = %s and finished_at is null
"""
_TENANTS = "select tenant_id from ledger.account group by tenant_id order by tenant_id"

_lines = msgspec.json.Decoder(list[Line]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day as it was closed; `finished` when what fell due with it was done as this was read."""

    day: date
    entries: int
    lines: list[Line]
    suspense: list[Line]
    finished: bool = field(default=False, compare=False)


class Newest(NamedTuple):
    """The newest day that is closed, and whether what fell due with it is done."""

    day: date
    finished: bool


def tenants(connection: Connection) -> list[str]:
    """Return every tenant with an account; as `audit`."""
    return [row[0] for row in connection.execute(_TENANTS)]


def cut(connection: Connection, *, tenant_id: str, end_ms: int, after: uuid.UUID, limit: int) -> uuid.UUID | None:
    """Have the next `limit` accounts booked at or after `end_ms` from now on; return the last one, None when none was left."""
    row = connection.execute(_CUT, (tenant_id, end_ms, after, limit)).fetchone()
    return row[0] if row else None


def trial_lines(connection: Connection, *, tenant_id: str, from_ms: int, to_ms: int) -> tuple[list[Line], int]:
    """Return the trial balance over [from, to) by booked time, and how many entries were booked before `to`.

    The accounts of a transfer may have been booked on two days: half of it is then in transit at the end of the first.
    """
    rows = connection.execute(_LINES, {"tenant_id": tenant_id, "from_ms": from_ms, "to_ms": to_ms}).fetchall()
    lines = [
        Line(line_of(code=code, product=product), currency, accounts, int(opening), int(debits), int(credits))
        for code, product, currency, accounts, opening, debits, credits, _ in rows
    ]
    lines = gathered(lines)
    if any(total for totals in sums(lines) for total in totals.values()):
        opening = _in_transit(connection, tenant_id=tenant_id, at_ms=from_ms)
        closing = _in_transit(connection, tenant_id=tenant_id, at_ms=to_ms)
        lines = sorted([*lines, *in_transit_lines(opening, closing)])
    return lines, sum(row[-1] for row in rows)


def find(connection: Connection, *, tenant_id: str, day: date) -> ClosedDay | None:
    """Return a closed day."""
    row = connection.execute(_FIND, (tenant_id, day)).fetchone()
    return None if row is None else ClosedDay(day, row[0], _decoded(row[1]), _decoded(row[2]), row[3])


def newest(connection: Connection, *, tenant_id: str) -> Newest | None:
    """Return the newest day that is closed."""
    row = connection.execute(_NEWEST, (tenant_id,)).fetchone()
    return Newest(*row) if row else None


def closings(connection: Connection, *, tenant_id: str, first: date, last: date) -> dict[date, list[Line]]:
    """Return the lines of each closed day of a period, both ends included."""
    return {day: _decoded(totals) for day, totals in connection.execute(_DAYS, (tenant_id, first, last))}


def insert(connection: Connection, closed: ClosedDay, *, tenant_id: str, end_ms: int, now_ms: int) -> None:
    """Close the day, unless it is closed."""
    totals, suspense = _encode(closed.lines).decode(), _encode(closed.suspense).decode()
    connection.execute(_INSERT, (tenant_id, closed.day, end_ms, closed.entries, totals, suspense, now_ms))


def finish(connection: Connection, *, tenant_id: str, day: date, now_ms: int) -> None:
    """Say that all that fell due with the closed day is done."""
    connection.execute(_FINISH, (now_ms, tenant_id, day))


def _in_transit(connection: Connection, *, tenant_id: str, at_ms: int) -> dict[str, int]:
    """Sum, by currency, the later halves of the transfers that a moment parts. Reads what was booked since that moment."""
    return dict(connection.execute(_IN_TRANSIT, {"tenant_id": tenant_id, "at_ms": at_ms}).fetchall())


def _decoded(stored: object) -> list[Line]:
    return _lines(_encode(stored))
