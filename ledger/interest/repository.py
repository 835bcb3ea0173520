"""The SQL of interest: terms by day, balances by value date, accruals. Inside a tenant's transaction (`tenant_block`)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from ledger.interest.accrual import DayCount, Side, Terms

_KEEP_TERMS = """
insert into bank.accrual_terms (tenant_id, product, currency, day, credit_rate_ppm, debit_rate_ppm, day_count)
select p.tenant_id, p.code, p.currency, d.day::date, p.credit_rate_ppm, p.debit_rate_ppm, p.day_count
from bank.product p
left join (
    select product, currency, max(day) as last from bank.accrual_terms where tenant_id = %(tenant_id)s
    group by product, currency
) k on k.product = p.code and k.currency = p.currency
cross join lateral generate_series(
    coalesce(k.last + 1, %(day)s::date)::timestamp, %(day)s::date::timestamp, interval '1 day'
) as d (day)
where p.tenant_id = %(tenant_id)s and (p.credit_rate_ppm > 0 or p.debit_rate_ppm > 0 or k.last is not null)
on conflict do nothing
"""
_ACCOUNTS = """
select b.account_id
from bank.account b
where b.tenant_id = %(tenant_id)s and b.account_id > %(after)s
    and (
        exists (select from bank.accrual_terms t
            where t.tenant_id = b.tenant_id and t.product = b.product and t.currency = b.currency)
        or exists (select from bank.accrual_state s where s.account_id = b.account_id)
    )
order by b.account_id
limit %(limit)s
"""
_BEGIN = """
insert into bank.accrual_state (account_id, tenant_id, product, since_day, through_day)
select b.account_id, b.tenant_id, b.product, s.day, s.day - 1
from bank.account b
cross join lateral (
    select greatest((b.opened_at at time zone %(zone)s)::date, min(t.day)) as day from bank.accrual_terms t
    where t.tenant_id = b.tenant_id and t.product = b.product and t.currency = b.currency
) s
where b.tenant_id = %(tenant_id)s and b.account_id = any(%(accounts)s) and s.day <= %(day)s
on conflict (account_id) do nothing
"""
_STATES = """
select s.account_id, b.currency, b.product, s.through_day, s.through_version,
    case when s.product = b.product then s.since_day else s.through_day + 1 end as since_day
from bank.accrual_state s
join bank.account b on b.account_id = s.account_id
where s.tenant_id = %(tenant_id)s and s.account_id = any(%(accounts)s) and s.through_day < %(day)s
order by s.account_id
for update of s
"""
_NEWS = """
select
    a.account_id, coalesce(t.version, 0) as top, coalesce(o.balance_after_minor, 0) as base_minor,
    min((n.value_at at time zone %(zone)s)::date) as earliest,
    min(n.version) filter (where (n.value_at at time zone %(zone)s)::date > %(day)s) as first_ahead
from unnest(%(accounts)s::uuid[], %(versions)s::bigint[]) as a (account_id, version)
left join lateral (
    select e.version from ledger.entry e where e.account_id = a.account_id and e.booked_at < ledger.at(%(cut_ms)s)
    order by e.booked_at desc, e.version desc limit 1
) t on true
left join ledger.entry o on o.account_id = a.account_id and o.version = a.version
left join ledger.entry n on n.account_id = a.account_id and n.version > a.version and n.version <= t.version
group by a.account_id, t.version, o.balance_after_minor
"""
_SUMS = """
select a.account_id, greatest((e.value_at at time zone %(zone)s)::date, a.first_day - 1) as day, sum(e.delta_minor)::bigint
from unnest(%(accounts)s::uuid[], %(versions)s::bigint[], %(tops)s::bigint[], %(first_days)s::date[])
    as a (account_id, version, top, first_day)
join ledger.entry e on e.account_id = a.account_id and e.version > a.version and e.version <= a.top
where (e.value_at at time zone %(zone)s)::date <= %(day)s
group by 1, 2
"""
_ACCRUED = """
select a.account_id, r.kind, greatest(r.day, a.first_day - 1), sum(r.parts)::text
from unnest(%(accounts)s::uuid[], %(first_days)s::date[]) as a (account_id, first_day)
join bank.accrual r on r.account_id = a.account_id
group by 1, 2, 3
"""
_CHARGED = """
select a.account_id, c.kind, greatest(c.value_day, a.first_day - 1), sum(c.amount_minor)::bigint
from unnest(%(accounts)s::uuid[], %(first_days)s::date[]) as a (account_id, first_day)
join bank.charge c on c.account_id = a.account_id
where c.kind = any(%(kinds)s)
group by 1, 2, 3
"""
_TERMS = """
select product, currency, day, credit_rate_ppm, debit_rate_ppm, day_count
from bank.accrual_terms where tenant_id = %s and day between %s and %s
"""
_INSERT = """
insert into bank.accrual (tenant_id, account_id, kind, day, accrued_on, balance_minor, parts)
values (%s, %s, %s, %s, %s, %s, %s)
"""
_MOVE_ON = """
update bank.accrual_state s
set through_day = %(day)s, through_version = n.version, product = n.product, since_day = n.since_day
from unnest(%(accounts)s::uuid[], %(versions)s::bigint[], %(products)s::text[], %(since_days)s::date[])
    as n (account_id, version, product, since_day)
where s.account_id = n.account_id
"""
_OUTSTANDING = """
with page as (
    select s.account_id from bank.accrual_state s
    where s.tenant_id = %(tenant_id)s and s.account_id > %(after)s and s.through_day >= %(day)s
    order by s.account_id limit %(limit)s
)
select p.account_id, b.currency, r.kind, (r.parts - coalesce(c.amount, 0) * %(parts_per_minor)s)::text
from page p
join bank.account b on b.account_id = p.account_id
left join lateral (
    select a.kind, sum(a.parts) as parts from bank.accrual a
    where a.account_id = p.account_id and a.accrued_on <= %(day)s group by a.kind
) r on true
left join lateral (
    select sum(c.amount_minor) as amount from bank.charge c
    where c.account_id = p.account_id and c.kind = r.kind and c.value_day <= %(day)s
) c on true
order by p.account_id
"""

DayAmounts = dict[tuple[uuid.UUID, Side], dict[date, int]]


@dataclass(frozen=True, slots=True)
class State:
    """How far an account is accrued, locked. `since_day` is the first day that may still be recomputed."""

    account_id: uuid.UUID
    currency: str
    product: str
    through_day: date
    through_version: int
    since_day: date


@dataclass(frozen=True, slots=True)
class News:
    """What was booked after a state's last entry: up to which version, and the earliest value date."""

    account_id: uuid.UUID
    top: int
    base_minor: int
    earliest: date | None
    first_ahead: int | None


class Window(NamedTuple):
    """The days of one account that are computed, and the entries that tell its balances by value date."""

    account_id: uuid.UUID
    first_day: date
    version: int
    top: int


class NewRow(NamedTuple):
    """A row of bank.accrual."""

    tenant_id: str
    account_id: uuid.UUID
    kind: str
    day: date
    accrued_on: date
    balance_minor: int
    parts: int


class Outstanding(NamedTuple):
    """What has accrued on an account and is not charged, in parts; no side where nothing ever accrued."""

    account_id: uuid.UUID
    currency: str
    side: Side | None
    parts: int


def keep_terms(connection: Connection, *, tenant_id: str, day: date) -> None:
    """Keep what each product pays and asks on `day`, and on the days since the last that is kept."""
    connection.execute(_KEEP_TERMS, {"tenant_id": tenant_id, "day": day})


def accounts_after(connection: Connection, *, tenant_id: str, after: uuid.UUID, limit: int) -> list[uuid.UUID]:
    """Return the next accounts, by id, whose product has terms, or that accrued under one that had."""
    rows = connection.execute(_ACCOUNTS, {"tenant_id": tenant_id, "after": after, "limit": limit})
    return [row[0] for row in rows]


def lock_states(connection: Connection, *, tenant_id: str, accounts: Sequence[uuid.UUID], day: date, zone: str) -> list[State]:
    """Return the accounts' states that have not come to `day`, locked; an account that has none begins."""
    bound = {"tenant_id": tenant_id, "accounts": list(accounts), "day": day, "zone": zone}
    connection.execute(_BEGIN, bound)
    with connection.cursor(row_factory=class_row(State)) as cursor:
        return cursor.execute(_STATES, bound).fetchall()


def news(connection: Connection, states: Sequence[State], *, day: date, cut_ms: int, zone: str) -> dict[uuid.UUID, News]:
    """Say for each account what was booked before `cut_ms` and not read yet."""
    bound = {
        "accounts": [state.account_id for state in states],
        "versions": [state.through_version for state in states],
        "day": day,
        "cut_ms": cut_ms,
        "zone": zone,
    }
    with connection.cursor(row_factory=class_row(News)) as cursor:
        return {row.account_id: row for row in cursor.execute(_NEWS, bound)}


def sums_by_value_day(
    connection: Connection, windows: Sequence[Window], *, day: date, zone: str
) -> dict[uuid.UUID, dict[date, int]]:
    """Sum each account's entries by value date up to `day`; what lies before the window stands on the day before it."""
    bound = {
        "accounts": [window.account_id for window in windows],
        "versions": [window.version for window in windows],
        "tops": [window.top for window in windows],
        "first_days": [window.first_day for window in windows],
        "day": day,
        "zone": zone,
    }
    sums: dict[uuid.UUID, dict[date, int]] = {}
    for account_id, value_day, total in connection.execute(_SUMS, bound):
        sums.setdefault(account_id, {})[value_day] = total
    return sums


def accrued(connection: Connection, windows: Sequence[Window]) -> DayAmounts:
    """Sum the parts that are accrued already, by day; what lies before the window stands on the day before it."""
    bound = {
        "accounts": [window.account_id for window in windows],
        "first_days": [window.first_day for window in windows],
    }
    found: DayAmounts = {}
    for account_id, kind, day, parts in connection.execute(_ACCRUED, bound):
        found.setdefault((account_id, Side(kind)), {})[day] = int(parts)
    return found


def charged(connection: Connection, windows: Sequence[Window]) -> DayAmounts:
    """Sum what was charged, in minor units, by value date; what lies before the window stands on the day before it."""
    bound = {
        "accounts": [window.account_id for window in windows],
        "first_days": [window.first_day for window in windows],
        "kinds": [side.value for side in Side],
    }
    found: DayAmounts = {}
    for account_id, kind, day, amount_minor in connection.execute(_CHARGED, bound):
        found.setdefault((account_id, Side(kind)), {})[day] = amount_minor
    return found


def terms_between(connection: Connection, *, tenant_id: str, first: date, last: date) -> Mapping[tuple[str, str, date], Terms]:
    """Return the kept terms by (product, currency, day)."""
    return {
        (product, currency, day): Terms(credit_ppm, debit_ppm, DayCount(day_count))
        for product, currency, day, credit_ppm, debit_ppm, day_count in connection.execute(_TERMS, (tenant_id, first, last))
    }


def insert_accruals(connection: Connection, rows: Sequence[NewRow]) -> None:
    """Write new rows; one that is there already is a defect and raises psycopg's UniqueViolation."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)


def move_on(connection: Connection, moved: Sequence[tuple[State, int]], *, day: date) -> None:
    """Say that the accounts are accrued through `day`, and up to which version nothing has to be read again."""
    connection.execute(
        _MOVE_ON,
        {
            "day": day,
            "accounts": [state.account_id for state, _ in moved],
            "versions": [version for _, version in moved],
            "products": [state.product for state, _ in moved],
            "since_days": [state.since_day for state, _ in moved],
        },
    )


def outstanding(
    connection: Connection, *, tenant_id: str, day: date, after: uuid.UUID, limit: int, parts_per_minor: int
) -> list[Outstanding]:
    """Return what had accrued by `day` and was not charged before it, of the next `limit` accounts."""
    bound = {"tenant_id": tenant_id, "day": day, "after": after, "limit": limit, "parts_per_minor": parts_per_minor}
    return [
        Outstanding(account_id, currency, Side(kind) if kind else None, int(parts or 0))
        for account_id, currency, kind, parts in connection.execute(_OUTSTANDING, bound)
    ]
