{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_customer_months_touched('int_customer_days.outcome_built_at') }}",
    indexes=[{'columns': ['tenant_id', 'customer_id', 'month'], 'unique': true}]
  )
}}

-- The months in which a customer paid something.
with {% if is_incremental() -%}
touched as (
  {{ customer_months_touched('int_customer_days.outcome_built_at') }}
),
{%- endif %}

days as (
  select days.tenant_id, days.customer_id, date_trunc('month', days.day)::date as month
  from {{ ref('int_customer_days') }} as days
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = days.tenant_id
    and touched.customer_id = days.customer_id
    and days.day >= touched.month
    and days.day < touched.month + interval '1 month'
  {%- endif %}
  where days.payments > 0
)

select tenant_id, customer_id, month
from days
group by tenant_id, customer_id, month
