{{ config(indexes=[{'columns': ['tenant_id', 'day', 'rail', 'currency'], 'unique': true}]) }}

-- A rail owes the bank what its settlement account is debited with: the position is debits less credits.
with positions as (
  select
    *,
    sum(received_minor - paid_minor) over (partition by tenant_id, rail, currency order by hour) as position_minor
  from {{ ref('int_settlement_hours') }}
),

moved as (
  select
    tenant_id,
    rail,
    currency,
    day,
    sum(entries)::bigint as entries,
    sum(received_minor) as received_minor,
    sum(paid_minor) as paid_minor,
    min(position_minor) as lowest_minor,
    max(position_minor) as highest_minor
  from positions
  group by tenant_id, rail, currency, day
),

span as (
  select tenant_id, min(day) as first_day, max(day) as last_day from moved group by tenant_id
),

rails as (
  select distinct tenant_id, rail, currency from moved
),

days as (
  select rails.tenant_id, rails.rail, rails.currency, calendar.day::date as day
  from rails
  inner join span on span.tenant_id = rails.tenant_id
  cross join lateral generate_series(
    span.first_day::timestamp, span.last_day::timestamp, interval '1 day'
  ) as calendar (day)
),

closings as (
  select
    days.*,
    coalesce(moved.entries, 0) as entries,
    coalesce(moved.received_minor, 0) as received_minor,
    coalesce(moved.paid_minor, 0) as paid_minor,
    moved.lowest_minor,
    moved.highest_minor,
    sum(coalesce(moved.received_minor, 0) - coalesce(moved.paid_minor, 0))
      over (partition by days.tenant_id, days.rail, days.currency order by days.day) as closing_minor
  from days
  left join moved
    on moved.tenant_id = days.tenant_id
    and moved.rail = days.rail
    and moved.currency = days.currency
    and moved.day = days.day
)

select
  tenant_id,
  day,
  rail,
  currency,
  entries,
  (closing_minor - received_minor + paid_minor)::bigint as opening_minor,
  received_minor::bigint as received_minor,
  paid_minor::bigint as paid_minor,
  closing_minor::bigint as closing_minor,
  least(lowest_minor, closing_minor - received_minor + paid_minor)::bigint as lowest_minor,
  greatest(highest_minor, closing_minor - received_minor + paid_minor)::bigint as highest_minor,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from closings
