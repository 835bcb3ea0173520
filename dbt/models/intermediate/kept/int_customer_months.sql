-- The months in which a customer paid something.
select
  tenant_id,
  customer_id,
  date_trunc('month', day)::date as month
from {{ ref('int_customer_days') }}
where payments > 0
group by tenant_id, customer_id, date_trunc('month', day)::date
