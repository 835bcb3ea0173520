{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions', 'fct_decisions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'channel', 'model', 'currency'], 'unique': true}]
  )
}}

with decided as (
  select
    transactions.tenant_id,
    transactions.day,
    transactions.channel,
    coalesce(decisions.model, 'none') as model,
    transactions.currency,
    transactions.amount_minor,
    transactions.verdict,
    transactions.outcome,
    transactions.fraud is true as fraud,
    transactions.fraud_caught,
    transactions.false_alarm
  from {{ ref('fct_transactions') }} as transactions
  inner join {{ ref('fct_decisions') }} as decisions
    on decisions.tenant_id = transactions.tenant_id and decisions.transaction_id = transactions.transaction_id
  where transactions.decision_source = 'scorer'
  {%- if is_incremental() %}
    and (transactions.tenant_id, transactions.day) in ({{ days_touched(['fct_transactions', 'fct_decisions']) }})
  {%- endif %}
),

counted as (
  select
    tenant_id,
    day,
    channel,
    model,
    currency,
    {{ transactions() }} as decisions,
    {{ volume_minor() }} as amount_minor,
    count(*) filter (where verdict = 'allow') as allowed,
    count(*) filter (where verdict in ('review', 'step_up')) as reviewed,
    count(*) filter (where verdict = 'deny') as denied,
    {{ frauds() }} as frauds,
    {{ fraud_minor() }} as fraud_minor,
    {{ frauds_caught() }} as frauds_caught,
    count(*) filter (where fraud and not fraud_caught) as frauds_missed,
    {{ caught_minor() }} as caught_minor,
    {{ saved_minor() }} as saved_minor,
    {{ summed('amount_minor', 'fraud and ' ~ took_place()) }} as lost_minor,
    {{ false_alarms() }} as false_alarms
  from decided
  group by tenant_id, day, channel, model, currency
),

final as (
  select
    counted.*,
    {{ share('frauds_caught', 'frauds') }} as caught_share,
    {{ share('frauds_caught', 'frauds_caught + false_alarms') }} as alarm_precision,
    {{ share('false_alarms', 'decisions') }} as false_alarm_share,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from counted
)

select * from final
