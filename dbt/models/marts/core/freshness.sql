-- Built after every other mart, so that it never says more than they hold: where one of them failed, it stays as it was.
-- depends_on: {{ ref('daily_volume_and_fraud') }}
-- depends_on: {{ ref('challenger_daily') }}
-- depends_on: {{ ref('fct_decisions') }}
-- depends_on: {{ ref('fct_alerts') }}
-- depends_on: {{ ref('fct_ledger_entries') }}
-- depends_on: {{ ref('customer_profiles') }}
-- depends_on: {{ ref('dim_customers') }}
-- depends_on: {{ ref('dim_accounts') }}
-- depends_on: {{ ref('daily_close') }}
-- depends_on: {{ ref('liquidity_daily') }}
-- depends_on: {{ ref('revenue_daily') }}
-- depends_on: {{ ref('charges_daily') }}
-- depends_on: {{ ref('payments_daily') }}
-- depends_on: {{ ref('refusals_daily') }}
-- depends_on: {{ ref('risk_daily') }}
-- depends_on: {{ ref('rule_performance_daily') }}
-- depends_on: {{ ref('calibration_bins') }}
-- depends_on: {{ ref('compliance_daily') }}
-- depends_on: {{ ref('customer_rfm') }}
-- depends_on: {{ ref('customer_value') }}
-- depends_on: {{ ref('customer_health') }}
-- depends_on: {{ ref('churn_score_bins') }}
-- depends_on: {{ ref('customer_lifecycle_monthly') }}
-- depends_on: {{ ref('customer_cohorts') }}
-- depends_on: {{ ref('activation_funnel_weekly') }}
-- depends_on: {{ ref('feature_use_weekly') }}
-- depends_on: {{ ref('trial_balance_daily') }}
-- depends_on: {{ ref('alert_clocks') }}
-- depends_on: {{ ref('alert_funnel') }}
-- depends_on: {{ ref('scenario_outcomes') }}
-- depends_on: {{ ref('case_outcomes') }}
-- depends_on: {{ ref('model_drift_daily') }}
-- depends_on: {{ ref('feature_drift_daily') }}
-- depends_on: {{ ref('backtest_rules') }}
-- depends_on: {{ ref('spending_monthly') }}
-- depends_on: {{ ref('financial_health') }}
-- depends_on: {{ ref('budget_standings') }}
-- depends_on: {{ ref('unusual_spending') }}
-- depends_on: {{ ref('recurring_payments') }}
-- depends_on: {{ ref('cash_flow_forecast') }}
-- depends_on: {{ ref('liquidity_forecast') }}
-- depends_on: {{ ref('forecasts') }}
{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id'],
    on_schema_change='fail',
    indexes=[{'columns': ['tenant_id'], 'unique': true}]
  )
}}

with seen as (
  select tenant_id, max(event_time) as last_event_time
  from {{ ref('fct_transactions') }}
  where built_at > {{ since_built() }}
  group by tenant_id
  {%- if is_incremental() %}
  union all
  select tenant_id, last_event_time from {{ this }}
  {%- endif %}
)

select
  seen.tenant_id,
  cut.cut_at as as_of,
  max(seen.last_event_time) as last_event_time,
  (select extracted_at from {{ ref('stg_reference_extract') }}) as reference_as_of
from seen
cross join {{ ref('int_build_cut') }} as cut
group by seen.tenant_id, cut.cut_at
