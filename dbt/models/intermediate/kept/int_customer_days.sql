{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions']) }}",
    indexes=[{'columns': ['tenant_id', 'customer_id', 'day', 'currency'], 'unique': true}, {'columns': ['tenant_id', 'day']}]
  )
}}

select
  tenant_id,
  customer_id,
  day,
  currency,
  {{ counted("direction = 'debit'") }} as attempts,
  {{ counted("direction = 'debit' and outcome in ('denied', 'failed')") }} as refused,
  {{ counted("direction = 'debit' and " ~ took_place()) }} as payments,
  {{ summed('amount_minor', "direction = 'debit' and " ~ took_place()) }} as paid_minor,
  {{ counted("direction = 'credit' and " ~ took_place()) }} as receipts,
  {{ summed('amount_minor', "direction = 'credit' and " ~ took_place()) }} as received_minor,
  {{ frauds() }} as frauds,
  {%- for channel in channels() %}
  {{ counted("channel = '" ~ channel ~ "' and direction = 'debit' and " ~ took_place()) }} as {{ channel }}_sent,
  {%- endfor %}
  max(event_time) as last_at
from {{ ref('fct_transactions') }}
where customer_id is not null
{%- if is_incremental() %}
  and (tenant_id, day) in ({{ days_touched(['fct_transactions']) }})
{%- endif %}
group by tenant_id, customer_id, day, currency
