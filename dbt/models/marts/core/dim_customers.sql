-- depends_on: {{ ref('stg_ledger_events') }}, {{ ref('fct_transactions') }}
{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'customer_id'],
    on_schema_change='fail',
    indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]
  )
}}

with {% if is_incremental() -%}
-- Customers of whom there is a transaction that is new or other than it was, or whose account's opening came after it.
touched as (
  select tenant_id, customer_id
  from {{ ref('int_customer_account_months') }}
  where built_at > {{ since_built() }}
  union
  select transactions.tenant_id, transactions.customer_id
  from {{ ref('stg_ledger_events') }} as events
  inner join {{ ref('fct_transactions') }} as transactions
    on transactions.tenant_id = events.tenant_id and transactions.account_id = events.credit_account_id::text
  where events.purpose = 'opening' and events.log_offset > {{ since('ledger_events') }}
),
{%- endif %}

-- One row a customer and account, none being an account too.
held as (
  select
    months.tenant_id,
    months.customer_id,
    months.account_id,
    min(months.first_seen_at) as first_seen_at,
    max(months.last_seen_at) as last_seen_at,
    sum(months.transactions) as transactions,
    sum(months.amount_minor) as amount_minor,
    sum(months.flagged) as flagged,
    sum(months.frauds) as frauds
  from {{ ref('int_customer_account_months') }} as months
  {%- if is_incremental() %}
  inner join touched on touched.tenant_id = months.tenant_id and touched.customer_id = months.customer_id
  {%- endif %}
  group by months.tenant_id, months.customer_id, months.account_id
)

select
  held.tenant_id,
  held.customer_id,
  count(held.account_id) as accounts,
  least(min(openings.opened_at), min(held.first_seen_at)) as customer_since,
  min(held.first_seen_at) as first_seen_at,
  max(held.last_seen_at) as last_seen_at,
  sum(held.transactions)::bigint as transactions,
  sum(held.amount_minor)::bigint as amount_minor,
  sum(held.flagged)::bigint as flagged,
  sum(held.frauds)::bigint as frauds,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from held
left join {{ ref('int_account_openings') }} as openings
  on openings.tenant_id = held.tenant_id and openings.account_id = held.account_id
group by held.tenant_id, held.customer_id
