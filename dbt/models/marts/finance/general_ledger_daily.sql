{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_account_days_touched() }}",
    indexes=[{'columns': ['tenant_id', 'account_id', 'day'], 'unique': true}, {'columns': ['tenant_id', 'day']}]
  )
}}

with {% if is_incremental() -%}
touched as (
  {{ account_days_touched() }}
),

-- An account's balance before the first of its days that come anew.
before as (
  select touched.tenant_id, touched.account_id, newest.closing_minor, newest.entries_to_date
  from touched
  cross join lateral (
    select ledger.closing_minor, ledger.entries_to_date
    from {{ this }} as ledger
    where ledger.tenant_id = touched.tenant_id
      and ledger.account_id = touched.account_id
      and ledger.day < touched.first_day
    order by ledger.day desc
    limit 1
  ) as newest
),
{%- endif %}

days as (
  select days.*
  from {{ ref('int_account_days') }} as days
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = days.tenant_id and touched.account_id = days.account_id and days.day >= touched.first_day
  {%- endif %}
),

balances as (
  select
    days.*,
    {% if is_incremental() %}coalesce(before.closing_minor, 0) + {% endif -%}
    (sum(days.credits_minor - days.debits_minor) over so_far)::bigint as closing_minor,
    {% if is_incremental() %}coalesce(before.entries_to_date, 0) + {% endif -%}
    (sum(days.entries) over so_far)::bigint as entries_to_date
  from days
  {%- if is_incremental() %}
  left join before on before.tenant_id = days.tenant_id and before.account_id = days.account_id
  {%- endif %}
  window so_far as (partition by days.tenant_id, days.account_id order by days.day)
)

select
  tenant_id,
  day,
  account_id,
  currency,
  entries,
  entries_to_date,
  closing_minor - credits_minor + debits_minor as opening_minor,
  debits_minor,
  credits_minor,
  closing_minor,
  ledger_offset,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from balances
