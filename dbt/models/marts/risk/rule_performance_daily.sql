{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions', 'fct_decisions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'rule', 'shadow', 'currency'], 'unique': true}]
  )
}}

with fired as (
  select tenant_id, transaction_id, unnest(rules) as rule, false as shadow, cardinality(rules) = 1 as alone
  from {{ ref('fct_decisions') }}
  where cardinality(rules) > 0 and decision_source in ('scorer', 'bootstrap')
  {%- if is_incremental() %}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions']) }}
  {%- endif %}
  union all
  select tenant_id, transaction_id, unnest(shadow_rules), true, cardinality(rules) = 0
  from {{ ref('fct_decisions') }}
  where cardinality(shadow_rules) > 0 and decision_source in ('scorer', 'bootstrap')
  {%- if is_incremental() %}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions']) }}
  {%- endif %}
),

hits as (
  select
    fired.tenant_id,
    transactions.day,
    fired.rule,
    fired.shadow,
    transactions.currency,
    fired.alone,
    transactions.amount_minor,
    transactions.fraud is true as fraud
  from fired
  inner join {{ ref('fct_transactions') }} as transactions
    on transactions.tenant_id = fired.tenant_id and transactions.transaction_id = fired.transaction_id
  {%- if is_incremental() %}
  where {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'transactions') }}
  {%- endif %}
),

counted as (
  select
    tenant_id,
    day,
    rule,
    shadow,
    currency,
    count(*) as hits,
    sum(amount_minor)::bigint as amount_minor,
    count(*) filter (where fraud) as frauds,
    coalesce(sum(amount_minor) filter (where fraud), 0)::bigint as fraud_minor,
    count(*) filter (where alone) as alone,
    count(*) filter (where alone and fraud) as frauds_alone
  from hits
  group by tenant_id, day, rule, shadow, currency
),

day_frauds as (
  select tenant_id, day, currency, count(*) as frauds
  from {{ ref('fct_transactions') }}
  where fraud and decision_source in ('scorer', 'bootstrap')
  {%- if is_incremental() %}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions']) }}
  {%- endif %}
  group by tenant_id, day, currency
),

final as (
  select
    counted.tenant_id,
    counted.day,
    counted.rule,
    counted.shadow,
    counted.currency,
    counted.hits,
    counted.amount_minor,
    counted.frauds,
    counted.fraud_minor,
    counted.hits - counted.frauds as false_alarms,
    counted.alone,
    counted.frauds_alone,
    coalesce(day_frauds.frauds, 0) as day_frauds,
    {{ share('counted.frauds', 'counted.hits') }} as rule_precision,
    {{ share('counted.frauds', 'day_frauds.frauds') }} as rule_recall,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from counted
  left join day_frauds
    on day_frauds.tenant_id = counted.tenant_id
    and day_frauds.day = counted.day
    and day_frauds.currency = counted.currency
)

select * from final
