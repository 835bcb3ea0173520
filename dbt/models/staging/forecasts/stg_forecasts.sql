select
  tenant_id,
  kind as forecast_kind,
  first_day,
  made_at,
  horizon_days,
  history_days,
  series,
  backtests,
  rmse_scaled,
  rmse_scaled_seasonal_naive,
  month_error_pct,
  month_error_pct_seasonal_naive,
  coverage_80_pct,
  coverage_95_pct,
  mlflow_run_id
from {{ source('forecast', 'made') }}
