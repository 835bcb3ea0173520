-- Built after every other mart, so that it never says more than they hold: where one of them failed, it stays as it was.
-- depends_on: {{ ref('daily_volume_and_fraud') }}
-- depends_on: {{ ref('fct_decisions') }}
-- depends_on: {{ ref('fct_alerts') }}
-- depends_on: {{ ref('customer_profiles') }}
-- depends_on: {{ ref('dim_customers') }}
-- depends_on: {{ ref('challenger_daily') }}
-- depends_on: {{ ref('feature_drift_daily') }}
-- depends_on: {{ ref('model_drift_daily') }}
-- depends_on: {{ ref('backtest_rules') }}
{{ config(indexes=[{'columns': ['tenant_id'], 'unique': true}]) }}

with transactions as (
  select * from {{ ref('fct_transactions') }}
),

cut as (
  select * from {{ ref('int_build_cut') }}
),

final as (
  select
    transactions.tenant_id,
    max(cut.cut_at) as as_of,
    max(transactions.event_time) as last_event_time
  from transactions
  cross join cut
  group by transactions.tenant_id
)

select * from final
