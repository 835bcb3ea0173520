"""The SQL of money's flows: what came and went by day, from the ledger's events; and what was forecast of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import islice

from psycopg import Connection

from contracts.ledger_events import LedgerStatus, Purpose
from ledger.days import TIMEZONE

# Money between what is a customer's own does not come or go, and an opening balance is no income.
_CUSTOMERS = f"""
with moved as (
  select event.tenant_id, event.currency, event.amount_minor, (event.occurred_at at time zone '{TIMEZONE}')::date as day,
    payer.customer_id as paid_by, payee.customer_id as paid_to
  from raw.ledger_events event
  left join raw.accounts payer on payer.tenant_id = event.tenant_id and payer.account_id = event.debit_account_id
  left join raw.accounts payee on payee.tenant_id = event.tenant_id and payee.account_id = event.credit_account_id
  where event.tenant_id = %(tenant_id)s and event.status = '{LedgerStatus.POSTED}' and event.purpose <> '{Purpose.OPENING}'
    and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
    and payer.customer_id is distinct from payee.customer_id
)
select subject, currency, day, sum(came)::bigint, sum(went)::bigint
from (
  select paid_to as subject, currency, day, amount_minor as came, 0 as went from moved where paid_to is not null
  union all
  select paid_by, currency, day, 0, amount_minor from moved where paid_by is not null
) sides
group by subject, currency, day
"""
# A rail that owes the bank is an asset: what is debited to it came in.
_RAILS = f"""
with moved as (
  select event.currency, event.amount_minor, (event.occurred_at at time zone '{TIMEZONE}')::date as day,
    rail.code, rail.account_id = event.debit_account_id as came
  from raw.ledger_events event
  join raw.accounts rail on rail.tenant_id = event.tenant_id and rail.kind = 'settlement'
    and rail.account_id in (event.debit_account_id, event.credit_account_id)
  where event.tenant_id = %(tenant_id)s and event.status = '{LedgerStatus.POSTED}' and event.purpose <> '{Purpose.OPENING}'
    and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
)
select split_part(code, ':', 2), currency, day,
  coalesce(sum(amount_minor) filter (where came), 0)::bigint,
  coalesce(sum(amount_minor) filter (where not came), 0)::bigint
from moved
group by 1, 2, 3
"""
_FLOWS = {"cash_flow": _CUSTOMERS, "liquidity": _RAILS}
_TENANTS = "select distinct tenant_id from raw.accounts order by tenant_id"
_NEWEST = "select max(first_day) from forecast.made"
_FORGET = "delete from forecast.made where tenant_id = %s and kind = %s and (first_day = %s or first_day < %s)"
_MADE = """
insert into forecast.made (
  tenant_id, kind, first_day, made_at, horizon_days, history_days, series, backtests, rmse_scaled,
  rmse_scaled_seasonal_naive, month_error_pct, month_error_pct_seasonal_naive, coverage_80_pct, coverage_95_pct, backtest,
  mlflow_run_id
)
values (
  %(tenant_id)s, %(kind)s, %(first_day)s, %(made_at)s, %(horizon_days)s, %(history_days)s, %(series)s, %(backtests)s,
  %(rmse_scaled)s, %(rmse_scaled_seasonal_naive)s, %(month_error_pct)s, %(month_error_pct_seasonal_naive)s,
  %(coverage_80_pct)s, %(coverage_95_pct)s, %(backtest)s, %(mlflow_run_id)s
)
"""
_ROWS = """
insert into forecast.flow (
  tenant_id, kind, first_day, subject, currency, day, flow, expected_minor, low_80_minor, high_80_minor, low_95_minor,
  high_95_minor
)
select * from unnest(
  %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::date[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
  %s::bigint[], %s::bigint[]
)
"""
_CHUNK_ROWS = 20_000

# Subject, currency, day, what came and what went, in minor units.
FlowRow = tuple[str, str, date, int, int]


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have accounts."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def newest_first_day(connection: Connection) -> date | None:
    """Return the first day of the newest forecast of any tenant; None where there is none."""
    row: tuple[date | None] | None = connection.execute(_NEWEST).fetchone()
    return row[0] if row else None


def flows(connection: Connection, *, kind: str, tenant_id: str, start: datetime, past: datetime) -> list[FlowRow]:
    """Return what came and went by subject, currency and day of [start, past); a day without any has no row."""
    values = {"tenant_id": tenant_id, "start": start, "past": past}
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(_FLOWS[kind], values).fetchall()]


def keep(connection: Connection, made: Mapping[str, object], rows: Iterable[tuple[object, ...]], *, oldest: date) -> None:
    """Write a forecast in the place of the one for the same first day, and forget those for days before `oldest`.

    `rows` are the columns of forecast.flow in its order.
    """
    with connection.transaction():
        connection.execute(_FORGET, (made["tenant_id"], made["kind"], made["first_day"], oldest))
        connection.execute(_MADE, made)
        waiting = iter(rows)
        while chunk := list(islice(waiting, _CHUNK_ROWS)):
            connection.execute(_ROWS, [list(column) for column in zip(*chunk, strict=True)])
