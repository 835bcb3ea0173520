select
  health.tenant_id,
  health.customer_id,
  health.currency,
  health.score,
  health.band,
  health.months,
  health.moves_most,
  health.liquidity_points,
  health.liquidity_months,
  health.spending_points,
  health.spending_pct,
  health.debt_points,
  health.debt_pct,
  health.income_points,
  health.income_pct,
  health.savings_points,
  health.savings_pct,
  made.as_of,
  made.histories_until,
  made.made_at
from {{ source('insight', 'health') }} as health
inner join {{ source('insight', 'money_made') }} as made on made.tenant_id = health.tenant_id
