-- Count and amount of each tenant are the same in raw, in the transactions and in the daily sums, up to the build's cut.
with raw as (
  select tenant_id, count(*) as transactions, sum(amount_minor) as amount_minor
  from {{ source('raw', 'decisions') }}
  where {{ until_cut('decisions') }} and {{ not_held('decisions', 'known_at') }}
  group by tenant_id
),

transactions as (
  select tenant_id, count(*) as transactions, sum(amount_minor) as amount_minor
  from {{ ref('fct_transactions') }}
  group by tenant_id
),

daily as (
  select
    tenant_id,
    sum(transactions) as transactions,
    sum(amount_minor) as amount_minor,
    sum(allowed + reviewed + denied) as decided
  from {{ ref('daily_volume_and_fraud') }}
  group by tenant_id
),

decisions as (
  select tenant_id, count(*) as transactions from {{ ref('fct_decisions') }} group by tenant_id
)

select
  coalesce(raw.tenant_id, transactions.tenant_id) as tenant_id,
  raw.transactions as raw_transactions,
  transactions.transactions,
  daily.transactions as daily_transactions,
  decisions.transactions as decisions
from raw
full join transactions on transactions.tenant_id = raw.tenant_id
full join daily on daily.tenant_id = transactions.tenant_id
full join decisions on decisions.tenant_id = transactions.tenant_id
where raw.transactions is distinct from transactions.transactions
  or raw.amount_minor is distinct from transactions.amount_minor
  or raw.transactions is distinct from daily.transactions
  or raw.amount_minor is distinct from daily.amount_minor
  or raw.transactions is distinct from daily.decided
  or raw.transactions is distinct from decisions.transactions
