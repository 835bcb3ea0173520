-- A rail's position is its line of the trial balance the other way round, and what was earned is what the lines of income and
-- expense moved by.
with positions as (
  select tenant_id, day, 'assets:settlement:' || rail as line, currency, -closing_minor as minor
  from {{ ref('liquidity_daily') }}
),

settlement as (
  select tenant_id, day, line, currency, closing_minor as minor
  from {{ ref('trial_balance_daily') }}
  where line like 'assets:settlement:%'
),

earned as (
  select tenant_id, day, currency, sum(amount_minor) as minor
  from {{ ref('revenue_daily') }}
  where kind <> 'exchange-margin'
  group by tenant_id, day, currency
),

booked as (
  select tenant_id, day, currency, sum(credits_minor - debits_minor) as minor
  from {{ ref('trial_balance_daily') }}
  where element in ('income', 'expenses')
  group by tenant_id, day, currency
)

select
  coalesce(positions.tenant_id, settlement.tenant_id) as tenant_id,
  coalesce(positions.day, settlement.day) as day,
  coalesce(positions.line, settlement.line) as line,
  positions.minor as mart_minor,
  settlement.minor as booked_minor
from positions
full join settlement
  on settlement.tenant_id = positions.tenant_id
  and settlement.day = positions.day
  and settlement.line = positions.line
  and settlement.currency = positions.currency
where coalesce(positions.minor, 0) <> coalesce(settlement.minor, 0)
union all
select coalesce(earned.tenant_id, booked.tenant_id), coalesce(earned.day, booked.day), 'income', earned.minor, booked.minor
from earned
full join booked
  on booked.tenant_id = earned.tenant_id and booked.day = earned.day and booked.currency = earned.currency
where coalesce(earned.minor, 0) <> coalesce(booked.minor, 0)
