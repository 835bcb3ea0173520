{{ config(indexes=[
  {'columns': ['tenant_id', 'customer_id', 'currency'], 'unique': true},
]) }}

select
  tenant_id,
  customer_id,
  currency,
  score,
  band,
  months,
  moves_most,
  liquidity_points,
  liquidity_months,
  spending_points,
  spending_pct,
  debt_points,
  debt_pct,
  income_points,
  income_pct,
  savings_points,
  savings_pct,
  as_of,
  histories_until,
  made_at
from {{ ref('stg_health') }}
