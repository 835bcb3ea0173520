"""The SQL of interest: terms by day, balances by value date, accruals. Inside a tenant's transaction (`tenant_block`)."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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
    case when s.product = b.product then s.since_day else s.through_day + 1 end as since_day,
    s.credit_parts, s.debit_parts, s.credit_charged_minor, s.debit_charged_minor
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
select a.account_id, r.kind, r.day, sum(r.parts)
from unnest(%(accounts)s::uuid[], %(first_days)s::date[]) as a (account_id, first_day)
cross join unnest(%(kinds)s::text[]) as k (kind)
join bank.accrual r on r.account_id = a.account_id and r.kind = k.kind and r.day >= a.first_day
group by 1, 2, 3
"""
# What is charged has value on the day after the last of its period at the latest: no earlier period leads to a later day.
_CHARGED = """
select a.account_id, c.kind, c.value_day, sum(c.amount_minor)::bigint
from unnest(%(accounts)s::uuid[], %(first_days)s::date[]) as a (account_id, first_day)
cross join unnest(%(kinds)s::text[]) as k (kind)
join bank.charge c on c.account_id = a.account_id and c.kind = k.kind
    and c.period >= to_char(a.first_day - 1, 'YYYY-MM') and c.value_day >= a.first_day
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
set through_day = %(day)s, through_version = n.version, product = n.product, since_day = n.since_day,
    credit_parts = s.credit_parts + n.credit_parts, debit_parts = s.debit_parts + n.debit_parts
from unnest(
    %(accounts)s::uuid[], %(versions)s::bigint[], %(products)s::text[], %(since_days)s::date[], %(credit_parts)s::numeric[],
    %(debit_parts)s::numeric[]
) as n (account_id, version, product, since_day, credit_parts, debit_parts)
where s.account_id = n.account_id
"""
DayAmounts = dict[tuple[uuid.UUID, Side], dict[date, int]]


@dataclass(frozen=True, slots=True)
class State:
    """How far an account is accrued, locked. `since_day` is the first day that may still be recomputed.

    What has accrued and was charged in all stands beside it, by side.
    """

    account_id: uuid.UUID
    currency: str
    product: str
    through_day: date
    through_version: int
    since_day: date
    credit_parts: Decimal
    debit_parts: Decimal
    credit_charged_minor: int
    debit_charged_minor: int

    def accrued_parts(self, side: Side) -> int:
        """Return what has accrued on one side."""
        return int(self.credit_parts if side is Side.CREDIT else self.debit_parts)

    def charged_minor(self, side: Side) -> int:
        """Return what was charged of one side."""
        return self.credit_charged_minor if side is Side.CREDIT else self.debit_charged_minor


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
    """Sum the parts that are accrued already for the days of each window, by day."""
    found: DayAmounts = {}
    for account_id, kind, day, parts in connection.execute(_ACCRUED, _bound(windows)):
        found.setdefault((account_id, Side(kind)), {})[day] = int(parts)
    return found


def charged(connection: Connection, windows: Sequence[Window]) -> DayAmounts:
    """Sum what was charged with value on a day of each window or later, in minor units, by that day."""
    found: DayAmounts = {}
    for account_id, kind, day, amount_minor in connection.execute(_CHARGED, _bound(windows)):
        found.setdefault((account_id, Side(kind)), {})[day] = amount_minor
    return found


def _bound(windows: Sequence[Window]) -> dict[str, object]:
    return {
        "accounts": [window.account_id for window in windows],
        "first_days": [window.first_day for window in windows],
        "kinds": [side.value for side in Side],
    }


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


def move_on(connection: Connection, moved: Sequence[tuple[State, int]], *, rows: Sequence[NewRow], day: date) -> None:
    """Say that the accounts are accrued through `day` with new rows, and up to which version nothing has to be read again."""
    parts: Counter[tuple[uuid.UUID, str]] = Counter()
    for row in rows:
        parts[row.account_id, row.kind] += row.parts
    connection.execute(
        _MOVE_ON,
        {
            "day": day,
            "accounts": [state.account_id for state, _ in moved],
            "versions": [version for _, version in moved],
            "products": [state.product for state, _ in moved],
            "since_days": [state.since_day for state, _ in moved],
            "credit_parts": [parts[state.account_id, Side.CREDIT.value] for state, _ in moved],
            "debit_parts": [parts[state.account_id, Side.DEBIT.value] for state, _ in moved],
        },
    )
