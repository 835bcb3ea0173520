{{ config(indexes=[{'columns': ['tenant_id', 'kind'], 'unique': true}]) }}

select distinct on (tenant_id, forecast_kind)
  tenant_id,
  forecast_kind as kind,
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
from {{ ref('stg_forecasts') }}
order by tenant_id, forecast_kind, first_day desc
