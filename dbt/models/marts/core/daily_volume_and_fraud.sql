{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'channel', 'currency'], 'unique': true}]
  )
}}

select
  tenant_id,
  day,
  channel,
  currency,
  {{ transactions() }} as transactions,
  {{ volume_minor() }} as amount_minor,
  {{ counted("verdict = 'allow'") }} as allowed,
  {{ counted("verdict in ('review', 'step_up')") }} as reviewed,
  {{ counted("verdict = 'deny'") }} as denied,
  {{ frauds() }} as frauds,
  {{ fraud_minor() }} as fraud_amount_minor,
  {{ frauds_caught() }} as frauds_caught,
  {{ false_alarms() }} as false_alarms
from {{ ref('fct_transactions') }}
{%- if is_incremental() %}
where {{ on_days_touched(['fct_transactions']) }}
{%- endif %}
group by tenant_id, day, channel, currency
