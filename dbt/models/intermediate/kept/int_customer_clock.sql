select
  tenant_id,
  max(last_at) as as_of,
  max(day) as today,
  date_trunc('month', max(day))::date as this_month
from {{ ref('int_customer_days') }}
group by tenant_id
