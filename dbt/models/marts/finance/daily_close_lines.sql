{{ config(indexes=[{'columns': ['tenant_id', 'day', 'line', 'currency'], 'unique': true}]) }}

-- Only what either side knows of: a line without money is on no trial balance of ours, and its closing balance is zero.
with closed as (
  select tenant_id, day, line, currency, closing_minor
  from {{ ref('stg_trial_balances') }}
),

ours as (
  select balances.tenant_id, balances.day, balances.line, balances.currency, balances.closing_minor
  from {{ ref('trial_balance_daily') }} as balances
  inner join {{ ref('stg_day_closes') }} as closes
    on closes.tenant_id = balances.tenant_id and closes.day = balances.day
),

final as (
  select
    coalesce(closed.tenant_id, ours.tenant_id) as tenant_id,
    coalesce(closed.day, ours.day) as day,
    coalesce(closed.line, ours.line) as line,
    coalesce(closed.currency, ours.currency) as currency,
    coalesce(closed.closing_minor, 0)::bigint as booked_minor,
    coalesce(ours.closing_minor, 0)::bigint as occurred_minor,
    (coalesce(closed.closing_minor, 0) - coalesce(ours.closing_minor, 0))::bigint as difference_minor
  from closed
  full join ours
    on ours.tenant_id = closed.tenant_id
    and ours.day = closed.day
    and ours.line = closed.line
    and ours.currency = closed.currency
)

select final.*, (select cut_at from {{ ref('int_build_cut') }}) as as_of
from final
