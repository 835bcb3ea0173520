"""The SQL of what comes again: customers' movements with what their decisions knew, and what was found in them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection

from contracts.categories import SETTLEMENT_PREFIX
from contracts.ledger_events import LedgerStatus
from ledger.days import TIMEZONE

_TENANTS = "select distinct tenant_id from raw.accounts order by tenant_id"
# A movement of each side that is a customer's own account. Who is on the other side: the other account, or which of the bank's
# own. Beyond a settlement account the decision knows: a merchant, or else a payee; of what came, the payee of a credit.
_MOVEMENTS = f"""
with moved as (
  select event.transfer_id, event.purpose, event.currency, event.amount_minor, event.log_offset,
    (event.occurred_at at time zone '{TIMEZONE}')::date as day,
    payer.account_id as payer_id, payer.customer_id as payer_customer, payer.kind as payer_kind, payer.code as payer_code,
    payee.account_id as payee_id, payee.customer_id as payee_customer, payee.kind as payee_kind, payee.code as payee_code,
    decision.channel, decision.direction, decision.mcc, decision.merchant_id, decision.payee_id as named
  from raw.ledger_events event
  join raw.accounts payer on payer.tenant_id = event.tenant_id and payer.account_id = event.debit_account_id
  join raw.accounts payee on payee.tenant_id = event.tenant_id and payee.account_id = event.credit_account_id
  left join raw.decisions decision on decision.tenant_id = event.tenant_id and decision.transaction_id = event.transfer_id
  where event.tenant_id = %(tenant_id)s and event.status = '{LedgerStatus.POSTED}'
    and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
),
sides as (
  select payer_id as account_id, payer_customer, transfer_id, day, -amount_minor, currency, purpose, channel, mcc,
    payee_customer, payee_code,
    case
      when payee_code is null then payee_id::text
      when starts_with(payee_code, '{SETTLEMENT_PREFIX}') then coalesce(merchant_id, named, '')
      else payee_code
    end as counterparty, log_offset
  from moved where payer_kind = 'customer' and payer_customer is not null
  union all
  select payee_id, payee_customer, transfer_id, day, amount_minor, currency, purpose, channel, mcc, payer_customer, payer_code,
    case
      when payer_code is null then payer_id::text
      when starts_with(payer_code, '{SETTLEMENT_PREFIX}') then coalesce(case when direction = 'credit' then named end, '')
      else payer_code
    end, log_offset
  from moved where payee_kind = 'customer' and payee_customer is not null
)
select sides.*, history.category
from sides
left join read_model.movement history on history.generation = (select generation from read_model.serving)
  and history.tenant_id = %(tenant_id)s and history.transfer_id = sides.transfer_id and history.account_id = sides.account_id
order by sides.account_id, sides.log_offset
"""
_AS_OF = "select as_of from insight.made where tenant_id = %s"
_FORGET = "delete from insight.made where tenant_id = %s"
_MADE = """
insert into insight.made (tenant_id, as_of, made_at, accounts, movements, series)
values (%(tenant_id)s, %(as_of)s, %(made_at)s, %(accounts)s, %(movements)s, %(series)s)
"""
_ROWS = """
insert into insight.recurring (
  tenant_id, series_id, customer_id, account_id, direction, category, counterparty, currency, period, first_day, last_day,
  payments, amount_minor, next_day, earliest_day, latest_day, low_minor, high_minor, subscription
)
select * from unnest(
  %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[],
  %s::date[], %s::int[], %s::bigint[], %s::date[], %s::date[], %s::date[], %s::bigint[], %s::bigint[], %s::boolean[]
)
"""
_CHUNK_ROWS = 20_000


class Moved(NamedTuple):
    """One movement of a customer's own account; `other_customer` and `other_code` say whose the other account is.

    `category` is what the account's history says that it was for; None where the history has not come so far.
    """

    account_id: UUID
    customer_id: str
    transfer_id: UUID
    day: date
    delta_minor: int
    currency: str
    purpose: str
    channel: str | None
    mcc: int | None
    other_customer: str | None
    other_code: str | None
    counterparty: str
    log_offset: int
    category: str | None = None


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have accounts."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def movements(connection: Connection, *, tenant_id: str, start: datetime, past: datetime) -> Iterator[Moved]:
    """Yield what moved on customers' accounts in [start, past), one account after another, in the ledger's order.

    Rows come as they are asked for; the connection must be in a transaction until the last one.
    """
    with connection.cursor(name="movements") as cursor:
        cursor.itersize = _CHUNK_ROWS
        cursor.execute(_MOVEMENTS, {"tenant_id": tenant_id, "start": start, "past": past})
        for row in cursor:
            yield Moved(*row)


def known_as_of(connection: Connection, *, tenant_id: str) -> date | None:
    """Return the day at whose end what is kept was found; None where nothing was looked for yet."""
    row = connection.execute(_AS_OF, (tenant_id,)).fetchone()
    return row[0] if row else None


def keep(connection: Connection, made: Mapping[str, object], rows: Iterable[tuple[object, ...]]) -> None:
    """Write what was found of a tenant in the place of what was there. `rows` are the columns of insight.recurring in order."""
    with connection.transaction():
        connection.execute(_FORGET, (made["tenant_id"],))
        connection.execute(_MADE, made)
        waiting = iter(rows)
        while chunk := list(islice(waiting, _CHUNK_ROWS)):
            connection.execute(_ROWS, [list(column) for column in zip(*chunk, strict=True)])
