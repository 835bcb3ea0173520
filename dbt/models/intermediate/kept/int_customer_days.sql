{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_customer_days_touched() }}",
    indexes=[
      {'columns': ['tenant_id', 'customer_id', 'day', 'currency'], 'unique': true},
      {'columns': ['tenant_id', 'day']},
      {'columns': ['outcome_built_at'], 'type': 'brin'},
    ]
  )
}}

with {% if is_incremental() -%}
touched as (
  {{ customer_days_touched() }}
),
{%- endif %}

days as (
  select
    transactions.tenant_id,
    transactions.customer_id,
    transactions.day,
    transactions.currency,
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
    max(event_time) as last_at,
    max(outcome_built_at) as outcome_built_at
  from {{ ref('fct_transactions') }} as transactions
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = transactions.tenant_id
    and touched.customer_id = transactions.customer_id
    and touched.day = transactions.day
  {%- endif %}
  where transactions.customer_id is not null
  group by transactions.tenant_id, transactions.customer_id, transactions.day, transactions.currency
),

reais as (
  select * from days where currency = 'BRL'
),

others as (
  select
    days.*,
    row_number() over (
      partition by days.tenant_id, days.customer_id, days.day order by days.payments = 0, days.currency
    ) as place,
    reais.payments > 0 as paid_in_reais_too
  from days
  left join reais
    on reais.tenant_id = days.tenant_id and reais.customer_id = days.customer_id and reais.day = days.day
  where days.currency <> 'BRL'
)

-- `active_day` is 1 once a day with a payment, in however many currencies: what counts days adds it up. Few days have more than
-- one, so that only those are put in an order.
select *, (payments > 0)::integer as active_day from reais
union all
select
  tenant_id,
  customer_id,
  day,
  currency,
  attempts,
  refused,
  payments,
  paid_minor,
  receipts,
  received_minor,
  frauds,
  {%- for channel in channels() %}
  {{ channel }}_sent,
  {%- endfor %}
  last_at,
  outcome_built_at,
  (payments > 0 and place = 1 and paid_in_reais_too is not true)::integer as active_day
from others
