-- Each customer's days hold each of their transactions once, and every mart of customers speaks of the same customers. Of the days
-- that have new transactions, and of all of them where the build is whole.
with transactions as (
  select
    tenant_id,
    day,
    {{ counted("direction = 'debit'") }} as attempts,
    {{ summed('amount_minor', "direction = 'debit' and " ~ took_place()) }} as paid_minor
  from {{ ref('fct_transactions') }}
  where customer_id is not null and {{ on_days_untested(['fct_transactions.outcome_built_at']) }}
  group by tenant_id, day
),

days as (
  select tenant_id, day, sum(attempts) as attempts, sum(paid_minor) as paid_minor
  from {{ ref('int_customer_days') }}
  where {{ on_days_untested(['fct_transactions.outcome_built_at']) }}
  group by tenant_id, day
),

counted as (
  select tenant_id, 'paid' as among, 'cohorts' as mart, sum(customers) as customers
  from {{ ref('customer_cohorts') }}
  where months_since = 0
  group by tenant_id
  union all
  select tenant_id, 'paid', 'lifecycle', sum(customers)
  from {{ ref('customer_lifecycle_monthly') }}
  where not complete
  group by tenant_id
  union all
  select tenant_id, 'paid', 'rfm', count(*) from {{ ref('customer_rfm') }} group by tenant_id
  union all
  select tenant_id, 'seen', 'dim_customers', count(*) from {{ ref('dim_customers') }} group by tenant_id
  union all
  select tenant_id, 'seen', 'health', count(*) from {{ ref('customer_health') }} group by tenant_id
  union all
  select tenant_id, 'seen', 'value', count(*) from {{ ref('customer_value') }} group by tenant_id
)

select coalesce(transactions.tenant_id, days.tenant_id) as tenant_id, coalesce(transactions.day, days.day)::text as what
from transactions
full join days on days.tenant_id = transactions.tenant_id and days.day = transactions.day
where transactions.attempts is distinct from days.attempts or transactions.paid_minor is distinct from days.paid_minor
union all
select tenant_id, 'customers who ' || among
from counted
group by tenant_id, among
having min(customers) <> max(customers) or count(*) <> 3
