-- Each payment is counted once by the hour and by the day, with what it asked for and what it moved. Of the days that have new
-- payments, and of all of them where the build is whole.
with transactions as (
  select
    fct.tenant_id,
    fct.day,
    fct.currency,
    count(*) as attempts,
    sum(fct.amount_minor) as asked_minor,
    {{ summed('coalesce(held.posted_minor, fct.amount_minor)', "fct.outcome = 'posted'") }} as posted_minor
  from {{ ref('fct_transactions') }} as fct
  left join {{ ref('int_held_transfers') }} as held
    on held.tenant_id = fct.tenant_id and held.transfer_id = fct.transaction_id
  where {{ on_days_untested(['fct_transactions.outcome_built_at'], 'fct') }}
  group by fct.tenant_id, fct.day, fct.currency
),

hourly as (
  select
    tenant_id,
    day,
    currency,
    sum(attempts) as attempts,
    sum(posted + observed + denied + failed + abandoned + waiting) as ended,
    sum(asked_minor) as asked_minor,
    sum(posted_minor) as posted_minor
  from {{ ref('payments_hourly') }}
  where {{ on_days_untested(['fct_transactions.outcome_built_at']) }}
  group by tenant_id, day, currency
),

daily as (
  select
    tenant_id,
    day,
    currency,
    sum(attempts) as attempts,
    sum(asked_minor) as asked_minor,
    sum(posted_minor) as posted_minor,
    min(holds_open) as fewest_holds
  from {{ ref('payments_daily') }}
  where {{ on_days_untested(['fct_transactions.outcome_built_at']) }}
  group by tenant_id, day, currency
)

select transactions.tenant_id, transactions.day, transactions.attempts, hourly.attempts as hourly, daily.attempts as daily
from transactions
left join hourly
  on hourly.tenant_id = transactions.tenant_id
  and hourly.day = transactions.day
  and hourly.currency = transactions.currency
left join daily
  on daily.tenant_id = transactions.tenant_id
  and daily.day = transactions.day
  and daily.currency = transactions.currency
where transactions.attempts is distinct from hourly.attempts
  or transactions.attempts is distinct from hourly.ended
  or transactions.attempts is distinct from daily.attempts
  or transactions.asked_minor is distinct from hourly.asked_minor
  or transactions.asked_minor is distinct from daily.asked_minor
  or transactions.posted_minor is distinct from hourly.posted_minor
  or transactions.posted_minor is distinct from daily.posted_minor
  or daily.fewest_holds < 0
