{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_weeks_touched(['int_customer_days.outcome_built_at']) }}",
    indexes=[{'columns': ['tenant_id', 'week', 'channel'], 'unique': true}]
  )
}}

-- How many customers paid in a week, and how often: by each way to pay, and by whichever (`any`).
with paid as (
  select
    tenant_id,
    customer_id,
    date_trunc('week', day)::date as week,
    sum(payments)::bigint as any_sent,
    {%- for channel in channels() %}
    sum({{ channel }}_sent)::bigint as {{ channel }}_sent{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ ref('int_customer_days') }}
  {%- if is_incremental() %}
  where {{ on_weeks_touched(['int_customer_days.outcome_built_at']) }}
  {%- endif %}
  group by tenant_id, customer_id, date_trunc('week', day)::date
)

{% for channel in ['any'] + channels() -%}
select tenant_id, week, '{{ channel }}' as channel, count(*) as customers, sum({{ channel }}_sent)::bigint as uses
from paid
where {{ channel }}_sent > 0
group by tenant_id, week
{{ 'union all' if not loop.last }}
{% endfor %}
