"""The SQL of customers' own money at the end of a day: holders, their accounts and movements, and what was said of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection

from contracts.ledger_events import LedgerStatus
from contracts.locks import WarehouseLock
from insight.own_money import Booked, Budget
from insight.recurring.series import Movement
from ledger.days import TIMEZONE

_CHUNK_ROWS = 20_000
# A night's work is one transaction a tenant, which waits while it is thought.
_PATIENCE = "set idle_in_transaction_session_timeout = '15min'"
_SNAPSHOT = "set transaction isolation level repeatable read, read only"
_TURN = "select pg_try_advisory_lock(%s)"
_TENANTS = "select distinct tenant_id from raw.accounts order by tenant_id"
_HISTORIES_UNTIL = "select p.as_of from read_model.position p join read_model.serving s on s.generation = p.generation"
# Whoever has an account that they opened, or a budget, by customer and currency: the next ones after the last.
_HOLDERS = """
(
  select customer_id, currency from raw.accounts
  where tenant_id = %(tenant_id)s and customer_id is not null and kind = 'customer' and product is not null
    and (customer_id, currency) > (%(customer_id)s, %(currency)s)
  group by 1, 2 order by 1, 2 limit %(limit)s
)
union
(
  select customer_id, currency from raw.budgets
  where tenant_id = %(tenant_id)s and created_at < %(past)s and (customer_id, currency) > (%(customer_id)s, %(currency)s)
  group by 1, 2 order by 1, 2 limit %(limit)s
)
order by 1, 2 limit %(limit)s
"""
# What is set aside under an account is the customer's, and is no part of its balance. Goals have no history of their own: what
# is on one is what went there from its account.
_ACCOUNTS = """
select asked.place, a.account_id, coalesce(p.kind, a.product) = 'savings',
  coalesce((
    select m.balance_after_minor from read_model.movement m
    where m.generation = (select generation from read_model.serving) and m.account_id = a.account_id and m.booked_at < %(past)s
    order by m.booked_at desc, m.sequence desc limit 1
  ), 0),
  coalesce((
    select -sum(m.amount_minor) from raw.accounts g
    join read_model.movement m on m.generation = (select generation from read_model.serving) and m.account_id = a.account_id
      and m.counterparty_account_id = g.account_id and m.booked_at < %(past)s
    where g.tenant_id = a.tenant_id and g.customer_id = a.customer_id and g.currency = a.currency and g.kind = 'goal'
      and g.parent_account_id = a.account_id
  ), 0)::bigint
from unnest(%(customer_ids)s::text[], %(currencies)s::text[]) with ordinality as asked (customer_id, currency, place)
join raw.accounts a on a.tenant_id = %(tenant_id)s and a.customer_id = asked.customer_id and a.currency = asked.currency
  and a.kind = 'customer' and a.product is not null
left join raw.products p on p.tenant_id = a.tenant_id and p.code = a.product and p.currency = a.currency
order by asked.place, a.account_id
"""
_BUDGETS = """
select asked.place, b.budget_id, b.category, b.version, b.limit_minor
from unnest(%(customer_ids)s::text[], %(currencies)s::text[]) with ordinality as asked (customer_id, currency, place)
join raw.budgets b on b.tenant_id = %(tenant_id)s and b.customer_id = asked.customer_id and b.currency = asked.currency
  and b.created_at < %(past)s
order by asked.place, b.budget_id
"""
_MOVEMENTS = f"""
select asked.place, m.transfer_id, m.account_id, (m.booked_at at time zone '{TIMEZONE}')::date, m.amount_minor, m.currency,
  m.category, m.balance_after_minor
from unnest(%(places)s::bigint[], %(account_ids)s::uuid[]) as asked (place, account_id)
join read_model.movement m on m.generation = (select generation from read_model.serving) and m.tenant_id = %(tenant_id)s
  and m.account_id = asked.account_id and m.booked_at >= %(start)s and m.booked_at < %(past)s
order by asked.place, m.booked_at desc, m.account_id, m.sequence desc
"""
# What is held of an account is not available, and not booked either.
_HELD = f"""
select h.debit_account_id, sum(h.amount_minor)::bigint
from raw.ledger_events h
where h.tenant_id = %(tenant_id)s and h.status = '{LedgerStatus.HELD}' and h.occurred_at < %(past)s
  and not exists (
    select from raw.ledger_events e
    where e.tenant_id = h.tenant_id and e.transfer_id = h.transfer_id and e.status <> h.status and e.occurred_at < %(past)s
  )
group by 1
"""
_AS_OF = "select as_of from insight.money_made where tenant_id = %s"
# Whether there is anybody to look at, the day that is known of everybody, and how far histories go.
_WHERE_IT_STANDS = f"""
select exists (select from raw.accounts where kind = 'customer' and product is not null),
  (select min(as_of) from insight.money_made), ({_HISTORIES_UNTIL})
"""
_FORGET = "delete from insight.money_made where tenant_id = %s"
_BEGIN = """
insert into insight.money_made (tenant_id, as_of, made_at, histories_until, holders, movements)
values (%(tenant_id)s, %(as_of)s, %(made_at)s, %(histories_until)s, 0, 0)
"""
_FINISH = "update insight.money_made set holders = %(holders)s, movements = %(movements)s where tenant_id = %(tenant_id)s"
_HEALTH = """
insert into insight.health (
  tenant_id, customer_id, currency, score, band, months, moves_most, liquidity_points, liquidity_months, spending_points,
  spending_pct, debt_points, debt_pct, income_points, income_pct, savings_points, savings_pct
)
values (
  %(tenant_id)s, %(customer_id)s, %(currency)s, %(score)s, %(band)s, %(months)s, %(moves_most)s, %(liquidity_points)s,
  %(liquidity_months)s, %(spending_points)s, %(spending_pct)s, %(debt_points)s, %(debt_pct)s, %(income_points)s, %(income_pct)s,
  %(savings_points)s, %(savings_pct)s
)
"""
_BUDGET_STANDING = """
insert into insight.budget_standing (
  tenant_id, budget_id, customer_id, category, currency, version, month, days_left, limit_minor, spent_minor, left_minor,
  standing, expected_minor, low_80_minor, high_80_minor, chance_over_pct
)
values (
  %(tenant_id)s, %(budget_id)s, %(customer_id)s, %(category)s, %(currency)s, %(version)s, %(month)s, %(days_left)s,
  %(limit_minor)s, %(spent_minor)s, %(left_minor)s, %(standing)s, %(expected_minor)s, %(low_80_minor)s, %(high_80_minor)s,
  %(chance_over_pct)s
)
"""
_UNUSUAL = """
insert into insight.unusual (
  tenant_id, customer_id, currency, kind, day, category, transfer_id, amount_minor, usual_minor, high_minor, score
)
values (
  %(tenant_id)s, %(customer_id)s, %(currency)s, %(kind)s, %(day)s, %(category)s, %(transfer_id)s, %(amount_minor)s,
  %(usual_minor)s, %(high_minor)s, %(score)s
)
"""

Row = Mapping[str, object]
Held = Mapping[UUID, int]


class Holder(NamedTuple):
    """Somebody's money in one currency."""

    customer_id: str
    currency: str


class Stands(NamedTuple):
    """Whether there is anybody to look at, the day that is known of everybody, and how far histories go."""

    anybody: bool
    known_as_of: date | None
    histories_until: datetime | None


class Account(NamedTuple):
    """An account that a holder opened, as it was at the end of the day; `place` counts the holders asked for from 1."""

    place: int
    account_id: UUID
    is_savings: bool
    balance_minor: int
    set_aside_minor: int


def be_patient(connection: Connection) -> None:
    """Let its transactions wait for as long as it takes to look at the holders of a page."""
    connection.execute(_PATIENCE)


def take_turn(connection: Connection) -> bool:
    """Be the only one who looks at customers' money until the connection ends; False while another does."""
    row = connection.execute(_TURN, (int(WarehouseLock.OWN_MONEY),)).fetchone()
    return bool(row and row[0])


def snapshot(connection: Connection) -> None:
    """Have everything that follows in this transaction see the histories as they are now."""
    connection.execute(_SNAPSHOT)


def histories_until(connection: Connection) -> datetime | None:
    """Return the moment up to which histories have everything; None before they have begun."""
    row = connection.execute(_HISTORIES_UNTIL).fetchone()
    return row[0] if row else None


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have accounts."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def known_as_of(connection: Connection, *, tenant_id: str) -> date | None:
    """Return the day at whose end what is kept was known; None where nothing was looked at yet."""
    row = connection.execute(_AS_OF, (tenant_id,)).fetchone()
    return row[0] if row else None


def where_it_stands(connection: Connection) -> Stands:
    """Return what there is to look at and what has been, of every tenant together."""
    row = connection.execute(_WHERE_IT_STANDS).fetchone()
    return Stands(*row) if row else Stands(anybody=False, known_as_of=None, histories_until=None)


def holders(connection: Connection, *, tenant_id: str, past: datetime, after: Holder | None, limit: int) -> list[Holder]:
    """Return the next holders after one, in order."""
    last = after or Holder("", "")
    values = {"tenant_id": tenant_id, "past": past, "limit": limit} | last._asdict()
    return [Holder(*row) for row in connection.execute(_HOLDERS, values).fetchall()]


def accounts(connection: Connection, asked: Sequence[Holder], *, tenant_id: str, past: datetime) -> list[Account]:
    """Return the accounts that holders opened, a holder after the other."""
    return [Account(*row) for row in connection.execute(_ACCOUNTS, _asked(asked, tenant_id, past)).fetchall()]


def budgets(connection: Connection, asked: Sequence[Holder], *, tenant_id: str, past: datetime) -> list[tuple[int, Budget]]:
    """Return holders' budgets that were there at the end of the day, with the holder's place."""
    rows = connection.execute(_BUDGETS, _asked(asked, tenant_id, past)).fetchall()
    return [(row[0], Budget(*row[1:])) for row in rows]


def held(connection: Connection, *, tenant_id: str, past: datetime) -> Held:
    """Return what was held of each account at the end of the day; an account without holds is absent."""
    return dict(connection.execute(_HELD, {"tenant_id": tenant_id, "past": past}).fetchall())


def movements(
    connection: Connection, asked: Sequence[Account], *, tenant_id: str, start: datetime, past: datetime
) -> Iterator[tuple[int, Booked]]:
    """Yield what was booked in [start, past) with the holder's place: a holder after the other, newest first.

    Rows come as they are asked for; the connection must be in a transaction until the last one.
    """
    values = {
        "tenant_id": tenant_id, "start": start, "past": past, "places": [each.place for each in asked],
        "account_ids": [each.account_id for each in asked],
    }  # fmt: skip
    with connection.cursor(name="own_movements") as cursor:
        cursor.itersize = _CHUNK_ROWS
        cursor.execute(_MOVEMENTS, values)
        for place, transfer_id, account_id, day, amount_minor, currency, category, balance_minor in cursor:
            yield (
                place,
                Booked(Movement(transfer_id, account_id, day, amount_minor, currency, category, "", None), balance_minor),
            )


def begin(connection: Connection, made: Row) -> None:
    """Take what was kept of a tenant away, in the transaction in which the new is written."""
    connection.execute(_FORGET, (made["tenant_id"],))
    connection.execute(_BEGIN, made)


def keep(connection: Connection, *, health: Sequence[Row], standings: Sequence[Row], unusual: Sequence[Row]) -> None:
    """Write what was said of some holders."""
    with connection.cursor() as cursor:
        for statement, rows in ((_HEALTH, health), (_BUDGET_STANDING, standings), (_UNUSUAL, unusual)):
            cursor.executemany(statement, rows)


def finish(connection: Connection, *, tenant_id: str, holders: int, movements: int) -> None:
    """Say how much was looked at."""
    connection.execute(_FINISH, {"tenant_id": tenant_id, "holders": holders, "movements": movements})


def _asked(asked: Sequence[Holder], tenant_id: str, past: datetime) -> dict[str, object]:
    return {
        "tenant_id": tenant_id, "past": past, "customer_ids": [each.customer_id for each in asked],
        "currencies": [each.currency for each in asked],
    }  # fmt: skip
