{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_customer_months_touched('fct_transactions') }}",
    indexes=[{'columns': ['tenant_id', 'customer_id', 'month']}, {'columns': ['built_at'], 'type': 'brin'}]
  )
}}

-- What a customer did in a month by each of their accounts, none being an account too: a customer's whole past is read from it, where
-- reading their transactions again would be reading most of them every day.
{% if is_incremental() -%}
with touched as (
  {{ customer_months_touched('fct_transactions') }}
)
{%- endif %}

select
  transactions.tenant_id,
  transactions.customer_id,
  transactions.account_id,
  date_trunc('month', transactions.day)::date as month,
  min(transactions.event_time) as first_seen_at,
  max(transactions.event_time) as last_seen_at,
  count(*) as transactions,
  sum(transactions.amount_minor)::bigint as amount_minor,
  count(*) filter (where transactions.verdict <> 'allow') as flagged,
  count(*) filter (where transactions.fraud) as frauds,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from {{ ref('fct_transactions') }} as transactions
{%- if is_incremental() %}
inner join touched
  on touched.tenant_id = transactions.tenant_id
  and touched.customer_id = transactions.customer_id
  and transactions.day >= touched.month
  and transactions.day < touched.month + interval '1 month'
{%- endif %}
where transactions.customer_id is not null
group by transactions.tenant_id, transactions.customer_id, transactions.account_id, date_trunc('month', transactions.day)::date
