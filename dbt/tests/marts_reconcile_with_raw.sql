-- Count and amount of each tenant are the same in raw and in the facts, up to the build's cut: of the log's rows since the last
-- build that held, and of all of them where the build is whole.
with raw as (
  select tenant_id, count(*) as transactions, sum(amount_minor) as amount_minor
  from {{ source('raw', 'decisions') }}
  where {{ until_cut('decisions') }} and log_offset > {{ held_until('decisions') }}
  group by tenant_id
),

transactions as (
  select tenant_id, count(*) as transactions, sum(amount_minor) as amount_minor
  from {{ ref('fct_transactions') }}
  where log_offset > {{ held_until('decisions') }}
  group by tenant_id
),

decisions as (
  select tenant_id, count(*) as transactions
  from {{ ref('fct_decisions') }}
  where log_offset > {{ held_until('decisions') }}
  group by tenant_id
)

select
  coalesce(raw.tenant_id, transactions.tenant_id, decisions.tenant_id) as tenant_id,
  raw.transactions as raw_transactions,
  transactions.transactions,
  decisions.transactions as decisions
from raw
full join transactions on transactions.tenant_id = raw.tenant_id
full join decisions on decisions.tenant_id = coalesce(raw.tenant_id, transactions.tenant_id)
where raw.transactions is distinct from transactions.transactions
  or raw.amount_minor is distinct from transactions.amount_minor
  or raw.transactions is distinct from decisions.transactions
