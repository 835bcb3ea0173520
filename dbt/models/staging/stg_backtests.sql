select
  backtest_id,
  tenant_id,
  ended_at,
  from_day,
  to_day,
  model,
  policy,
  decisions,
  report
from {{ source('monitoring', 'backtest') }}
where tenant_id <> ''
