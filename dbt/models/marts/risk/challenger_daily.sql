{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions', 'fct_decisions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'model', 'challenger', 'currency'], 'unique': true}]
  )
}}

with decided as (
  select
    decisions.tenant_id,
    decisions.day,
    coalesce(decisions.model, 'none') as model,
    decisions.challenger,
    transactions.currency,
    transactions.amount_minor,
    decisions.verdict <> 'allow' as stopped,
    decisions.challenger_verdict <> 'allow' as would_stop,
    coalesce(transactions.fraud, false) as fraud
  from {{ ref('fct_decisions') }} as decisions
  inner join {{ ref('fct_transactions') }} as transactions
    on decisions.tenant_id = transactions.tenant_id and decisions.transaction_id = transactions.transaction_id
  where decisions.challenger is not null and decisions.decision_source = 'scorer'
  {%- if is_incremental() %}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'decisions') }}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'transactions') }}
  {%- endif %}
)

select
  tenant_id,
  day,
  model,
  challenger,
  currency,
  count(*) as decisions,
  count(*) filter (where stopped = would_stop) as agreed,
  count(*) filter (where stopped) as champion_stopped,
  count(*) filter (where would_stop) as challenger_stopped,
  count(*) filter (where fraud) as frauds,
  count(*) filter (where fraud and stopped) as champion_frauds_stopped,
  count(*) filter (where fraud and would_stop) as challenger_frauds_stopped,
  coalesce(sum(amount_minor) filter (where fraud and stopped), 0)::bigint as champion_saved_minor,
  coalesce(sum(amount_minor) filter (where fraud and would_stop), 0)::bigint as challenger_saved_minor,
  count(*) filter (where not fraud and stopped) as champion_false_alarms,
  count(*) filter (where not fraud and would_stop) as challenger_false_alarms
from decided
group by tenant_id, day, model, challenger, currency
