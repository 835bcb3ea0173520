{{ config(indexes=[
  {'columns': ['tenant_id', 'budget_id'], 'unique': true},
  {'columns': ['tenant_id', 'customer_id']},
]) }}

select
  tenant_id,
  budget_id,
  customer_id,
  category,
  currency,
  version,
  month,
  days_left,
  limit_minor,
  spent_minor,
  left_minor,
  standing,
  expected_minor,
  low_80_minor,
  high_80_minor,
  chance_over_pct,
  as_of,
  histories_until,
  made_at
from {{ ref('stg_budget_standings') }}
