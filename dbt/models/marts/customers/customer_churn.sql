{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with paying as (
  select * from {{ ref('int_customer_windows') }} where active_days > 0
)

select
  tenant_id,
  customer_id,
  last_paid_day as last_active_day,
  today - last_paid_day as silent_days,
  active_days,
  today - last_paid_day >= {{ var('churn_days') }} as churned,
  {{ rhythm_score('', 'today') }} as churn_score,
  as_of
from paying
