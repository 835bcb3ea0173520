-- Each day's transactions are the fact's, in count, amount and verdicts: of the days that have new rows, and of all of them where the
-- build is whole.
with transactions as (
  select tenant_id, day, count(*) as transactions, sum(amount_minor) as amount_minor, count(*) filter (where fraud) as frauds
  from {{ ref('fct_transactions') }}
  where {{ on_days_untested(['fct_transactions']) }}
  group by tenant_id, day
),

daily as (
  select
    tenant_id,
    day,
    sum(transactions) as transactions,
    sum(amount_minor) as amount_minor,
    sum(frauds) as frauds,
    sum(allowed + reviewed + denied) as decided
  from {{ ref('daily_volume_and_fraud') }}
  where {{ on_days_untested(['fct_transactions']) }}
  group by tenant_id, day
)

select
  coalesce(transactions.tenant_id, daily.tenant_id) as tenant_id,
  coalesce(transactions.day, daily.day) as day,
  transactions.transactions,
  daily.transactions as daily_transactions
from transactions
full join daily on daily.tenant_id = transactions.tenant_id and daily.day = transactions.day
where transactions.transactions is distinct from daily.transactions
  or transactions.amount_minor is distinct from daily.amount_minor
  or transactions.frauds is distinct from daily.frauds
  or transactions.transactions is distinct from daily.decided
