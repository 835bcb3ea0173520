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
    transactions.decision_source,
    transactions.fraud is true as fraud,
    transactions.fraud_caught,
    transactions.false_alarm
  from {{ ref('fct_transactions') }} as transactions
  inner join {{ ref('fct_decisions') }} as decisions
    on decisions.tenant_id = transactions.tenant_id and decisions.transaction_id = transactions.transaction_id
  where transactions.decision_source = 'scorer'
  {%- if is_incremental() %}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'transactions') }}
    and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'decisions') }}
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
    {{ false_alarms() }} as false_alarms,
    {{ fraud_caught_rate() }}::numeric(9, 6) as fraud_caught_rate,
    {{ false_alarm_rate() }}::numeric(9, 6) as false_alarm_rate
  from decided
  group by tenant_id, day, channel, model, currency
),

final as (
  select
    counted.*,
    {{ share('frauds_caught', 'frauds_caught + false_alarms') }} as alarm_precision,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from counted
)

select * from final
