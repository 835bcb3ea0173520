{{ config(indexes=[
  {'columns': ['tenant_id', 'series_id'], 'unique': true},
  {'columns': ['tenant_id', 'customer_id', 'next_day']},
]) }}

select
  tenant_id,
  series_id,
  customer_id,
  account_id,
  direction,
  category,
  counterparty,
  currency,
  period,
  first_day,
  last_day,
  payments,
  amount_minor,
  next_day,
  earliest_day,
  latest_day,
  low_minor,
  high_minor,
  subscription,
  as_of,
  made_at
from {{ ref('stg_recurring') }}
